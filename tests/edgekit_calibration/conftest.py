"""Scenes that a fixed camera might see."""

from __future__ import annotations

import numpy as np
import pytest

from edgekit.frame import Frame


def scene(number: int = 0, light: float = 1.0, side: int = 96):
    """A shelf of coloured products; `number` exchanges them, `light` dims them."""
    import cv2

    rng = np.random.default_rng(number)
    products = rng.integers(30, 250, (4, 6, 3), np.uint8)
    picture = cv2.resize(products, (side * 3 // 2, side), interpolation=cv2.INTER_NEAREST)
    return np.clip(picture * light, 0, 255).astype(np.uint8)


@pytest.fixture
def shelf():
    """(number=0, light=1.0): a picture of a shelf."""
    return scene


@pytest.fixture
def frames():
    """(pictures, every_s=0.5, start_s=0): frames of one epoch."""

    def make(pictures, every_s=0.5, start_s=0.0):
        return [Frame(picture, start_s + index * every_s, index) for index, picture in enumerate(pictures)]

    return make
