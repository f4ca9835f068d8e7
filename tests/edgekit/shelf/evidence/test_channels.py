"""Sums over channels are numpy's, in float32: those of bytes do not overflow."""

import numpy as np
import pytest

from edgekit.shelf.evidence.channels import sum_of_channels


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [2, 3])
def test_sums_are_those_of_numpy(dtype: type, channels: int) -> None:
    values = np.random.default_rng(1).integers(200, 256, (7, 5, channels)).astype(dtype)
    total = sum_of_channels(values)
    assert total.dtype == np.float32
    assert np.array_equal(total, values.sum(2, dtype=np.float32))
