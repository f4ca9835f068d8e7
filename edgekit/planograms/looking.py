"""A few frames of a source, spread over some seconds: what a reference picture, or a check, is made of."""

from __future__ import annotations

from pathlib import Path

from edgekit.clock import Clock
from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.frame import Pixels
from edgekit.planograms.reference import MAX_FRAMES
from edgekit.sources.kinds import PICTURE_SUFFIXES
from edgekit.sources.registry import open_source

__all__ = ["frames_of", "picture_of"]

_SETTLE_S = 0.5  # a camera's exposure and white balance are still on their way before


def frames_of(config: SourceConfig, *, seconds: float, clock: Clock | None = None) -> list[Pixels]:
    """At most `MAX_FRAMES` frames, evenly over the source's first `seconds`; of a single picture, itself.

    Args:
        config: the source; opened and closed here.
        seconds: how long to look; of a camera the first half second is left out.
        clock: stamps live frames.

    Raises:
        SourceError: it cannot be opened, or gives nothing.
    """
    source = open_source(config, clock=clock)
    start_s = _SETTLE_S if source.live else 0.0
    step_s = seconds / MAX_FRAMES
    frames: list[Pixels] = []
    newest: Pixels | None = None
    source.open()
    try:
        while len(frames) < MAX_FRAMES and (frame := source.read()) is not None:
            newest = frame.pixels
            if frame.time_s >= start_s + len(frames) * step_s:
                frames.append(frame.pixels)
    finally:
        source.close()
    if not frames and newest is not None:
        frames.append(newest)
    if not frames:
        raise SourceError(f"{source.description} gave no picture.")
    return [frame for frame in frames if frame.shape == frames[-1].shape]


def picture_of(path: Path) -> Pixels:
    """A picture file as it is.

    Raises:
        SourceError: there is none, or it is no picture.
    """
    import cv2
    import numpy as np

    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    pixels = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if pixels is None:
        raise SourceError(f"{path} is not a picture ({', '.join(sorted(PICTURE_SUFFIXES))}).")
    picture: Pixels = pixels.astype(np.uint8, copy=False)
    return picture
