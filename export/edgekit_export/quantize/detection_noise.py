"""What counts as an error of a detector: scores that change, and boxes that move where something was found.

The raw outputs of a detector are mostly about places where nothing is: there the boxes are arbitrary, and layers that
move them would be returned to float in place of those that move the boxes of objects. So outputs are decoded, and
each box counts by its score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.vision.decoders.protocol import Decoder
from edgekit.vision.detection import Candidates
from edgekit_export.quantize.noise import Outputs, ValueNoise, Yardstick

__all__ = ["DetectionNoise"]

_WHOLE_ERROR: Final = 0.35
"""Intersection over union lost by a box that counts as much as a score lost whole.

Set with YOLOX-nano on ImageNet photographs, where no figure of it is reported, scores and boxes changed apart: so much
of either costs about the same average precision against float.
"""


@dataclass(frozen=True, slots=True, eq=False)
class DetectionNoise:
    """Two groups: the scores of all places and classes, and the boxes.

    Scores: squared error over their energy. Boxes: squared loss of intersection over union with float's box, in
    `_WHOLE_ERROR`, averaged with the square of the place's best float score as its weight.

    Attributes:
        decoder: of the bundle; one that gives candidates.
        outputs: the graph's output names, in order.
    """

    # By YOLOX-nano's average precision against float on ImageNet photographs, where no figure of it is reported:
    # int8-tensorrt 92 to 93 at 0.02, 94 to 95 at 0.01, 96 to 97 at 0.005 and 0.0025, 96.5 to 97.8 at 0.001. That
    # 0.0025 was tightened to 0.001 was taken up after int8-cpu had lost 0.7 points of mAP on coco-64 with it.
    max_noise: ClassVar[float] = 0.001
    bad_noise: ClassVar[float] = 0.02

    decoder: Decoder
    outputs: tuple[str, ...]

    def of(self, references: Sequence[Outputs]) -> Yardstick:
        """See Measure."""
        found = [self.candidates(values) for values in references]
        known = tuple(one for one in found if one is not None)
        return _Found(self.candidates, known) if len(known) == len(found) else ValueNoise().of(references)

    def candidates(self, outputs: Outputs) -> Candidates | None:
        """Those of one picture; None where the graph has chosen boxes itself, and its values are judged."""
        # Sizes may overflow, of a graph that is worse than any that will be kept.
        with np.errstate(invalid="ignore", over="ignore"):
            found = self.decoder.candidates(dict(zip(self.outputs, outputs, strict=True)))
        return None if found is None else found[0]


class _Found:
    """Float's candidates on all pictures."""

    def __init__(self, candidates: Callable[[Outputs], Candidates | None], references: tuple[Candidates, ...]) -> None:
        self._candidates, self._references = candidates, references
        self._weights = [np.square(one.scores.max(axis=1, initial=0.0).astype(np.float64)) for one in references]
        self._energy = sum(float(np.square(one.scores, dtype=np.float64).sum()) for one in references)
        self._weight = sum(float(weights.sum()) for weights in self._weights)
        self.groups = 2 if self._energy > 0 else 0

    def share(self, picture: int, outputs: Outputs) -> NDArray[np.float64]:
        """See Yardstick."""
        reference, other = self._references[picture], self._candidates(outputs)
        assert other is not None
        missed = float(np.square(other.scores.astype(np.float64) - reference.scores).sum())
        lost = (1.0 - overlap(other.boxes_xyxy_px, reference.boxes_xyxy_px)) / _WHOLE_ERROR
        moved = float((self._weights[picture] * np.square(lost)).sum())
        return np.array([missed / self._energy, moved / self._weight])


def overlap(boxes: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float64]:
    """Intersection over union (n,) of boxes with those of the same rows, xyxy (n, 4) each; 0 where not finite."""
    one, two = boxes.astype(np.float64), others.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        common = np.minimum(one[:, 2:], two[:, 2:]) - np.maximum(one[:, :2], two[:, :2])
        inside = np.prod(np.maximum(common, 0.0), axis=1)
        areas = sum(np.prod(np.maximum(box[:, 2:] - box[:, :2], 0.0), axis=1) for box in (one, two)) - inside
        shares = np.divide(inside, areas, out=np.zeros(len(one)), where=areas > 0)
    result: NDArray[np.float64] = np.nan_to_num(shares, nan=0.0, posinf=0.0)
    # A box without area has not moved either.
    result[(one == two).all(axis=1) & np.isfinite(one).all(axis=1)] = 1.0
    return result
