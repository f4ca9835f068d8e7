"""Whatever comes in: episodes open and close in turn, hidden time counts for nobody, a restart changes nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.shelf.planogram import Facing
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.saved import SavedFacing, restored, saved_from
from edgekit.shelf.states import FacingState, in_new_epoch, step
from edgekit.shelf.words import Evidence, FacingStatus, TransitionKind, UnknownReason

INTERVAL_S = 0.5
PROBLEMS = (FacingStatus.LOW, FacingStatus.OUT_OF_STOCK, FacingStatus.MISPLACED)
FACING = Facing("f", None, False, "bottle", "auto", 4, ((0, 0), (9, 0), (9, 9)))

rules_of = st.builds(
    ShelfRules,
    window=st.sampled_from([1, 3, 4, 5]),
    initial_samples=st.integers(1, 6),
    stillness_s=st.sampled_from([0.0, 0.6, 1.0]),
    hold_out_of_stock_s=st.sampled_from([0.0, 1.0, 3.0]),
    hold_restocked_s=st.sampled_from([0.0, 1.0, 2.0]),
    cooldown_s=st.sampled_from([0.0, 2.0]),
    reminder_s=st.sampled_from([None, 1.0, 4.0]),
)

fills = st.sampled_from([0.0, 0.25, 0.45, 0.5, 0.55, 0.75, 1.0])


@st.composite
def evidences(draw):
    hidden = draw(st.sampled_from([None, None, None, UnknownReason.OCCLUDED, UnknownReason.DARK, "share", "no fill"]))
    return Evidence(
        facing="f",
        visible_share=0.2 if hidden == "share" else 1.0,
        moving=draw(st.sampled_from([False, False, False, True])),
        fill=None if hidden == "no fill" else draw(fills),
        reason=hidden if isinstance(hidden, UnknownReason) else None,
        misplaced=draw(st.sampled_from([0.0, 0.0, 0.9])),
        units=draw(st.booleans()),
    )


# Runs of the same evidence reach conclusions; single samples would only ever jitter.
samples = st.lists(
    st.tuples(evidences(), st.integers(1, 8), st.sampled_from([0.5, 0.5, 0.5, 1.5, 4.0])), min_size=1, max_size=25
).map(lambda runs: [(evidence, gap) for evidence, count, gap in runs for _ in range(count)])


def played(sequence, rules, state=None, start_s=0.0, capacity=4):
    """All (transition, state before, state after, evidence) and the last state."""
    state = state or FacingState()
    steps = []
    time_s = start_s
    for number, (evidence, gap_s) in enumerate(sequence):
        time_s += gap_s
        after, told = step(
            state,
            evidence,
            rules,
            time_s=time_s,
            frame_index=number,
            interval_s=INTERVAL_S,
            capacity=capacity,
        )
        steps.append((told, state, after, evidence))
        state = after
    return steps, state


def told_by(steps):
    return [told for told, *_ in steps if told is not None]


@given(samples, rules_of)
@settings(max_examples=200, deadline=None)
def test_no_sequence_opens_an_open_episode_or_resolves_a_closed_one(sequence, rules) -> None:
    steps, _ = played(sequence, rules)
    is_open, episode, number = False, 0, 0
    for told, _, after, _ in steps:
        if told is not None:
            if told.kind is TransitionKind.OPENED:
                assert not is_open
                is_open, episode, number = True, episode + 1, 1
            else:
                assert is_open
                number += 1
                is_open = told.kind is TransitionKind.UPDATED
            assert (told.episode, told.number) == (episode, number)
            assert (told.state in PROBLEMS) == is_open
        assert after.episode.open == is_open == (after.status in PROBLEMS)


@given(samples, rules_of)
@settings(max_examples=200, deadline=None)
def test_nothing_is_said_in_a_sample_that_cannot_be_judged_or_before_the_baseline(sequence, rules) -> None:
    steps, _ = played(sequence, rules)
    for told, before, after, evidence in steps:
        judgeable = evidence.fill is not None and evidence.reason is None and evidence.visible_share >= 0.7
        if not judgeable or evidence.moving:
            assert told is None
            assert (after.status, after.window, after.held_s) == (before.status, before.window, before.held_s)
        if told is not None:
            assert after.seen >= rules.initial_samples
            assert after.still_s >= rules.stillness_s - 1e-6


@given(samples, rules_of, st.lists(st.integers(0, 200), max_size=8))
@settings(max_examples=200, deadline=None)
def test_hidden_time_counts_for_neither_side(sequence, rules, places) -> None:
    """Hidden samples add nothing to hold, cool-down and age, however long they last."""
    hidden = Evidence("f", 0.0, False, 1.0, UnknownReason.OCCLUDED)
    steps, _ = played(sequence, rules)
    for place in places:
        _, _, state, _ = steps[place % len(steps)]
        after, told = step(state, hidden, rules, time_s=(state.time_s or 0) + 1.0, frame_index=0, interval_s=INTERVAL_S)
        assert told is None
        assert (after.held_s, after.cooldown_left_s, after.since_s) == (
            state.held_s,
            state.cooldown_left_s,
            state.since_s,
        )
        back, _ = step(after, sequence[0][0], rules, time_s=(state.time_s or 0) + 2.0, frame_index=1, interval_s=0.5)
        assert back.held_s <= state.held_s
        assert back.cooldown_left_s >= state.cooldown_left_s or not state.episode.open


@given(samples, rules_of)
@settings(max_examples=100, deadline=None)
def test_the_same_inputs_give_the_same_events(sequence, rules) -> None:
    assert played(sequence, rules) == played(sequence, rules)


@given(samples, samples, rules_of)
@settings(max_examples=150, deadline=None)
def test_saved_and_restored_goes_on_as_a_new_epoch_does(first, second, rules) -> None:
    _, state = played(first, rules)
    row = SavedFacing.from_json(saved_from(FACING, state).to_json())
    states, retired, told = restored((FACING,), {"f": row})
    assert (retired, told) == ({}, ())
    assert states["f"] == in_new_epoch(state)
    assert played(second, rules, states["f"]) == played(second, rules, in_new_epoch(state))


@given(samples, rules_of)
@settings(max_examples=100, deadline=None)
def test_a_new_epoch_keeps_open_episodes_and_says_nothing_by_itself(sequence, rules) -> None:
    _, state = played(sequence, rules)
    fresh = in_new_epoch(state)
    assert (fresh.episode, fresh.status) == (state.episode, state.status)
    assert (fresh.window, fresh.seen, fresh.held_s, fresh.time_s) == ((), 0, 0.0, None)


@given(samples, rules_of)
@settings(max_examples=100, deadline=None)
def test_a_sample_that_is_not_later_changes_nothing(sequence, rules) -> None:
    _, state = played(sequence, rules)
    again = step(state, sequence[-1][0], rules, time_s=state.time_s or 0.0, frame_index=9, interval_s=INTERVAL_S)
    assert again == (state, None)


@given(samples, rules_of)
@settings(max_examples=100, deadline=None)
def test_after_resolved_the_cool_down_passes_before_the_next_opened(sequence, rules) -> None:
    steps, _ = played(sequence, rules)
    left_s = 0.0
    for told, before, after, _ in steps:
        if told is not None and told.kind is TransitionKind.OPENED:
            assert after.cooldown_left_s <= 1e-6
        if told is not None and told.kind is TransitionKind.RESOLVED:
            assert after.cooldown_left_s == rules.cooldown_s
        else:
            assert after.cooldown_left_s <= before.cooldown_left_s + 1e-9
        left_s = after.cooldown_left_s
    assert left_s >= 0.0


def test_the_strategies_reach_every_kind_of_transition() -> None:
    """If this fails the properties above prove nothing."""
    rules = ShelfRules(
        window=1,
        initial_samples=1,
        stillness_s=0,
        hold_out_of_stock_s=0,
        hold_restocked_s=0,
        cooldown_s=0,
        reminder_s=1,
    )
    one = Evidence("f", 1.0, False, 1.0, units=True)
    sequence = [(replace(one, fill=fill), 0.5) for fill in (1.0, 0.0, 0.5, 0.5, 0.5, 0.5, 1.0)]
    kinds = [told.kind.value for told in told_by(played(sequence, rules)[0])]
    assert kinds == ["opened", "updated", "updated", "resolved"]
