from __future__ import annotations

from edgekit.shelf.depletion import Removals
from edgekit.shelf.episodes import AT_START
from edgekit.shelf.outlook import Outlook, outlook_after
from edgekit.shelf.planogram import Facing
from edgekit.shelf.saved import saved_from
from edgekit.shelf.states import FacingState
from edgekit.shelf.words import Evidence, FacingStatus, Transition, TransitionKind, UnknownReason

FACING = Facing("a", None, False, "bottle", "auto", 6, ((0, 0), (9, 0), (9, 9)))
STOCKED, LOW, OUT = FacingStatus.STOCKED, FacingStatus.LOW, FacingStatus.OUT_OF_STOCK


def seen(
    outlook: Outlook, seconds: int, units: int, *, status=STOCKED, reason=None, counted=True, gap_s=1.0
) -> Outlook:
    for _ in range(seconds):
        fill = units / FACING.capacity if reason is None else None
        state = FacingState(status=status, window=((fill, 0.0),) if fill is not None else (), judged=fill is not None)
        evidence = Evidence("a", 1.0, False, fill, reason, units=counted)
        outlook = outlook_after(outlook, FACING, state, evidence, None, gap_s)
    return outlook


def opened(reason: str | None = None) -> Transition:
    return Transition("a", TransitionKind.OPENED, 1, 1, OUT, STOCKED, reason, 0.0, 1.0, 30.0, 60.0, 300)


def test_counted_units_that_leave_make_an_outlook_and_the_fewer_are_left_the_nearer_it_is() -> None:
    outlook = Outlook()
    for units in (6, 5, 4, 3):
        assert outlook.said is None
        outlook = seen(outlook, 100, units)
    three = outlook.said
    two = seen(outlook, 60, 2, status=LOW).said
    assert three is not None
    assert two is not None
    assert two.median < three.median
    assert 100 < two.median < 500
    assert seen(outlook, 60, 0, status=OUT).said is None


def test_of_a_facing_whose_units_are_not_counted_each_gap_that_opens_is_a_removal() -> None:
    outlook = Outlook()
    empty = FacingState(status=OUT)
    nothing = Evidence("a", 1.0, False, 0.0)
    for _ in range(4):
        outlook = seen(outlook, 100, 6, counted=False)
        outlook = outlook_after(outlook, FACING, empty, nothing, opened(), 1.0)
        assert outlook.said is None, "it is empty"
    assert round(outlook.removals.count, 1) == 4.0
    again = seen(outlook, 1, 6, counted=False).said
    assert again is not None
    assert 30 < again.median < 150


def test_a_gap_at_first_sight_opened_nobody_knows_when() -> None:
    nothing = Evidence("a", 1.0, False, 0.0)
    outlook = outlook_after(Outlook(), FACING, FacingState(status=OUT), nothing, opened(AT_START), 1.0)
    assert outlook.removals.count == 0


def test_closed_hours_and_long_pauses_count_for_nothing_and_hidden_time_does() -> None:
    outlook = seen(Outlook(), 10, 6)
    assert seen(outlook, 50, 6, reason=UnknownReason.CLOSED).removals.watched_s == outlook.removals.watched_s
    assert seen(outlook, 50, 6, gap_s=60.0).removals.watched_s == outlook.removals.watched_s
    assert seen(outlook, 50, 6, reason=UnknownReason.OCCLUDED).removals.watched_s > 55


def test_what_left_is_saved_with_the_facing() -> None:
    row = saved_from(FACING, FacingState(), removals=Removals(3.25, 1234.5, units=2))
    assert (row.removals, row.watched_s) == (3.25, 1234.5)
