"""Watches a Runtime frame by frame and leaves an annotated video and a contact sheet (`run --annotate`)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from edgekit.annotate.contact_sheet import ContactSheet
from edgekit.annotate.crops import scaled_polygon
from edgekit.annotate.drawing import draw_banners, draw_detections, draw_facings, draw_time
from edgekit.annotate.model import PlanogramLike, ReadingLike, outline_of, said_of
from edgekit.annotate.style import Colour, colour_of
from edgekit.annotate.text import time_code
from edgekit.annotate.video import Mp4Writer
from edgekit.frame import Frame, Pixels
from edgekit.shelf.words import Transition
from edgekit.vision.detection import Detections

__all__ = ["Annotator"]

_BANNER_S = 3.0
_BOXES_S = 0.5  # boxes are of the last sample; older ones would lie beside what moved
_DEFAULT_FPS = 25.0
_MEASURED_FRAMES = 30  # of a camera that says no rate: held back until its rate is known


class _Film:
    """A video at a known rate, or at the rate at which its first frames came."""

    def __init__(self, writer: Mp4Writer, fps: float | None) -> None:
        self._writer = writer
        self._known = fps is not None
        self._held: list[tuple[float, Pixels]] = []
        if fps is not None:
            writer.fps = fps

    def append(self, pixels: Pixels, time_s: float) -> None:
        if self._known:
            self._writer.write(pixels)
            return
        self._held.append((time_s, pixels))
        if len(self._held) >= _MEASURED_FRAMES:
            self._settle()

    def finish(self) -> Path | None:
        self._settle()
        return self._writer.finish()

    def abandon(self) -> None:
        self._held.clear()
        self._writer.abandon()

    def _settle(self) -> None:
        """Take the median interval: a pause of the camera, or a burst when it connects, is not its rate."""
        steps_s = np.diff([time_s for time_s, _ in self._held])
        if len(steps_s) and (step_s := float(np.median(steps_s))) > 0:
            self._writer.fps = round(min(240.0, max(0.2, 1 / step_s)), 3)
        for _, pixels in self._held:
            self._writer.write(pixels)
        self._held.clear()
        self._known = True


@dataclass(slots=True, eq=False)
class _Camera:
    """What one camera's worker keeps; no other thread touches it before finish()."""

    planogram: PlanogramLike
    film: _Film
    readings: Mapping[str, ReadingLike] = field(default_factory=lambda: MappingProxyType({}))
    detections: Detections | None = None
    detections_s: float = 0.0
    banners: deque[tuple[float, str, Colour]] = field(default_factory=lambda: deque(maxlen=3))


class Annotator:
    """A Runtime's observer; its `on_frame` is called on the camera's worker for every frame.

    Args:
        out: folder for `annotated.mp4` and `contact-sheet.png`; with several cameras each has a video of its own,
            `annotated-CAMERA.mp4`.
        planograms: of each camera that is watched; frames of others are ignored.
        fps: frames per second of each camera, where known; the video plays at that rate. Otherwise the rate is
            measured on the first frames.
        class_names: of the detector whose boxes are shown.
        min_score: boxes below it are not shown.
        heading: stands above the contact sheet.
    """

    def __init__(
        self,
        out: Path,
        planograms: Mapping[str, PlanogramLike],
        *,
        fps: Mapping[str, float] | None = None,
        class_names: Sequence[str] = (),
        min_score: float = 0.3,
        heading: str = "edgekit",
    ) -> None:
        self.video_paths = {
            camera_id: out / ("annotated.mp4" if len(planograms) == 1 else f"annotated-{camera_id}.mp4")
            for camera_id in planograms
        }
        self.contact_sheet_path = out / "contact-sheet.png"
        self._cameras = {
            camera_id: _Camera(planogram, _Film(Mp4Writer(self.video_paths[camera_id], _DEFAULT_FPS), known))
            for camera_id, planogram in planograms.items()
            for known in [(fps or {}).get(camera_id)]
        }
        self._class_names = tuple(class_names)
        self._min_score = min_score
        self._sheet = ContactSheet(heading)
        self._sheet_lock = threading.Lock()

    def on_frame(
        self,
        camera_id: str,
        frame: Frame,
        detections: Detections | None,
        readings: Mapping[str, ReadingLike],
        transitions: Sequence[Transition],
    ) -> None:
        """Draw one frame and append it to the camera's video; each transition is a tile of the contact sheet.

        Args:
            camera_id: whose frame it is.
            frame: its pixels stay as they are.
            detections: what a detector found in this frame; None when none looked.
            readings: by facing id; empty when this frame was no sample: the last ones stay.
            transitions: what was concluded from this frame.

        Raises:
            OutputError: the video cannot be written.
        """
        camera = self._cameras.get(camera_id)
        if camera is None:
            return
        if readings:
            camera.readings = readings
        if detections is not None:
            camera.detections, camera.detections_s = detections, frame.time_s
        for transition in transitions:
            self._note(camera_id, camera, frame, transition)
        camera.film.append(self._drawn(camera, frame), frame.time_s)

    def finish(self) -> tuple[Path, ...]:
        """Put videos and contact sheet in place; call it when the Runtime is closed. Returns their paths.

        Raises:
            OutputError: one of them cannot be written.
        """
        videos = [camera.film.finish() for camera in self._cameras.values()]
        return (*(path for path in videos if path is not None), self._sheet.write(self.contact_sheet_path))

    def abandon(self) -> None:
        """Remove what is half written."""
        for camera in self._cameras.values():
            camera.film.abandon()

    def _note(self, camera_id: str, camera: _Camera, frame: Frame, transition: Transition) -> None:
        name = f"{camera_id}/{transition.facing}" if len(self._cameras) > 1 else transition.facing
        text = f"{time_code(transition.media_time_s)}  {name}: {said_of(transition)}"
        colour = colour_of(transition.state.value)
        camera.banners.append((frame.time_s, text, colour))
        facing = next((f for f in camera.planogram.facings if f.id == transition.facing), None)
        polygon = None
        if facing is not None:
            outline = outline_of(facing, camera.readings.get(facing.id))
            polygon = scaled_polygon(outline, camera.planogram.reference_size_hw, frame.size_hw)
        with self._sheet_lock:
            self._sheet.add(text, colour, frame.pixels, polygon)

    def _drawn(self, camera: _Camera, frame: Frame) -> Pixels:
        pixels: Pixels = frame.pixels.copy()
        if camera.detections is not None and 0 <= frame.time_s - camera.detections_s <= _BOXES_S:
            draw_detections(pixels, camera.detections, self._class_names, min_score=self._min_score)
        draw_facings(pixels, camera.planogram, camera.readings)
        draw_time(pixels, f"{time_code(frame.time_s)}  #{frame.index}")
        draw_banners(pixels, [(t, c) for at_s, t, c in camera.banners if 0 <= frame.time_s - at_s < _BANNER_S])
        return pixels
