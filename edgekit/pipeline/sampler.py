"""Which frames are samples."""

from __future__ import annotations

__all__ = ["Sampler"]


class Sampler:
    """Picks samples on a grid of media time, so that the same recording gives the same samples."""

    def __init__(self, sample_fps: float) -> None:
        self._fps = sample_fps
        self._last: int | None = None

    def restart(self) -> None:
        """A new epoch."""
        self._last = None

    def due(self, time_s: float) -> bool:
        """Whether a frame at `time_s` is the first at its place of the grid.

        Rounding (rather than cutting off) makes a clip sampled at its own rate give every frame, however its
        presentation times were rounded.
        """
        place = round(time_s * self._fps)
        if self._last is not None and place <= self._last:
            return False
        self._last = place
        return True
