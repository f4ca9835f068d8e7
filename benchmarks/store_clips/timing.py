"""Courses in time: how something sets in and ends."""

from __future__ import annotations


def ease(share: float) -> float:
    """From 0 to 1 without a jerk."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def ramp(time_s: float, from_s: float, until_s: float, slope_s: float) -> float:
    """0 outside a spell and 1 inside, with slopes of so many seconds within it."""
    return min(ease((time_s - from_s) / slope_s), ease((until_s - time_s) / slope_s))
