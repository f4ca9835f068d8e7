"""The range of every tensor that a node makes."""

from __future__ import annotations

import math

import numpy as np
from edgekit_export.quantize.seen import portions, seen_ranges

NET = """g (uint8[batch,4,4,3] images) => (float[batch,2] y)
    {x = Cast <to=1> (images) t = Transpose <perm=[0,3,1,2]> (x) a = Conv(t, w) p = GlobalAveragePool(a)
     y = Flatten(p) s = Shape(y)}"""


def images(*values):
    return [np.full((4, 4, 3), value, np.uint8) for value in values]


def test_extremes_are_taken_over_all_images_and_all_float_tensors(build):
    weight = np.float32([[1, 1, 1], [-2, 0, 0]]).reshape(2, 3, 1, 1)
    found = seen_ranges(build(NET, w=weight), images(10, 3, 100))
    assert found["x"] == found["t"] == (3.0, 100.0)
    assert found["a"] == found["p"] == found["y"] == (-200.0, 300.0)
    assert "s" not in found


def test_a_tensor_that_was_not_finite_once_has_no_bounds(build):
    text = "g (uint8[batch,4,4,3] images) => (float[batch,4,4,3] y) {x = Cast <to=1> (images) y = Log(x)}"
    assert seen_ranges(build(text), images(1, 0, 1))["y"] == (-math.inf, math.inf)


def test_large_graphs_are_seen_in_portions_that_leave_nothing_out(build):
    weight = np.float32([[1, 1, 1], [-2, 0, 0]]).reshape(2, 3, 1, 1)
    model = build(NET, w=weight)
    whole = seen_ranges(model, images(10, 3))
    # 48 numbers each of x and t, 32 of a, 2 each of p and y.
    assert list(portions(model, 60)) == [["x"], ["t"], ["a", "p", "y"]]
    assert seen_ranges(model, images(10, 3), most_at_once=60) == whole
