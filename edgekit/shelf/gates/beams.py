"""Sunbeams and hard shadows: pieces that multiply all that they lie on by one factor, whatever it is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.foreground import Foreground
from edgekit.shelf.gates.light import Gain

__all__ = ["without_beams"]

_LEAST_SHARE: Final = 0.002
"""Of the picture, what a beam covers of it outside the facings; less may be one thing of one colour on another."""
_ALIKE, _ALIKE_SHARE = 0.15, 0.5
"""Logarithm of a factor that is still the same one, and the share of a piece in which it is: beams on a shop's floor
come to 0.55 to 0.85, people, trolleys and emptied places to 0.4 at most (tuning clips of three authors)."""
_WITHIN: Final = 0.25
"""What is lit by a beam is as near to its factor, noise and edges included."""
_VARIED: Final = 0.3
"""Logarithm of the range (10th to 90th percentile) that a piece shows, and of what it lies on: a plain coat multiplies
a plain wall by one factor, too, and most of a wall with a board."""
_DARK: Final = 12.0
"""Levels that are added before logarithms, so that noise in the dark stays small."""


def without_beams(
    foreground: Foreground, colours: NDArray[np.float32], small: Pixels, gain: Gain, outside: NDArray[np.uint8]
) -> Foreground:
    """The foreground less what a beam or its end makes brighter or darker.

    Args:
        foreground: what differs from the background.
        colours: float32 (height, width, 3) BGR, the background.
        small: the sample's small picture.
        gain: by what the light has been multiplied since the background.
        outside: uint8 (height, width), 1 where no facing is: products that are gone multiply nothing.
    """
    import cv2

    least = max(1, round(_LEAST_SHARE * outside.size))
    if np.count_nonzero(foreground.mask & outside) < least:
        return foreground
    joined = cv2.dilate(foreground.darker, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    there = np.flatnonzero(foreground.darker)
    label, told = labels.reshape(-1)[there], (foreground.mask & outside).reshape(-1)[there] > 0
    before = np.log(colours.reshape(-1, 3)[there] * gain + np.float32(_DARK))
    factor = np.log(small.reshape(-1, 3)[there] + np.float32(_DARK)) - before
    lit = np.zeros(len(there), np.bool_)
    for number in np.flatnonzero(np.bincount(label[told], minlength=count) >= least):
        piece = label == number
        usual = _factor_of(factor[piece & told], before[piece & told])
        if usual is not None:
            between = np.clip(factor, np.minimum(usual, 0), np.maximum(usual, 0))  # at its soft edges
            lit |= piece & (np.abs(factor - between).max(1) < _WITHIN)
    if not lit.any():
        return foreground
    mask, darker = foreground.mask.copy(), foreground.darker.copy()
    mask.reshape(-1)[there[lit]] = darker.reshape(-1)[there[lit]] = 0
    return Foreground(mask, np.count_nonzero(mask) / mask.size, darker)


def _factor_of(factor: NDArray[np.float32], before: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """float32 (3,): logarithm of the factor that most of (n, 3) pixels of a piece have; None where they have none."""
    usual: NDArray[np.float32] = np.median(factor, 0)
    if min(_range(before), _range(before + factor)) < _VARIED:
        return None
    return usual if (np.abs(factor - usual).max(1) < _ALIKE).mean() >= _ALIKE_SHARE else None


def _range(levels: NDArray[np.float32]) -> float:
    darkest, brightest = np.percentile(levels.mean(1), (10, 90))
    return float(brightest - darkest)
