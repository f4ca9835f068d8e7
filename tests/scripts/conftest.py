"""The scripts' packages, found beside the checkout's scripts, and what their tests render from."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))


@pytest.fixture(scope="module")
def photographs():
    """Drawn ones: what is rendered from them needs no file."""
    from comparator.photographs import Photographs

    random = np.random.default_rng(1)

    def drawn(height, width):
        tiles = random.integers(0, 255, (height // 16 + 1, width // 16 + 1, 3), np.uint8)
        return np.kron(tiles, np.ones((16, 16, 1), np.uint8))[:height, :width]

    return Photographs(tuple(drawn(192, 256) for _ in range(6)), (drawn(640, 640),))
