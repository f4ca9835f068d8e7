"""Jitter, drift, bumps as bare numbers: what the camera's alignment becomes from measurement to measurement."""

import numpy as np
import pytest

from edgekit.shelf.registration.geometry import displacement_px
from edgekit.shelf.registration.tracking import (
    CONFIRM_S,
    Tracking,
    for_frames_of,
    in_new_epoch,
    tracking_after,
    unmoved,
)

SIZE_HW = (360, 640)


def off(x, y=0.0):
    matrix = np.eye(3)
    matrix[:2, 2] = x, y
    return matrix


def after(*places, every_s=0.2, state=None) -> list[Tracking]:
    """The trackings that measurements at (x, y) lead to, one each `every_s`."""
    states = [state or unmoved(SIZE_HW)]
    for number, place in enumerate(places):
        states.append(tracking_after(states[-1], off(*place), number * every_s))
    return states[1:]


def test_jitter_is_followed_at_once_and_is_no_bump() -> None:
    random = np.random.default_rng(0)
    places = random.uniform(-3, 3, (200, 2))
    states = after(*places)
    assert not any(state.moved for state in states)
    assert all(np.allclose(state.alignment, off(*place)) for state, place in zip(states, places, strict=True))


@pytest.mark.parametrize("every_s", [0.2, 0.5, 1.0, 2.0])
def test_a_bump_is_moved_for_long_enough_to_be_told_of_and_no_longer_than_needed(every_s) -> None:
    still = [(0.0, 0.0)] * 5
    states = after(*still, *[(25.0, 10.0)] * 200, every_s=every_s)
    moved = [number * every_s for number, state in enumerate(states) if state.moved]
    assert 5 * every_s <= moved[0] <= 7 * every_s  # a leap of 27 px in a second may be a swaying hand, until it stays
    assert 5.0 <= moved[-1] - moved[0] <= CONFIRM_S + 2 * every_s
    assert np.allclose(states[-1].alignment, off(25.0, 10.0))


def test_a_bumped_camera_that_goes_on_trembling_is_found_again_too() -> None:
    random = np.random.default_rng(1)
    trembling = [(25.0 + x, 10.0 + y) for x, y in random.uniform(-3, 3, (60, 2))]
    states = after((0.0, 0.0), *trembling)
    assert states[1].moved
    assert not states[-1].moved


def test_a_bump_within_a_bump_starts_anew_and_ends_where_the_camera_comes_to_rest() -> None:
    states = after((0.0, 0.0), *[(25.0, 0.0)] * 20, *[(-20.0, 5.0)] * 45)
    assert all(state.moved for state in states[1:50])
    assert not states[-1].moved
    assert np.allclose(states[-1].alignment, off(-20.0, 5.0))


def test_drift_is_followed_and_leaves_nothing_to_be_told() -> None:
    states = after(*[(45.0 * n / 20, 20.0 * n / 20) for n in range(21)], *[(45.0, 20.0)] * 30)
    assert not any(state.moved for state in states)
    assert displacement_px(states[-1].alignment, off(45.0, 20.0), SIZE_HW) == 0.0


def test_a_wandering_camera_that_leaps_back_to_where_it_rested_was_not_bumped() -> None:
    wandering = [(0.6 * number, 0.0) for number in range(30)]
    states = after(*[(0.0, 0.0)] * 10, *wandering, *[(0.0, 0.0)] * 60)
    assert states[40].moved
    assert sum(state.moved for state in states) * 0.2 < 1.5
    assert np.allclose(states[-1].alignment, off(0.0))


def test_at_the_start_a_camera_that_looks_elsewhere_is_taken_as_it_is_before_anybody_is_told() -> None:
    states = after(*[(30.0, 0.0)] * 20)
    assert states[0].moved
    assert sum(state.moved for state in states) * 0.2 < 5.0
    assert np.allclose(states[-1].alignment, off(30.0))
    again = after((30.0, 0.0), state=in_new_epoch(states[-1]))
    assert not again[0].moved


def test_an_alignment_holds_for_frames_of_another_size() -> None:
    known = after((0.0, 0.0), state=Tracking(SIZE_HW, off(30.0, -8.0), known=True))[0]
    assert known.moved
    double = for_frames_of(known, (720, 1280))
    assert np.allclose(double.alignment, off(60.0, -16.0))
    assert for_frames_of(known, SIZE_HW) is known
