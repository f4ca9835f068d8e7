from dataclasses import replace

import pytest

from edgekit.shelf.episodes import Episode
from edgekit.shelf.planogram import Facing
from edgekit.shelf.saved import SavedFacing, restored, saved_from
from edgekit.shelf.states import FacingState
from edgekit.shelf.words import FacingStatus

FACING = Facing("a", "02000000000015", True, "bottle", "auto", 1, ((0, 0), (9, 0), (9, 9)))
OUT = FacingState(status=FacingStatus.OUT_OF_STOCK, episode=Episode(3, 2, True), cooldown_left_s=1.5, since_s=7.0)


def test_what_is_saved_comes_back_through_json() -> None:
    row = saved_from(FACING, replace(OUT, window=((0.0, 0.0),), seen=9, time_s=12.0))
    assert SavedFacing.from_json(row.to_json()) == row
    assert SavedFacing.from_json({**row.to_json(), "of_a_newer_version": 1}) == row
    assert restored((FACING,), {"a": row}) == ({"a": OUT}, {}, ())


def test_no_clock_reading_is_saved() -> None:
    assert saved_from(FACING, OUT) == saved_from(FACING, replace(OUT, time_s=99.0))


def test_a_removed_facing_is_retracted_and_its_episode_numbers_are_kept() -> None:
    row = saved_from(FACING, OUT)
    states, retired, told = restored((), {"a": row})
    assert states == {}
    assert [(one.kind.value, one.reason, one.episode, one.number) for one in told] == [
        ("retracted", "facing_removed", 3, 3)
    ]
    # Gone for good: said once. Back again: the next episode is the fourth, so that no event id repeats.
    again = restored((), retired)
    assert (again[1], again[2]) == (retired, ())
    assert restored((FACING,), retired)[0]["a"].episode == Episode(3, 3, False)


def test_another_product_in_the_facing_retracts_and_starts_anew() -> None:
    other = replace(FACING, product="can", gtin=None)
    states, _, told = restored((other,), {"a": saved_from(FACING, OUT)})
    assert [(one.kind.value, one.reason) for one in told] == [("retracted", "product_changed")]
    assert states["a"] == FacingState(episode=Episode(3, 3, False))


def test_a_closed_episode_is_not_retracted() -> None:
    closed = replace(OUT, status=FacingStatus.STOCKED, episode=Episode(3, 3, False))
    assert restored((), {"a": saved_from(FACING, closed)})[2] == ()


def test_a_polygon_drawn_anew_keeps_the_episode() -> None:
    moved = replace(FACING, polygon_xy_px=((1, 0), (9, 0), (9, 9)))
    assert restored((moved,), {"a": saved_from(FACING, OUT)})[0]["a"] == OUT
    assert saved_from(moved, OUT).place != saved_from(FACING, OUT).place


@pytest.mark.parametrize("broken", [{}, {"product": "x"}, {**saved_from(FACING, OUT).to_json(), "status": "nonsense"}])
def test_a_broken_row_is_refused(broken) -> None:
    with pytest.raises(ValueError, match=r"saved facing|nonsense"):
        SavedFacing.from_json(broken)
