"""Somebody who watches every frame, such as the annotated video."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from edgekit.frame import Frame
from edgekit.shelf.readings import Reading
from edgekit.shelf.words import Transition
from edgekit.vision.detection import Detections

__all__ = ["Observer", "Observers"]


class Observer(Protocol):
    """Called on the cameras' workers, for each camera in the order of its frames; what it takes, the camera waits."""

    def on_frame(
        self,
        camera_id: str,
        frame: Frame,
        detections: Detections | None,
        readings: Mapping[str, Reading],
        transitions: tuple[Transition, ...],
    ) -> None:
        """See a frame.

        Args:
            camera_id: whose.
            frame: the frame; its pixels must not be changed.
            detections: what a detector found in it; None where none looked.
            readings: of this sample, by facing; of the last one where the frame is no sample.
            transitions: that this sample led to, committed already.

        What it raises ends its watching, and a recording's run; never a live camera.
        """


@dataclass(frozen=True, slots=True)
class Observers:
    """Several observers as one, called in their order."""

    each: tuple[Observer, ...]

    def on_frame(
        self,
        camera_id: str,
        frame: Frame,
        detections: Detections | None,
        readings: Mapping[str, Reading],
        transitions: tuple[Transition, ...],
    ) -> None:
        """Show the frame to each."""
        for one in self.each:
            one.on_frame(camera_id, frame, detections, readings, transitions)
