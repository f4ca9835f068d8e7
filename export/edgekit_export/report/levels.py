"""How safe one encoding is, why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from edgekit_export.report.words import place

__all__ = ["IMPROVE", "LEAST_IMAGES", "EncodingVerdict", "Level", "called", "rounded_up"]

LEAST_IMAGES: Final = 16
"""Draws of fewer pictures are too much alike to say how sure a figure is (Efron and Tibshirani 1993, chapter 14)."""

IMPROVE: Final = "Calibrate on more pictures of the very place, or keep more layers in float: --max-drop."


class Level(str, Enum):
    """How safe."""

    SAFE = "safe"
    UNSURE = "unsure"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class EncodingVerdict:
    """One encoding's level.

    Attributes:
        encoding: its name.
        level: how safe.
        reason: one sentence, with the figure that decided and its interval.
        advice: what to do about it, one sentence, or "".
        images_needed: how many pictures would tell, where more of them would; `advice` then goes on after the number.
    """

    encoding: str
    level: Level
    reason: str
    advice: str = ""
    images_needed: int | None = None


def called(encoding: str) -> str:
    """An encoding's name in a sentence.

    >>> called("int8-cpu"), called("fp16")
    ('INT8 for CPUs', 'FP16')
    """
    return f"INT8 for {place(encoding)}" if encoding.startswith("int8") else encoding.upper()


def rounded_up(number: float) -> int:
    """A number of pictures to two figures: more would pretend.

    >>> rounded_up(1234), rounded_up(64)
    (1300, 64)
    """
    digits = len(str(int(number)))
    unit: int = 10 ** max(0, digits - 2)
    return -(-int(number + 0.999) // unit) * unit
