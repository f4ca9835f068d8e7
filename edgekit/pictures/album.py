"""One camera's evidence pictures: each facing as it last looked, and the pictures of what was just decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from edgekit.annotate.crops import facing_crop, scaled_polygon
from edgekit.frame import Frame, Pixels
from edgekit.pictures.folder import PictureFolder
from edgekit.pictures.masking import masked, person_boxes
from edgekit.shelf.planogram import Planogram
from edgekit.shelf.readings import Reading
from edgekit.shelf.shelf import Shelf
from edgekit.shelf.words import FacingStatus, Findings, Transition, View

__all__ = ["Album", "AlbumSettings", "Shots"]

Shots = Mapping[str, bytes]
"""JPEG by what it shows: "before", "after", "whole"."""

LOOK_EVERY_S: Final = 1.0
REFRESH_S: Final = 5.0
AT_ONCE: Final = 16
"""Facings refreshed by one look: 16 crops of 200 x 300 px are encoded in 8 ms on one core of an EPYC."""
KEEP_ASIDE_EVERY_S: Final = 1800.0
"""A live camera's newest pictures go to the disk so often and at the end: a card wears out by writing."""
_VISIBLE_SHARE: Final = 0.95
_MAX_SIDE_PX: Final = 480
_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class AlbumSettings:
    """What is taken.

    Attributes:
        before_after: the facing's crop before and after.
        whole: the whole deciding picture.
        mask_people: people are filled in grey first.
        keep_aside: what facings look like is kept for the next start (a recording has none).
    """

    before_after: bool = True
    whole: bool = False
    mask_people: bool = True
    keep_aside: bool = True


@dataclass(slots=True)
class _Kept:
    """A facing as it last looked while everything spoke for its state."""

    jpeg: bytes
    taken_s: float
    aside_s: float | None = None


class Album:
    """Pictures of one camera. One thread uses it; between events it holds one small JPEG a facing.

    "Before" is the facing at its last sample in which it was visible, nothing moved, and every sample of the window
    spoke for the state that it then left; "after" is the deciding sample. Same samples, same bytes.
    """

    def __init__(
        self,
        camera: str,
        shelf: Shelf,
        planogram: Planogram,
        folder: PictureFolder,
        settings: AlbumSettings,
        *,
        people: Mapping[str, tuple[int, ...]],
    ) -> None:
        """Prepare a camera's album.

        Args:
            camera: its id.
            shelf: says what stands before the scene.
            planogram: where the facings are.
            folder: where pictures are kept over restarts.
            settings: what is taken.
            people: class ids that mean a person, by role of the detector.
        """
        self._camera = camera
        self._shelf = shelf
        self._planogram = planogram
        self._facings = {facing.id: facing for facing in planogram.facings}
        self._folder = folder
        self._settings = settings
        self._people = people
        self._kept: dict[str, _Kept] = {}
        self._looked_s: float | None = None
        self._epoch: int | None = None

    def taken(self, view: View, findings: Findings, transitions: Sequence[Transition]) -> dict[str, Shots]:
        """The pictures of each transition, by facing id; nothing is written yet."""
        if not transitions or not (self._settings.before_after or self._settings.whole):
            return {}
        pixels = self._without_people(view, findings)
        whole = {"whole": _jpeg(pixels)} if self._settings.whole else {}
        return {one.facing: {**self._pair(one.facing, pixels, view.frame), **whole} for one in transitions}

    def _pair(self, name: str, pixels: Pixels, frame: Frame) -> dict[str, bytes]:
        if not self._settings.before_after:
            return {}
        before = self._before(name)
        shots = {"before": before} if before is not None else {}
        return {**shots, "after": _jpeg(self._crop(name, pixels, frame))}

    def committed(
        self, view: View, findings: Findings, readings: Mapping[str, Reading], taken: Mapping[str, Shots]
    ) -> None:
        """A sample was taken in, together with the pictures of its transitions: remember how the facings look."""
        if not self._settings.before_after:
            return
        time_s = view.frame.time_s
        for name, shots in taken.items():
            self._keep(name, shots["after"], time_s)
        if view.frame.epoch != self._epoch:
            self._start_epoch(view.frame.epoch)
        if self._looked_s is not None and time_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = time_s
        due = sorted(
            (kept.taken_s if (kept := self._kept.get(name)) else float("-inf"), name)
            for name, reading in readings.items()
            if name in self._facings and _plain(reading)
        )
        names = [name for taken_s, name in due if time_s - taken_s >= REFRESH_S][:AT_ONCE]
        if names:
            pixels = self._without_people(view, findings)
            for name in names:
                self._keep(name, _jpeg(self._crop(name, pixels, view.frame)), time_s)
        self._put_one_aside(time_s)
        self._folder.tidy()

    def close(self) -> None:
        """Keep what the facings look like for the next start."""
        if self._settings.keep_aside:
            for name, kept in self._kept.items():
                self._folder.keep_aside(self._stem(name), kept.jpeg)

    def _before(self, name: str) -> bytes | None:
        kept = self._kept.get(name)
        if kept is not None:
            return kept.jpeg
        return self._folder.kept_aside(self._stem(name)) if self._settings.keep_aside else None

    def _keep(self, name: str, jpeg: bytes, time_s: float) -> None:
        before = self._kept.get(name)
        self._kept[name] = _Kept(jpeg, time_s, before.aside_s if before else None)

    def _start_epoch(self, epoch: int) -> None:
        """Times start at 0 again: what was taken before is older than anything of this epoch."""
        self._epoch, self._looked_s = epoch, None
        for kept in self._kept.values():
            kept.taken_s, kept.aside_s = float("-inf"), None

    def _put_one_aside(self, time_s: float) -> None:
        """One file a look at most: a sample must not wait for a hundred writes."""
        if not self._settings.keep_aside:
            return
        for name, kept in self._kept.items():
            if kept.aside_s is None or time_s - kept.aside_s >= KEEP_ASIDE_EVERY_S:
                kept.aside_s = time_s
                self._folder.keep_aside(self._stem(name), kept.jpeg)
                return

    def _without_people(self, view: View, findings: Findings) -> Pixels:
        if not self._settings.mask_people:
            return view.pixels
        boxes = person_boxes({} if view.of_reference else findings, self._people)
        return masked(view.pixels, boxes, self._shelf.in_front(view))

    def _crop(self, name: str, pixels: Pixels, frame: Frame) -> Pixels:
        polygon = scaled_polygon(self._facings[name].polygon_xy_px, self._planogram.reference_size_hw, frame.size_hw)
        return _shrunk(facing_crop(pixels, polygon))

    def _stem(self, name: str) -> str:
        return f"{self._camera}-{sha256(name.encode()).hexdigest()[:16]}"


def _plain(reading: Reading) -> bool:
    """Whether this sample shows the facing in its state beyond doubt."""
    return (
        reading.state is reading.committed
        and reading.committed is not FacingStatus.UNKNOWN
        and reading.candidate is None
        and reading.confidence >= 1.0
        and not reading.moving
        and reading.visible_share >= _VISIBLE_SHARE
    )


def _shrunk(pixels: Pixels) -> Pixels:
    import cv2

    height, width = pixels.shape[:2]
    factor = _MAX_SIDE_PX / max(height, width)
    if factor >= 1:
        return pixels
    size_wh = (max(1, round(width * factor)), max(1, round(height * factor)))
    small: Pixels = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA)
    return small


def _jpeg(pixels: Pixels) -> bytes:
    import cv2

    _, encoded = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    content: bytes = encoded.tobytes()
    return content
