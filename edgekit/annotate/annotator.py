"""Watches a Runtime frame by frame and leaves an annotated video and a contact sheet (`run --annotate`)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from edgekit.annotate.contact_sheet import ContactSheet
from edgekit.annotate.crops import scaled_polygon
from edgekit.annotate.drawing import draw_banners, draw_detections, draw_facings, draw_time
from edgekit.annotate.model import PlanogramLike, ReadingLike, said_of
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


@dataclass(slots=True, eq=False)
class _Camera:
    """What one camera's worker keeps; no other thread touches it before finish()."""

    planogram: PlanogramLike
    writer: Mp4Writer
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
        fps: frames per second of each camera, where known; the video plays at that rate.
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
            camera_id: _Camera(
                planogram, Mp4Writer(self.video_paths[camera_id], (fps or {}).get(camera_id) or _DEFAULT_FPS)
            )
            for camera_id, planogram in planograms.items()
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
        camera.writer.write(self._drawn(camera, frame))

    def finish(self) -> tuple[Path, ...]:
        """Put videos and contact sheet in place; call it when the Runtime is closed. Returns their paths.

        Raises:
            OutputError: one of them cannot be written.
        """
        videos = [camera.writer.finish() for camera in self._cameras.values()]
        return (*(path for path in videos if path is not None), self._sheet.write(self.contact_sheet_path))

    def abandon(self) -> None:
        """Remove what is half written."""
        for camera in self._cameras.values():
            camera.writer.abandon()

    def _note(self, camera_id: str, camera: _Camera, frame: Frame, transition: Transition) -> None:
        name = f"{camera_id}/{transition.facing}" if len(self._cameras) > 1 else transition.facing
        text = f"{time_code(transition.media_time_s)}  {name}: {said_of(transition)}"
        colour = colour_of(transition.state.value)
        camera.banners.append((frame.time_s, text, colour))
        facing = next((f for f in camera.planogram.facings if f.id == transition.facing), None)
        polygon = None
        if facing is not None:
            polygon = scaled_polygon(facing.polygon_xy_px, camera.planogram.reference_size_hw, frame.size_hw)
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
