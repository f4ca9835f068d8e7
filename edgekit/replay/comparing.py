"""Two configurations on the same takes: which events only one of them got right, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any, Final

from edgekit.replay.claims import Claim
from edgekit.replay.figures import Graded
from edgekit.replay.findings import clock, in_words
from edgekit.replay.scoring import Outcome

__all__ = ["Difference", "Paired", "paired"]

_SAME_WITHIN_S: Final = 10.0
"""Two wrong events of one facing that say the same so near to each other are one fault of both."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An event that only one of two configurations got right.

    Attributes:
        take: name of the take.
        facing: facing id.
        time_s: media time: of the true change, or of the wrong event.
        what: in words.
    """

    take: str
    facing: str
    time_s: float
    what: str

    @property
    def line(self) -> str:
        """In one line."""
        return f"{self.take} {clock(self.time_s)} {self.facing}: {self.what}"


@dataclass(frozen=True, slots=True)
class Paired:
    """Two configurations, A and B, event by event.

    Attributes:
        both: true changes that both told of.
        only_a, only_b: what one got right and the other wrong or missed.
    """

    both: int
    only_a: tuple[Difference, ...]
    only_b: tuple[Difference, ...]

    @property
    def chance(self) -> float:
        """How likely a split as uneven as this is, or more, between two that are equally good (exact sign test)."""
        fewer, all_of_them = min(len(self.only_a), len(self.only_b)), len(self.only_a) + len(self.only_b)
        tail = sum(comb(all_of_them, count) for count in range(fewer + 1)) / float(2**all_of_them)
        return min(1.0, 2 * tail)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON object."""
        return {
            "both_right": self.both,
            "only_a_right": [one.line for one in self.only_a],
            "only_b_right": [one.line for one in self.only_b],
            "sign_test_p": self.chance,
        }


def paired(a: Sequence[Graded], b: Sequence[Graded]) -> Paired:
    """Hold two configurations' outcomes of the same takes against each other.

    Args:
        a, b: the same takes in the same order.
    """
    both, only_a, only_b = 0, list[Difference](), list[Difference]()
    for mine, yours in zip(a, b, strict=True):
        told_a, told_b = _told(mine), _told(yours)
        both += len(told_a.keys() & told_b.keys())
        only_a += [_untold(mine.name, told_a[key]) for key in told_a if key not in told_b]
        only_b += [_untold(mine.name, told_b[key]) for key in told_b if key not in told_a]
        only_b += _false_of(mine, yours)
        only_a += _false_of(yours, mine)
    return Paired(both, tuple(only_a), tuple(only_b))


def _told(graded: Graded) -> dict[tuple[str, float, str], Outcome]:
    return {
        (one.segment.facing, one.segment.from_s, one.segment.state.value): one
        for one in graded.score.right
        if one.segment is not None
    }


def _untold(take: str, outcome: Outcome) -> Difference:
    segment = outcome.segment
    assert segment is not None
    return Difference(take, segment.facing, segment.from_s, f"{in_words(segment.state)}, which the other did not tell")


def _false_of(one: Graded, other: Graded) -> Iterator[Difference]:
    """Wrong claims of one that the other did not make."""
    left = [outcome.claim for outcome in other.score.wrong if outcome.claim is not None]
    for claim in (outcome.claim for outcome in one.score.wrong if outcome.claim is not None):
        same = min(
            (each for each in left if _alike(claim, each)),
            key=lambda each: abs(each.time_s - claim.time_s),
            default=None,
        )
        if same is not None:
            left.remove(same)
        else:
            yield Difference(one.name, claim.facing, claim.time_s, f"the other said {in_words(claim.state)}, wrongly")


def _alike(claim: Claim, other: Claim) -> bool:
    same = (claim.facing, claim.kind, claim.state) == (other.facing, other.kind, other.state)
    return same and abs(claim.time_s - other.time_s) <= _SAME_WITHIN_S
