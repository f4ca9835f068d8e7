"""People do not belong into calibration pictures: found by a model and painted over, or left out with what moves."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from edgekit.errors import UsageError
from edgekit.frame import Pixels
from edgekit.shelf.gates.motion import Recent, changed_pixels, remembered, texture_of

__all__ = ["Box", "FindsPeople", "ModelPeople", "MotionGate", "People", "masked"]

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

_NAMES: Final = frozenset({"person", "persons", "people", "pedestrian", "human", "shopper", "customer"})

_MIN_SCORE: Final = 0.2
"""Lower than for counting people: a shelf painted over by mistake costs nothing, a face that is kept does."""

_WIDER: Final = 0.1
"""Share of its size by which a box grows on every side: boxes cut off hands and hair."""

_MOVING_SHARE: Final = 0.001
"""Of the picture. On the clip of restocked bottles 99 of 100 frames with a hand have more, and 13 of 100 without."""

_SMALL_PX: Final = 320


class People(str, Enum):
    """What becomes of pictures with people in them."""

    MASK = "mask"
    SKIP = "skip"
    KEEP = "keep"


class FindsPeople(Protocol):
    """Finds people in pictures."""

    def boxes(self, pixels: Pixels) -> tuple[Box, ...]:
        """A box around each, inside the picture."""


class ModelPeople:
    """People as a detector's bundle finds them.

    Raises:
        UsageError: it is no detector, or none of its classes means people.
        BundleError, CapabilityError: it cannot be read, or run here.
    """

    def __init__(self, bundle: Path) -> None:
        from edgekit.backends.selection import load_model
        from edgekit.bundle.bundle import Bundle
        from edgekit.bundle.manifest import Task
        from edgekit.predictor import Predictor

        opened = Bundle.open(bundle)
        names = opened.manifest.class_names
        self._classes = np.array([index for index, name in enumerate(names) if name.lower() in _NAMES], np.int64)
        if opened.manifest.task is not Task.DETECT or not len(self._classes):
            known = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            raise UsageError(
                f"{bundle} finds no people: it is made to {opened.manifest.task.value} {known or 'nothing by name'}.",
                hint="Give a detector with a class person, or leave --model out.",
            )
        self._model = load_model(opened)
        self._predictor = Predictor(self._model)

    def boxes(self, pixels: Pixels) -> tuple[Box, ...]:
        """A box around each, somewhat wider than the detector's, inside the picture."""
        found = self._predictor.detect([pixels], min_score=_MIN_SCORE)[0]
        people = found.boxes_xyxy_px[np.isin(found.class_ids, self._classes)]
        return tuple(_wider(box, pixels.shape[1], pixels.shape[0]) for box in people.astype(np.float64))

    def close(self) -> None:
        """Free the model."""
        self._model.close()


def _wider(box: np.ndarray[tuple[int], np.dtype[np.float64]], width: int, height: int) -> Box:
    left, top, right, bottom = box.tolist()
    more_x, more_y = _WIDER * (right - left), _WIDER * (bottom - top)
    return (
        max(0, int(left - more_x)),
        max(0, int(top - more_y)),
        min(width, int(np.ceil(right + more_x))),
        min(height, int(np.ceil(bottom + more_y))),
    )


def masked(pixels: Pixels, boxes: Sequence[Box]) -> Pixels:
    """A copy with the boxes in the mean colour of all the rest: nobody can be made out, and no edge is louder."""
    seen = np.ones(pixels.shape[:2], bool)
    for left, top, right, bottom in boxes:
        seen[top:bottom, left:right] = False
    painted: Pixels = pixels.copy()
    painted[~seen] = pixels[seen].mean(axis=0) if seen.any() else 128
    return painted


class MotionGate:
    """Whether something moves before a fixed camera, people above all; light and shadow count little."""

    def __init__(self) -> None:
        self._recent: Recent = ()
        self._epoch: int | None = None

    def moves(self, pixels: Pixels, time_s: float, epoch: int) -> bool | None:
        """Compare with the moments before; None for the first picture of an epoch, when nobody can tell."""
        import cv2

        if epoch != self._epoch:
            self._recent, self._epoch = (), epoch
        scale = _SMALL_PX / max(pixels.shape[:2])
        size_wh = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        small = cv2.cvtColor(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        texture = texture_of(small)
        before = [one for _, one in self._recent if one.picture.shape == texture.picture.shape]
        self._recent = remembered(self._recent, time_s, texture)
        if not before:
            return None
        return max(float(changed_pixels(texture, one).mean()) for one in before) > _MOVING_SHARE
