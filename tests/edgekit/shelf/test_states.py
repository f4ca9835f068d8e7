"""The state machine as tables: samples in, transitions out."""

import pytest

from edgekit.shelf.readings import reading_of
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.states import FacingState, in_new_epoch, step
from edgekit.shelf.words import Evidence, FacingStatus, UnknownReason

RULES = ShelfRules(
    window=3, initial_samples=3, stillness_s=1.0, hold_out_of_stock_s=3.0, hold_restocked_s=2.0, cooldown_s=5.0
)
FULL, GONE, HALF = 1.0, 0.0, 0.5
HIDDEN, MOVING = "hidden", "moving"


def evidence(what, units=False, misplaced=0.0):
    if what == HIDDEN:
        return Evidence("f", 0.1, False, None, UnknownReason.OCCLUDED)
    if what == MOVING:
        return Evidence("f", 1.0, True, None)
    return Evidence("f", 1.0, False, what, units=units, misplaced=misplaced)


def played(samples, *, rules=RULES, state=None, start=0, capacity=1, **kwargs):
    """(second, kind, state, reason) of each transition of one sample a second, and the last state."""
    state = state or FacingState()
    told = []
    for second, what in enumerate(samples, start):
        state, transition = step(
            state,
            evidence(what, **kwargs),
            rules,
            time_s=float(second),
            frame_index=second,
            interval_s=1.0,
            capacity=capacity,
        )
        if transition is not None:
            told.append((second, transition.kind.value, transition.state.value, transition.reason))
    return told, state


def test_an_episode_opens_after_the_hold_and_resolves_after_the_restocking_hold() -> None:
    samples = [FULL] * 10 + [GONE] * 10 + [FULL] * 10
    # The median turns at the second new sample; from there the hold counts.
    assert played(samples)[0] == [(14, "opened", "out_of_stock", None), (23, "resolved", "stocked", None)]


def test_one_bad_sample_in_the_window_changes_nothing() -> None:
    assert played([FULL] * 5 + [GONE, FULL, FULL] * 10)[0] == []


def test_a_shorter_absence_than_the_hold_is_not_told() -> None:
    assert played([FULL] * 5 + [GONE] * 4 + [FULL] * 10)[0] == []


def test_hidden_seconds_do_not_count_towards_the_hold() -> None:
    samples = [FULL] * 5 + [GONE] * 3 + [HIDDEN] * 50 + [GONE] * 10
    # 1 s of the hold had passed before somebody stood there; 2 s are left once the facing is seen again.
    assert played(samples)[0] == [(60, "opened", "out_of_stock", None)]


def test_a_facing_that_is_never_seen_raises_nothing() -> None:
    told, state = played([HIDDEN] * 100)
    assert (told, state.status) == ([], FacingStatus.UNKNOWN)


def test_nothing_is_concluded_while_something_moves() -> None:
    assert played([FULL] * 5 + [GONE, GONE, MOVING] * 20)[0] == [(15, "opened", "out_of_stock", None)]
    assert played([FULL] * 5 + [GONE, MOVING] * 40)[0] == []


def test_stillness_is_asked_for_when_the_hold_is_over() -> None:
    rules = RULES.model_copy(update={"stillness_s": 4.0, "hold_out_of_stock_s": 1.0})
    assert played([FULL] * 6 + [MOVING] + [GONE] * 10, rules=rules)[0] == [(10, "opened", "out_of_stock", None)]


def test_a_facing_that_is_empty_at_first_sight_opens_at_start() -> None:
    assert played([GONE] * 10)[0] == [(4, "opened", "out_of_stock", "at_start")]


def test_a_gap_of_more_than_three_intervals_does_not_count() -> None:
    patient = RULES.model_copy(update={"hold_out_of_stock_s": 30.0})
    state = played([FULL] * 5 + [GONE] * 3, rules=patient)[1]
    near = step(state, evidence(GONE), patient, time_s=10.0, frame_index=9, interval_s=1.0)[0]
    far = step(state, evidence(GONE), patient, time_s=10.1, frame_index=9, interval_s=1.0)[0]
    assert (near.held_s, far.held_s) == (pytest.approx(state.held_s + 3), state.held_s)


def test_the_cool_down_precedes_the_next_episode() -> None:
    samples = [FULL] * 5 + [GONE] * 5 + [FULL] * 4 + [GONE] * 20
    rules = RULES.model_copy(update={"cooldown_s": 9.0})
    soon = played(samples)[0]
    assert [kind for _, kind, *_ in soon] == ["opened", "resolved", "opened"]
    late = played(samples, rules=rules)[0]
    assert late[2][0] == late[1][0] + 9


def test_between_the_thresholds_neither_side_gains() -> None:
    assert played([FULL] * 5 + [GONE] * 3 + [HALF] * 50)[0] == []


def test_a_new_epoch_asks_for_its_own_baseline_and_keeps_the_episode() -> None:
    told, state = played([FULL] * 5 + [GONE] * 8)
    assert [kind for _, kind, *_ in told] == ["opened"]
    told, state = played([FULL] * 4, state=in_new_epoch(state))
    assert [(when, kind) for when, kind, *_ in told] == [(3, "resolved")]
    told, _ = played([GONE] * 4, state=in_new_epoch(state))
    assert told == []


def test_low_is_a_problem_only_where_units_are_counted() -> None:
    counted = played([FULL] * 5 + [HALF] * 6 + [GONE] * 6 + [HALF] * 6 + [FULL] * 6, units=True, capacity=2)[0]
    assert [(kind, state, reason) for _, kind, state, reason in counted] == [
        ("opened", "low", None),
        ("updated", "out_of_stock", "state_changed"),
        ("updated", "low", "state_changed"),
        ("resolved", "stocked", None),
    ]
    assert played([FULL] * 5 + [HALF] * 20, capacity=2)[0] == []


def test_one_unit_of_many_is_low_and_not_out() -> None:
    assert [row[2] for row in played([FULL] * 5 + [0.1] * 6, units=True, capacity=10)[0]] == ["low"]


def wavering(values, state=None, start=0):
    """What is told of a place that surely does not hold its product, and holds another with these probabilities."""
    told = []
    for second, misplaced in enumerate(values, start):
        sample = evidence(GONE, misplaced=misplaced)
        state, one = step(state, sample, RULES, time_s=float(second), frame_index=second, interval_s=1.0)
        told += [(second, one.state.value)] if one is not None else []
    return told


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param([0.5, 0.5, 0.65] * 4, "out_of_stock", id="hardly ever more than a gap"),
        pytest.param([0.1] * 3 + [0.9] * 8, "misplaced", id="another product is put there at once"),
    ],
)
def test_a_place_that_is_empty_or_holds_another_product_is_told_of_in_time(values, said) -> None:
    _, stocked = played([FULL] * 6)
    assert wavering(values, stocked, 6)[0] == (10, said)


def test_another_product_in_the_place_is_misplaced() -> None:
    told, _ = played([GONE] * 8, misplaced=0.9)
    assert [(kind, state) for _, kind, state, _ in told] == [("opened", "misplaced")]


@pytest.mark.parametrize(("first", "then"), [(0.1, 0.7), (0.9, 0.3)])
def test_a_gap_and_another_product_turn_into_each_other_only_where_that_is_sure(first, then) -> None:
    told, state = played([GONE] * 8, misplaced=first)
    assert len(told) == 1
    assert played([GONE] * 20, state=state, start=8, misplaced=then)[0] == []
    surely = 1.0 - first
    assert [kind for _, kind, _, _ in played([GONE] * 20, state=state, start=8, misplaced=surely)[0]] == ["updated"]


def test_reminders_come_as_often_as_asked_for_while_the_evidence_agrees() -> None:
    rules = RULES.model_copy(update={"reminder_s": 5.0})
    told, _ = played([FULL] * 5 + [GONE] * 5 + [HIDDEN] * 20 + [GONE] * 12, rules=rules)
    assert [(when, reason) for when, kind, _, reason in told if kind == "updated"] == [
        (35, "reminder"),
        (40, "reminder"),
    ]


def test_a_transition_says_what_an_event_needs() -> None:
    state = played([FULL] * 10 + [GONE] * 4)[1]
    _, told = step(state, evidence(0.1), RULES, time_s=14.0, frame_index=420, interval_s=1.0)
    assert told is not None
    assert (told.episode, told.number, told.previous_state.value) == (1, 1, "stocked")
    assert (told.fill, told.confidence, told.since_s, told.media_time_s, told.frame_index) == (0.0, 1.0, 3.0, 14.0, 420)


@pytest.mark.parametrize(
    ("samples", "last", "shown", "reason"),
    [
        ([FULL], FULL, "unknown", "no_baseline"),
        ([FULL] * 5, FULL, "stocked", None),
        ([FULL] * 5, HIDDEN, "unknown", "occluded"),
        ([FULL] * 5, MOVING, "unknown", "moving"),
        ([HALF] * 5, HALF, "unknown", "undecided"),
    ],
)
def test_a_reading_is_honest_about_what_this_sample_can_tell(samples, last, shown, reason) -> None:
    state = played([*samples, last])[1]
    reading = reading_of(state, evidence(last), RULES, 1)
    assert (reading.state.value, reading.reason.value if reading.reason else None) == (shown, reason)
