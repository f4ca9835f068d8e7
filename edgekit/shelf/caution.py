"""What staff say of a facing's events, and how much slower it is believed after a wrong one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from edgekit.shelf.episodes import retracted
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.states import FacingState
from edgekit.shelf.words import FacingStatus, Transition

__all__ = ["Caution", "Verdict", "Word", "heard"]

MOST: Final = 3.0
HALF_LIFE_S: Final = 100 * 3600.0
"""Of seen time: a week or so of a store's opening hours."""
_NONE: Final = 0.05
QUIET_S: Final = 1800.0
STAFF: Final = "staff"


class Verdict(str, Enum):
    """What staff say of an event."""

    WRONG = "wrong"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of staff on one event.

    Attributes:
        event: the event's id.
        facing: whose event.
        episode: the facing's episode that it belongs to.
        verdict: wrong, or right: it was no error, or the earlier `wrong` was one.
    """

    event: str
    facing: str
    episode: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Caution:
    """How much slower a facing is believed than the others.

    Attributes:
        level: 0 (as all) to 3; each wrong event adds 1, each right one takes 1 away, and it halves by itself in 100
            seen hours.
    """

    level: float = 0.0

    def after(self, seen_s: float) -> Caution:
        """With so much more seen time."""
        if self.level == 0.0:
            return self
        level = self.level * 0.5 ** (seen_s / HALF_LIFE_S)
        return Caution(level if level >= _NONE else 0.0)

    def judged(self, verdict: Verdict) -> Caution:
        """With one more word of staff."""
        return Caution(min(MOST, self.level + 1) if verdict is Verdict.WRONG else max(0.0, self.level - 1))

    def rules(self, rules: ShelfRules) -> ShelfRules:
        """The settings for such a facing: at level 3 a gap must hold 8 times as long and be twice as plain."""
        if self.level == 0.0:
            return rules
        return rules.model_copy(
            update={
                "hold_out_of_stock_s": rules.hold_out_of_stock_s * 2**self.level,
                "empty_at": rules.empty_at * (1 - self.level / (2 * MOST)),
            }
        )

    @property
    def quiet_s(self) -> float:
        """Seen time for which nothing is told of the facing after its event was wrong: half an hour, then doubled."""
        return QUIET_S * 2 ** max(0.0, self.level - 1)


def heard(state: FacingState, caution: Caution, word: Word) -> tuple[FacingState, Caution, Transition | None]:
    """Take a word of staff on one facing in.

    A wrong event's episode is taken back where it is still open: the facing counts as stocked, and stays silent for
    `quiet_s`, whatever the evidence says. After `right` it is believed again at once.
    """
    caution = caution.judged(word.verdict)
    if word.verdict is Verdict.RIGHT:
        return replace(state, cooldown_left_s=0.0), caution, None
    if not state.episode.open or state.episode.number != word.episode:
        return state, caution, None
    episode, told = retracted(word.facing, state.episode, state.status, STAFF)
    after = replace(
        state,
        status=FacingStatus.STOCKED,
        episode=episode,
        cooldown_left_s=caution.quiet_s,
        reminder_s=0.0,
        since_s=0.0,
        candidate=None,
        held_s=0.0,
    )
    return after, caution, replace(told, state=FacingStatus.STOCKED)
