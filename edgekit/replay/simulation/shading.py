"""The soft darkness that a package throws on the wall behind it and on its neighbours."""

from __future__ import annotations

import numpy as np

from edgekit.replay.simulation.layers import Layer

__all__ = ["shade_of"]


def shade_of(layer: Layer, strength: float = 0.4) -> Layer:
    """A dark, blurred copy, wider than the layer by as much as it is blurred."""
    import cv2

    wide = max(3, min(layer.size_wh) // 8)
    framed = cv2.copyMakeBorder(layer.alpha, wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=0)
    soft = cv2.GaussianBlur(framed, (0, 0), wide / 2)
    alpha = cv2.convertScaleAbs(soft, alpha=strength)
    return Layer(np.zeros((*alpha.shape, 3), np.uint8), alpha)
