"""How raw outputs become boxes or probabilities: one file a family."""

from edgekit.vision.decoders.protocol import DECODERS, Decoder, make_decoder

__all__ = ["DECODERS", "Decoder", "make_decoder"]
