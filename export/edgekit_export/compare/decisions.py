"""What a shop would notice of two models' differences: another best class, other boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.manifest import DecoderSpec, Task
from edgekit.frame import Pixels
from edgekit.vision.decoders.protocol import make_decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import FrameMapping, Geometry, mapping
from edgekit.vision.postprocess import detections_of, probabilities_of
from edgekit_export.compare.comparison import BoxAgreement, TopOneAgreement
from edgekit_export.compare.sides import Side
from edgekit_export.evaluate.box_changes import CONFIDENT, box_changes

__all__ = ["Boxes", "Decisions", "Reader", "TopOne", "decisions_of"]

Outputs = Mapping[str, NDArray[np.generic]]

_SHOWN: Final = 5


class Decisions(Protocol):
    """Compares what two models decide, picture by picture."""

    def update(self, name: str, pixels: Pixels, a: Outputs, b: Outputs) -> None:
        """Take in one picture's outputs."""

    def result(self) -> TopOneAgreement | BoxAgreement:
        """What was found."""


class TopOne:
    """The best class of both.

    Args:
        decoder: "softmax" or "probabilities".
        class_names: index to name; empty where not known.
    """

    def __init__(self, decoder: str, class_names: Sequence[str]) -> None:
        self._decoder, self._names = decoder, class_names
        self._pictures = self._same = 0
        self._parted: list[tuple[str, str, str]] = []

    def update(self, name: str, pixels: Pixels, a: Outputs, b: Outputs) -> None:
        """Take in one picture's outputs."""
        best = [int(probabilities_of(self._decoder, outputs)[0].argmax()) for outputs in (a, b)]
        self._pictures += 1
        if best[0] == best[1]:
            self._same += 1
        elif len(self._parted) < _SHOWN:
            self._parted.append((name, self._named(best[0]), self._named(best[1])))

    def _named(self, index: int) -> str:
        return self._names[index] if index < len(self._names) else f"class {index}"

    def result(self) -> TopOneAgreement:
        """What was found."""
        return TopOneAgreement(self._pictures, self._same, tuple(self._parted))


class Reader:
    """Boxes of one model's outputs in the pixels of the picture.

    Args:
        decoder: how outputs are read.
        geometry: what prepares pictures for this model.
        prepared: pictures come prepared already.
    """

    def __init__(self, decoder: DecoderSpec, geometry: Geometry, *, prepared: bool = False) -> None:
        self._decode = make_decoder(decoder.name, decoder.parameters, geometry.size_hw)
        self._geometry, self._prepared = geometry, prepared

    def boxes(self, pixels: Pixels, outputs: Outputs) -> Detections:
        """Boxes that score more than half of CONFIDENT and cover a pixel or more of the picture."""
        size_hw = (pixels.shape[0], pixels.shape[1])
        placed = FrameMapping((1.0, 1.0), (0.0, 0.0)) if self._prepared else mapping(size_hw, self._geometry)
        found = detections_of(self._decode, outputs, [placed], [size_hw], min_score=CONFIDENT / 2)[0]
        sides = found.boxes_xyxy_px[:, 2:] - found.boxes_xyxy_px[:, :2]
        return found.select(sides.prod(axis=1) >= 1.0)


class Boxes:
    """The boxes of both."""

    def __init__(self, a: Reader, b: Reader) -> None:
        self._a, self._b = a, b
        self._pictures = self._boxes_a = self._lost = self._boxes_b = self._new = 0
        self._parted: list[tuple[str, int, int]] = []

    def update(self, name: str, pixels: Pixels, a: Outputs, b: Outputs) -> None:
        """Take in one picture's outputs."""
        first, second = self._a.boxes(pixels, a), self._b.boxes(pixels, b)
        changes = box_changes(first, second)
        lost, new = len(changes.lost), len(changes.added)
        self._pictures += 1
        self._boxes_a += int((first.scores > CONFIDENT).sum())
        self._boxes_b += int((second.scores > CONFIDENT).sum())
        self._lost += lost
        self._new += new
        if lost or new:
            self._parted.append((name, lost, new))
            self._parted.sort(key=lambda entry: -(entry[1] + entry[2]))
            del self._parted[_SHOWN:]

    def result(self) -> BoxAgreement:
        """What was found."""
        found = self._boxes_a - self._lost
        return BoxAgreement(self._pictures, self._boxes_a, found, self._boxes_b, self._new, tuple(self._parted))


def decisions_of(a: Side, b: Side, *, prepared: bool = False) -> Decisions | None:
    """How two sides decide; None where neither says how its outputs are read.

    A's reading holds for B, too, where B has none, and the other way round.
    """
    task = a.task or b.task
    decoder_a, decoder_b = a.decoder or b.decoder, b.decoder or a.decoder
    if decoder_a is None or decoder_b is None or (a.task and b.task and a.task is not b.task):
        return None
    if task is Task.CLASSIFY:
        return TopOne(decoder_a.name, a.class_names or b.class_names)
    if task is Task.DETECT:
        return Boxes(Reader(decoder_a, a.geometry, prepared=prepared), Reader(decoder_b, b.geometry, prepared=prepared))
    return None
