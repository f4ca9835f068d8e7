"""Whatever comes by in whatever order: a selection stays within its places, and its pictures stay apart."""

import numpy as np
from edgekit_calibration.selection import ALIKE, DiverseSelection, Verdict
from edgekit_calibration.selection_descriptor import Descriptor
from hypothesis import given
from hypothesis import strategies as st

PICTURES = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 7), st.floats(-50, 50), st.floats(-50, 50)), max_size=60
)


def descriptor(x, y):
    values = np.zeros(216, np.float32)
    values[192:194] = np.array([x, y]) * np.sqrt(24)
    return Descriptor(values, np.ones(216, bool), 50.0)


@given(PICTURES, st.integers(1, 12))
def test_places_distances_and_shares_hold(pictures, capacity):
    selection, kept = DiverseSelection(capacity), set()
    for index, (camera, light, x, y) in enumerate(pictures):
        offer = selection.offer(str(index), (camera, light), descriptor(x, y))
        if offer.verdict is Verdict.TAKEN:
            kept.add(str(index))
        if offer.dropped is not None:
            assert offer.verdict is Verdict.TAKEN
            kept.remove(offer.dropped)
        assert set(selection.keys) == kept
        assert len(selection) <= capacity
        assert selection.smallest_distance >= ALIKE - 1e-3


@given(PICTURES)
def test_a_picture_that_was_taken_is_never_taken_again_while_it_is_there(pictures):
    selection = DiverseSelection(100)
    for index, (camera, light, x, y) in enumerate(pictures):
        selection.offer(str(index), (camera, light), descriptor(x, y))
        assert selection.offer("again", (camera, light), descriptor(x, y)).verdict is Verdict.ALIKE
