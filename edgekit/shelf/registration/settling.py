"""Where a camera comes to rest: a small bump looks like jitter at first, but it stays. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edgekit.shelf.registration.geometry import Matrix, displacement_px

__all__ = ["BUMP_SHARE", "Settling", "settling_after"]

BUMP_SHARE = 0.005
"""Of the frame's width (3 px of 640): a camera that stays off by less has not been bumped."""
REST_S = 1.5
_REST_SHARE = 0.004
_LEAP_OF_WAY = 0.6
_HOME_FOLLOWS_S = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Settling:
    """Where the camera has come to rest, and whether it is on its way to another place.

    Attributes:
        home: the alignment it rests at, jitter averaged out.
        rest: where it may have come to rest instead; None while it is at home.
        rest_s: since when.
        leap_px: its longest step from one sample to the next since it left home.
        time_s: of the last sample; None: none yet.
    """

    home: Matrix
    rest: Matrix | None = None
    rest_s: float = 0.0
    leap_px: float = 0.0
    time_s: float | None = None


def settling_after(
    state: Settling, before: Matrix, measured: Matrix, time_s: float, frame_size_hw: tuple[int, int]
) -> tuple[Settling, bool]:
    """Take a sample's alignment in.

    Args:
        state: the settling so far.
        before: the alignment of the sample before it.
        measured: its own.
        time_s: its time in the epoch.
        frame_size_hw: height and width of the frames.

    Returns:
        The settling after it, and whether the camera has come to rest elsewhere in a leap: a bump. A camera that
        has wandered there is at home there.
    """
    width = frame_size_hw[1]
    gap_s = 0.0 if state.time_s is None else time_s - state.time_s
    way_px = displacement_px(measured, state.home, frame_size_hw)
    if way_px <= BUMP_SHARE * width:
        rate = min(1.0, gap_s / _HOME_FOLLOWS_S)
        return Settling(state.home + rate * (measured - state.home), time_s=time_s), False
    leap_px = max(state.leap_px, displacement_px(measured, before, frame_size_hw))
    away = replace(state, leap_px=leap_px, time_s=time_s)
    if state.rest is None or displacement_px(measured, state.rest, frame_size_hw) > _REST_SHARE * width:
        return replace(away, rest=measured, rest_s=time_s), False
    if time_s - state.rest_s < REST_S:
        return away, False
    return Settling(measured, time_s=time_s), leap_px >= _LEAP_OF_WAY * way_px
