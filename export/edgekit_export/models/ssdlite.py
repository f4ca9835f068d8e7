"""torchvision's SSDlite as a graph of its raw heads, and its anchors as the decoder's parameters.

torchvision's own forward decodes, sorts and suppresses inside the graph; edgekit serves the heads and decodes
after the session, so that the graph has a batch and quantizes as far as the heads.
"""

from __future__ import annotations

from typing import Any

from edgekit.bundle.manifest import DecoderSpec

__all__ = ["OUTPUTS", "anchors_of", "raw_heads", "ssd_decoder"]

OUTPUTS = ("logits", "offsets")


def raw_heads(detector: Any) -> Any:
    """A torch module: normalised pictures to class logits (n, anchors, classes) and offsets (n, anchors, 4)."""
    from torch import nn

    class RawHeads(nn.Module):  # type: ignore[misc]
        """Backbone and heads of a torchvision SSD, nothing after them."""

        def __init__(self) -> None:
            super().__init__()
            self.backbone = detector.backbone
            self.head = detector.head

        def forward(self, pictures: Any) -> tuple[Any, Any]:
            heads = self.head(list(self.backbone(pictures).values()))
            return heads["cls_logits"], heads["bbox_regression"]

    return RawHeads()


def anchors_of(detector: Any, side_px: int) -> list[float]:
    """Centre x, centre y, width, height of every anchor in input pixels, flat, as the decoder `ssd` takes them."""
    import torch
    from torchvision.models.detection.image_list import ImageList

    pictures = torch.zeros(1, 3, side_px, side_px)
    with torch.no_grad():
        features = list(detector.backbone(pictures).values())
        boxes = detector.anchor_generator(ImageList(pictures, [(side_px, side_px)]), features)[0]
    sizes = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, :2] + sizes / 2
    flat: list[float] = torch.cat([centres, sizes], dim=1).flatten().double().tolist()
    return [round(value, 4) for value in flat]


def ssd_decoder(detector: Any, side_px: int) -> DecoderSpec:
    """The decoder that reads `raw_heads` as torchvision's own forward does."""
    weights = [float(weight) for weight in detector.box_coder.weights]
    return DecoderSpec(
        name="ssd",
        parameters={
            "anchors": anchors_of(detector, side_px),
            "weights": weights,
            "background": 0,
            "scores": "softmax",
            "logits": OUTPUTS[0],
            "offsets": OUTPUTS[1],
        },
    )
