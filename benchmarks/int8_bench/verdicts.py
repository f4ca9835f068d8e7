"""What the figures say of edgekit's encodings: each bar met or not, the best peer beaten or not, or no telling."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from edgekit_export.evaluate.intervals import Estimate, paired_difference

from int8_bench.comparing import Compared
from int8_bench.methods import METHODS, Tool
from int8_bench.rows import Row
from int8_bench.scoring import FREQUENT, Judged, frequent, metric_difference, sqnr_difference

__all__ = ["Answer", "Verdict", "verdicts"]

_OURS = {method.name for method in METHODS if method.tool is Tool.EDGEKIT}
_PURE = {method.name for method in METHODS if method.tool is Tool.EDGEKIT_PURE}


class Answer(str, Enum):
    """Of a bar or a comparison."""

    MET = "met"
    MISSED = "missed"
    AHEAD = "ahead"
    BEHIND = "behind"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence on one encoding of one network.

    Attributes:
        case: the network.
        method: the encoding.
        answer: in a word.
        text: with the figures.
    """

    case: str
    method: str
    answer: Answer
    text: str


def verdicts(compared: Compared) -> Iterator[Verdict]:
    """Bars first, then the best peer."""
    for row in compared.rows:
        if row.method in _OURS:
            if row.note:
                yield Verdict(row.case, row.method, Answer.MISSED, row.note)
            yield from _bars(compared, row)
            yield from _without_rare(compared, row)
            yield from _against_peers(compared, row)
        elif row.method in _PURE:
            yield from _repaired(compared, row)


def _repaired(compared: Compared, row: Row) -> Iterator[Verdict]:
    least = compared.case.bars.min_pure
    if least is not None and row.value is not None:
        answer = Answer.MET if row.value >= least else Answer.MISSED
        yield Verdict(row.case, row.method, answer, f"{row.metric} {row.value:.4f}, at least {least:g} asked")


def _bars(compared: Compared, row: Row) -> Iterator[Verdict]:
    bars = compared.case.bars
    if bars.max_drop_points is not None and row.points is not None:
        # Half a unit of the last printed digit: 0.3 points asked and 0.3 lost is met.
        met = -row.points <= bars.max_drop_points + 1e-9
        assert row.points_low is not None
        assert row.points_high is not None
        sure = -row.points_low <= bars.max_drop_points if met else -row.points_high > bars.max_drop_points
        text = (
            f"{row.points:+.2f} points of {row.metric} [{row.points_low:+.2f}, {row.points_high:+.2f}], "
            f"at most -{bars.max_drop_points:g} asked"
        )
        if not sure:
            text += f"; {row.pictures} pictures are too few to be sure"
        yield Verdict(row.case, row.method, Answer.MET if met else Answer.MISSED, text)
    for value, least, what, only in (
        (row.agreement, bars.min_agreement_percent, "% agreement with float", ""),
        (row.sqnr_db, bars.min_sqnr_db, "dB SQNR of the logits", ""),
        (row.planned, bars.min_planned_percent, "% of the MACs planned in INT8", "int8-tensorrt"),
        (row.speedup, bars.min_speedup, "times as fast as float", "int8-cpu"),
    ):
        if value is None or least is None or (only and row.method != only):
            continue
        answer = Answer.MET if value >= least else Answer.MISSED
        yield Verdict(row.case, row.method, answer, f"{value:.2f} {what}, at least {least:g} asked")


def _without_rare(compared: Compared, row: Row) -> Iterator[Verdict]:
    """The drop over frequent classes alone: of a class with one object, that one is as much as all of another."""
    asked = compared.case.bars.max_drop_points
    if asked is None or not {row.method, "float"} <= set(compared.judged):
        return
    own, floating = frequent(compared.judged[row.method]), frequent(compared.judged["float"])
    if own is None or floating is None or own.matches is None:
        return
    change = metric_difference(own, floating)
    points, low, high = (100 * value for value in (change.value, change.interval.low, change.interval.high))
    answer = Answer.MET if -points <= asked + 1e-9 else Answer.MISSED
    kinds = f"{len(own.matches.classes)} classes with {FREQUENT} objects or more"
    yield Verdict(row.case, row.method, answer, f"{points:+.2f} points [{low:+.2f}, {high:+.2f}] over the {kinds}")


def _against_peers(compared: Compared, row: Row) -> Iterator[Verdict]:
    own = compared.judged.get(row.method)
    peers = {name: found for name, found in compared.judged.items() if name not in _OURS | _PURE and name != "float"}
    if own is None or not peers:
        return
    best = max(peers, key=lambda name: peers[name].value)
    change = metric_difference(own, peers[best])
    yield _compared(
        row,
        change,
        f"{100 * change.value:+.2f} points of {own.metric} "
        f"[{100 * change.interval.low:+.2f}, {100 * change.interval.high:+.2f}] over {best}",
    )
    if own.right is not None:
        yield from _agreement(row, own, peers)
        clearest = max(peers, key=lambda name: _finite(peers[name]))
        change = sqnr_difference(own, peers[clearest])
        text = f"{change.value:+.1f} dB [{change.interval.low:+.1f}, {change.interval.high:+.1f}] over {clearest}"
        yield _compared(row, change, text)


def _agreement(row: Row, own: Judged, peers: Mapping[str, Judged]) -> Iterator[Verdict]:
    nearest = max(peers, key=lambda name: peers[name].agreement)
    one, other = own.same, peers[nearest].same
    if one is None or other is None:
        return
    change = paired_difference(int((one & ~other).sum()), int((other & ~one).sum()), len(one))
    low, high = 100 * change.interval.low, 100 * change.interval.high
    text = f"{100 * change.value:+.2f} points of agreement with float [{low:+.2f}, {high:+.2f}] over {nearest}"
    yield _compared(row, change, text)


def _finite(judged: Judged) -> float:
    return -math.inf if math.isnan(judged.sqnr_db) else judged.sqnr_db


def _compared(row: Row, change: Estimate, text: str) -> Verdict:
    if change.interval.low > 0:
        return Verdict(row.case, row.method, Answer.AHEAD, text)
    if change.interval.high < 0:
        return Verdict(row.case, row.method, Answer.BEHIND, text)
    return Verdict(row.case, row.method, Answer.CANNOT_TELL, f"{text}: too close, or {row.pictures} pictures too few")
