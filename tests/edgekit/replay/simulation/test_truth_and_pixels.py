"""The truth of a simulation agrees with its pixels: when something changes, and what is hidden."""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from edgekit.errors import UsageError
from edgekit.replay.simulation.script import Action, Kind, Script
from edgekit.replay.simulation.shelves import ShelfStyle, rendered_scene
from edgekit.replay.simulation.simulation import HIDDEN_SHARE, simulate
from edgekit.shelf.words import FacingStatus


@lru_cache
def scene(**changes):
    style = ShelfStyle(rows=1, facings=4, zoom=0.9, **changes)
    return rendered_scene(np.random.default_rng(5), style, size_wh=(320, 240))


def played(*actions, seconds=20.0, **changes):
    return simulate(Script("test", seconds, actions, noise=0.0), scene(**changes), 3)


def first(simulation):
    return simulation.facings[0].id


def inside(simulation, facing, pixels):
    polygon = next(one.polygon_xy_px for one in simulation.facings if one.id == facing)
    mask = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.int32(polygon)], 1)
    return pixels[mask > 0].astype(int)


def differences(simulation, facing):
    """Time -> mean difference from the reference within the facing."""
    full = inside(simulation, facing, simulation.reference)
    return {time_s: np.abs(inside(simulation, facing, pixels) - full).mean() for time_s, pixels in simulation.frames()}


def test_a_facing_changes_in_its_change_s_frame_and_no_other_does():
    name = first(played())
    simulation = played(Action(Kind.GONE, 8.13, facings=(name,)), Action(Kind.BACK, 15.0, facings=(name,)))
    gone, back = simulation.truth.changes
    assert (gone.time_s, gone.state, back.time_s, back.state) == (8.2, "out_of_stock", 15.0, "stocked")
    seen = differences(simulation, name)
    assert max(value for time_s, value in seen.items() if time_s < gone.time_s) == 0
    assert min(value for time_s, value in seen.items() if gone.time_s <= time_s < back.time_s) > 8
    assert max(value for time_s, value in seen.items() if time_s >= back.time_s) < seen[gone.time_s]
    # Contact shadows reach a little beyond a facing; the farthest one has none of it.
    assert max(differences(simulation, simulation.facings[-1].id).values()) < 1


def test_a_hand_hides_the_facing_around_the_change_and_takes_the_product_along():
    name = first(played())
    simulation = played(Action(Kind.TAKE, 10.0, 3.0, (name,)))
    (change,) = simulation.truth.changes
    assert (change.time_s, change.state, change.cause) == (10.0, "out_of_stock", "taken")
    assert any(start < 10.0 for start, _ in simulation.truth.hidden[name])
    seen = differences(simulation, name)
    assert seen[8.0] == 0
    assert seen[19.8] > 8
    assert {one.kind for one in simulation.truth.nuisances} == {"hand"}


def test_what_is_hidden_cannot_be_seen_and_what_is_not_is_as_it_was():
    name = first(played())
    simulation = played(Action(Kind.CRATE, 4.0, 10.0, (name,)))
    spans = simulation.truth.hidden[name]
    full = simulation.reference.astype(int)
    polygon = next(one.polygon_xy_px for one in simulation.facings if one.id == name)
    mask = np.zeros(full.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.int32(polygon)], 1)
    for time_s, pixels in simulation.frames():
        share = (np.abs(pixels.astype(int) - full).max(2) > 0)[mask > 0].mean()
        hidden = any(start <= time_s < end for start, end in spans)
        assert share > HIDDEN_SHARE - 0.1 if hidden else share < HIDDEN_SHARE + 0.1
    assert simulation.truth.changes == ()


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        (Kind.LIGHTS_OFF, "blocked"),
        (Kind.OVEREXPOSED, "blocked"),
        (Kind.COVERED, "blocked"),
        (Kind.BLUR, "blocked"),
        (Kind.FROZEN, "lost"),
        (Kind.BUMP, "moved"),
        (Kind.TURN_AWAY, "moved"),
    ],
)
def test_trouble_with_the_camera_is_said_and_only_a_bump_leaves_something_to_see(kind, trouble):
    simulation = played(Action(kind, 5.0, 10.0))
    (said,) = simulation.truth.camera
    assert (said.kind, said.from_s, said.until_s) == (trouble, 5.0, 15.0)
    frames = dict(simulation.frames())
    if kind is Kind.FROZEN:
        assert all(np.array_equal(frames[5.0], frames[time_s]) for time_s in frames if 5.0 <= time_s < 15.0)
    else:
        assert np.abs(frames[10.0].astype(int) - simulation.reference).mean() > 5
    whole = simulation.truth.hidden.get(simulation.facings[1].id) == ((5.0, 15.0),)
    assert whole is (kind is not Kind.BUMP)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.TAKE, Kind.GONE, Kind.SWAP)])
def test_no_nuisance_and_nothing_put_back_where_it_stands_is_a_change(kind):
    name = first(played())
    simulation = played(Action(kind, 5.0, 4.0, (name,)), seconds=12.0)
    assert simulation.truth.changes == ()
    assert sum(1 for _ in simulation.frames()) == 60


def test_units_are_taken_one_by_one_through_low_to_out_of_stock_and_come_back_together():
    name = first(played(several=1.0))
    capacity = played(several=1.0).facings[0].capacity
    takes = [Action(Kind.GONE, 4.0 + 2 * number, facings=(name,), units=1) for number in range(capacity)]
    simulation = played(*takes, Action(Kind.BACK, 16.0, facings=(name,)), several=1.0)
    states = [change.state for change in simulation.truth.changes]
    assert capacity > 1
    assert states == [FacingStatus.LOW, FacingStatus.OUT_OF_STOCK, FacingStatus.STOCKED]


def test_another_product_is_misplaced_until_its_own_comes_back():
    name = first(played())
    simulation = played(Action(Kind.SWAP, 5.0, 3.0, (name,)), Action(Kind.RESTOCK, 14.0, 3.0, (name,)))
    assert [change.state for change in simulation.truth.changes] == [FacingStatus.MISPLACED, FacingStatus.STOCKED]
    seen = differences(simulation, name)
    assert seen[10.0] > 5
    assert seen[19.8] < seen[10.0]


def test_a_script_about_a_facing_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match="nowhere"):
        played(Action(Kind.TAKE, 5.0, facings=("nowhere",)))


def test_however_often_a_product_is_moved_it_stays_about_where_it_stood():
    name = first(played())
    moves = tuple(Action(Kind.SHIFT, 2.0 + each, 0.4, (name,)) for each in range(120))
    seen = differences(played(*moves, seconds=125.0), name)
    (first_move,) = (value for time_s, value in seen.items() if abs(time_s - 2.6) < 0.01)
    assert np.median([value for time_s, value in seen.items() if time_s > 90]) < 1.2 * first_move


def test_another_product_that_was_moved_goes_when_the_own_one_comes_back():
    name = first(played())
    swapped = (Action(Kind.SWAP, 5.0, 2.0, (name,)), Action(Kind.SHIFT, 10.0, 2.0, (name,)))
    seen = differences(played(*swapped, Action(Kind.BACK, 15.0, facings=(name,))), name)
    assert seen[20.0 - 0.2] < 0.6 * seen[14.0]


@pytest.mark.parametrize("seed", range(6))
def test_who_stands_before_large_products_is_larger_than_they(seed):
    """Else nobody can tell a person from a product put there."""
    name = first(played())
    stands = Script("test", 12.0, (Action(Kind.STANDER, 1.0, 10.0, (name,)),), noise=0.0)
    simulation = simulate(stands, scene(), seed)
    (polygon,) = (one.polygon_xy_px for one in simulation.facings if one.id == name)
    (_, pixels) = list(simulation.frames())[25]
    changed = np.abs(pixels.astype(int) - simulation.reference).max(2) > 40
    assert np.count_nonzero(changed.any(0)) > 0.7 * np.ptp(np.array(polygon)[:, 1])
