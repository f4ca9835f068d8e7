"""Which frames of a shop's cameras become calibration pictures: decided frame by frame, without threads or clocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

import numpy as np

from edgekit.frame import Frame
from edgekit_calibration.collect_folder import CollectedPicture, CollectionFolder
from edgekit_calibration.collect_people import Box, FindsPeople, MotionGate, People, masked
from edgekit_calibration.picture_checks import signature_of
from edgekit_calibration.selection import ALIKE, DiverseSelection, Verdict, light_stratum
from edgekit_calibration.selection_descriptor import describe

__all__ = ["CollectOptions", "Collector", "Left"]

_LIVE_EVERY_S: Final = 2.0
_RECORDING_EVERY_S: Final = 0.5

_RETRY_S: Final = 0.25
"""After a picture with people or motion the next is tried soon: what is wanted may show itself between two shoppers."""

_MASKED_AT_MOST: Final = 0.5
"""Of a picture; more of it would be paint than shop."""


class Left(str, Enum):
    """Why a frame was left out."""

    MOVING = "something moved"
    PEOPLE = "people in it"
    UNIFORM = "nothing to be seen"
    ALIKE = "like one that is there"
    NOT_NEWER = "adds less than what is there"


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """How to collect.

    Attributes:
        count: pictures that the folder may hold.
        every_s: a camera is looked at so often; None for 2 s of live cameras and 0.5 s of recordings.
        duration_s: end after so long; None for never (recordings end by themselves).
        people: what becomes of pictures with people in them. MASK needs a model that finds them; SKIP without one
            leaves out what moves.
    """

    count: int = 256
    every_s: float | None = None
    duration_s: float | None = None
    people: People = People.SKIP


class Collector:
    """Takes frames or leaves them.

    Args:
        folder: where pictures go; those of an earlier run count.
        options: how.
        finder: finds people; None where no model does.

    Attributes:
        selection: what the folder holds.
        looked_at: frames considered.
        new: pictures taken.
        left: frames left out, by why.
    """

    def __init__(self, folder: CollectionFolder, options: CollectOptions, finder: FindsPeople | None = None) -> None:
        if options.people is People.MASK and finder is None:
            raise ValueError("people can be masked only where a model finds them")
        self._folder, self._options = folder, options
        self._finder = None if options.people is People.KEEP else finder
        self._skips_motion = options.people is People.SKIP and finder is None
        self._motion: dict[str, MotionGate] = {}
        self._due_s: dict[str, tuple[int, float]] = {}
        self.looked_at = self.new = 0
        self.left: Counter[Left] = Counter()
        self.selection = DiverseSelection(max(1, options.count, len(folder.pictures)))
        for picture, pixels in folder.kept():
            descriptor = describe(pixels, picture.masked_xyxy_px)
            self.selection.restore(picture.file, light_stratum(picture.camera, descriptor), descriptor)

    def look(self, camera: str, frame: Frame, taken_at: datetime | None) -> bool:
        """Take the frame or leave it; whether it was taken.

        Args:
            camera: id.
            frame: of that camera.
            taken_at: wall clock, UTC; None of recordings.

        Raises:
            OutputError: the picture cannot be written.
        """
        moves: bool | None = False
        if self._skips_motion:
            # Asked of every frame, since motion shows against the moments before; of the first nobody can tell.
            moves = self._motion.setdefault(camera, MotionGate()).moves(frame.pixels, frame.time_s, frame.epoch)
        epoch, due_s = self._due_s.get(camera, (-1, 0.0))
        if moves is None or (epoch == frame.epoch and frame.time_s < due_s):
            return False
        reason = Left.MOVING if moves else self._taken_or(camera, frame, taken_at)
        every_s = self._options.every_s or (_RECORDING_EVERY_S if taken_at is None else _LIVE_EVERY_S)
        soon = reason in (Left.MOVING, Left.PEOPLE)
        self._due_s[camera] = frame.epoch, frame.time_s + (min(_RETRY_S, every_s) if soon else every_s)
        self.looked_at += 1
        if reason is not None:
            self.left[reason] += 1
        return reason is None

    def _taken_or(self, camera: str, frame: Frame, taken_at: datetime | None) -> Left | None:
        """Why the frame is left out; None where it was taken."""
        if signature_of("", frame.pixels).is_uniform:
            return Left.UNIFORM
        pixels = frame.pixels
        boxes: tuple[Box, ...] = ()
        if self._finder is not None:
            # Most frames are like one that is there; the model need not look at those.
            if self.selection.novelty(describe(pixels)) < ALIKE:
                return Left.ALIKE
            boxes = self._finder.boxes(pixels)
            if boxes and (self._options.people is People.SKIP or _share(boxes, pixels.shape) > _MASKED_AT_MOST):
                return Left.PEOPLE
            pixels = masked(pixels, boxes) if boxes else pixels
        descriptor = describe(pixels, boxes)
        name = self._folder.free_name(f"{camera}_{_moment(frame, taken_at)}")
        offer = self.selection.offer(name, light_stratum(camera, descriptor), descriptor)
        if offer.verdict is not Verdict.TAKEN:
            return Left.ALIKE if offer.verdict is Verdict.ALIKE else Left.NOT_NEWER
        picture = CollectedPicture(
            file=name,
            camera=camera,
            time=taken_at,
            media_time_s=round(frame.time_s, 3) if taken_at is None else None,
            lightness=round(descriptor.lightness, 2),
            masked_xyxy_px=boxes,
        )
        self._folder.add(picture, pixels, instead_of=offer.dropped)
        self.new += 1
        return None


def _share(boxes: Sequence[Box], shape: tuple[int, ...]) -> float:
    covered = np.zeros(shape[:2], bool)
    for left, top, right, bottom in boxes:
        covered[top:bottom, left:right] = True
    return float(covered.mean())


def _moment(frame: Frame, taken_at: datetime | None) -> str:
    return f"{frame.time_s:07.2f}s" if taken_at is None else f"{taken_at:%Y%m%dT%H%M%SZ}"
