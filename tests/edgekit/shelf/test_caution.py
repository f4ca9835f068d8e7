from __future__ import annotations

import pytest

from edgekit.shelf.caution import HALF_LIFE_S, QUIET_S, Caution, Verdict, Word, heard
from edgekit.shelf.episodes import Episode
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.states import FacingState
from edgekit.shelf.words import FacingStatus

RULES = ShelfRules(hold_out_of_stock_s=30.0, empty_at=0.4)
WRONG = Word("id", "left", 4, Verdict.WRONG)
RIGHT = Word("id", "left", 4, Verdict.RIGHT)


def empty_one(episode: Episode | None = None) -> FacingState:
    return FacingState(
        status=FacingStatus.OUT_OF_STOCK, episode=episode or Episode(4, 1, True), since_s=50.0, window=((0.1, 0.0),)
    )


def test_a_wrong_event_takes_its_open_episode_back_and_the_facing_is_silent_for_a_while() -> None:
    after, caution, told = heard(empty_one(), Caution(), WRONG)
    assert told is not None
    assert (told.kind.value, told.reason, told.episode, told.number) == ("retracted", "staff", 4, 2)
    assert (told.previous_state, told.state) == (FacingStatus.OUT_OF_STOCK, FacingStatus.STOCKED)
    assert after.status is FacingStatus.STOCKED
    assert after.episode == Episode(4, 2, False)
    assert after.cooldown_left_s == QUIET_S
    assert after.window == empty_one().window, "what was seen is not forgotten"
    assert caution == Caution(1.0)


@pytest.mark.parametrize("episode", [Episode(4, 2, False), Episode(5, 1, True)])
def test_of_an_episode_that_is_over_nothing_is_taken_back_but_the_facing_is_believed_later(episode) -> None:
    state = empty_one(episode)
    assert heard(state, Caution(), WRONG) == (state, Caution(1.0), None)


def test_right_undoes_it() -> None:
    state, caution, _ = heard(empty_one(), Caution(), WRONG)
    state, caution, told = heard(state, caution, RIGHT)
    assert (caution, state.cooldown_left_s, told) == (Caution(0.0), 0.0, None)


def test_caution_is_bounded_both_ways() -> None:
    caution = Caution()
    for _ in range(9):
        caution = caution.judged(Verdict.WRONG)
    assert caution == Caution(3.0)
    assert caution.quiet_s == 4 * QUIET_S
    rules = caution.rules(RULES)
    assert (rules.hold_out_of_stock_s, rules.empty_at) == (240.0, pytest.approx(0.2))
    assert rules.hold_restocked_s == RULES.hold_restocked_s, "the end of a gap is believed as before"
    for _ in range(9):
        caution = caution.judged(Verdict.RIGHT)
    assert caution == Caution()
    assert caution.rules(RULES) is RULES


def test_caution_fades_with_what_is_seen_and_ends() -> None:
    assert Caution(2.0).after(HALF_LIFE_S).level == pytest.approx(1.0)
    small_steps = Caution(2.0)
    for _ in range(1000):
        small_steps = small_steps.after(HALF_LIFE_S / 1000)
    assert small_steps.level == pytest.approx(1.0)
    assert Caution(2.0).after(6 * HALF_LIFE_S) == Caution()
    assert Caution(2.0).after(0.0) == Caution(2.0)
