"""What a decoder is, and how one is made from its name and parameters."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError
from edgekit.vision.detection import Candidates, Detections

__all__ = ["DECODERS", "Decoder", "Parameter", "Parameters", "decoder_class", "make_decoder"]

Parameter = float | int | str | bool | Sequence[int] | Sequence[float]
Parameters = Mapping[str, Parameter]


class Decoder(Protocol):
    """Turns a detector's raw outputs into boxes; holds no state but constants."""

    def __call__(self, outputs: Mapping[str, NDArray[np.generic]], *, min_score: float) -> list[Detections]:
        """Boxes above `min_score`, one Detections a batch row.

        Boxes are xyxy in PREPARED pixels, not clipped, before NMS; every class whose score is above
        `min_score` counts, so one box may occur several times. Order is the graph's.

        Raises:
            InputError: the outputs do not have the shape that this decoder takes.
        """

    def candidates(self, outputs: Mapping[str, NDArray[np.generic]]) -> list[Candidates] | None:
        """All places with the scores of all classes, one Candidates a batch row.

        Two graphs of one model can so be compared place by place. None where the graph has chosen boxes itself: a row
        is no place then.

        Raises:
            InputError: as above.
        """


DECODERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "boxes_scores": "edgekit.vision.decoders.boxes_scores:BoxesScores",
        "ssd": "edgekit.vision.decoders.ssd:Ssd",
        "yolov8": "edgekit.vision.decoders.yolov8:YoloV8",
        "yolox": "edgekit.vision.decoders.yolox:YoloX",
    }
)


def decoder_class(name: str) -> type:
    """The class behind a decoder's name.

    Raises:
        InputError: there is no such decoder.
    """
    if name not in DECODERS:
        near = difflib.get_close_matches(name, DECODERS, 1)
        hint = f"Did you mean {near[0]}?" if near else None
        raise InputError(f"There is no decoder {name!r}; there are {', '.join(sorted(DECODERS))}.", hint=hint)
    module, _, attribute = DECODERS[name].partition(":")
    found: type = getattr(import_module(module), attribute)
    return found


def make_decoder(name: str, parameters: Parameters, input_size_hw: tuple[int, int]) -> Decoder:
    """The decoder that a manifest names.

    Args:
        name: a key of DECODERS.
        parameters: the decoder's own parameters; those not given have its documented defaults.
        input_size_hw: height and width of the prepared pixels.

    Raises:
        InputError: no such decoder, no such parameter, or a value that it does not take.
    """
    found = decoder_class(name)
    known = [field.name for field in fields(found) if field.init and field.name != "input_size_hw"]
    if unknown := sorted(set(parameters) - set(known)):
        near = difflib.get_close_matches(unknown[0], known, 1)
        raise InputError(
            f"The decoder {name} has no parameter {unknown[0]!r}; it has {', '.join(known)}.",
            hint=f"Did you mean {near[0]}?" if near else None,
        )
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in parameters.items()}
    try:
        decoder: Decoder = found(input_size_hw=input_size_hw, **values)
    except (TypeError, ValueError) as error:
        raise InputError(f"The decoder {name} cannot use its parameters: {error}.") from error
    return decoder
