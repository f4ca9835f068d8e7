"""Safe to deploy or not, and why: the one sentence that a report begins with.

A figure alone decides nothing. Safe is what looks harmless and is, with 95 % confidence, not serious; not safe is what
is harmful with that confidence; anything between cannot be told, and then the advice says what would tell it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.intervals import Estimate
from edgekit_export.report.by_agreement import judged_by_agreement
from edgekit_export.report.by_labels import MAX_LOSS, LabelledFindings, judged_by_labels, means_something
from edgekit_export.report.levels import EncodingVerdict, Level, called
from edgekit_export.report.words import place

__all__ = ["EncodingFindings", "LabelledFindings", "Level", "Verdict", "verdict_of"]

_ORDER: Final = (Level.SAFE, Level.UNSURE, Level.UNSAFE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level and its reason in one sentence; the worst encoding decides.

    Attributes:
        level: how safe.
        reason: of the encoding that decided.
        encodings: each encoding's own.
        advice: what to do next, in sentences, the most useful first.
        max_loss: what an encoding was allowed to lose of the main metric on labelled pictures, a fraction.
    """

    level: Level
    reason: str
    encodings: tuple[EncodingVerdict, ...] = ()
    advice: tuple[str, ...] = ()
    max_loss: float = MAX_LOSS

    @property
    def headline(self) -> str:
        """The level in words, and where it holds if not everywhere."""
        alike = [found.encoding for found in self.encodings if found.level is self.level]
        where = " and ".join(map(place, alike)) if 0 < len(alike) < len(self.encodings) else ""
        if self.level is Level.SAFE:
            return "Safe to deploy"
        if self.level is Level.UNSAFE:
            return f"Not safe to deploy{where and f' on {where}'}"
        return f"Cannot tell yet{where and f' for {where}'}"


@dataclass(frozen=True, slots=True)
class EncodingFindings:
    """What a verdict on one encoding rests on.

    Attributes:
        encoding: its name.
        agreement: with float on pictures that ranges did not come from, or None.
        metric: its own main metric on labelled data, or None.
        loss: float's metric minus its own, with the interval, or None.
    """

    encoding: str
    agreement: Agreement | None = None
    metric: float | None = None
    loss: Estimate | None = None


def verdict_of(
    task: str, labelled: LabelledFindings | None, found: Sequence[EncodingFindings], *, max_loss: float = MAX_LOSS
) -> Verdict:
    """Judge the encodings; the worst decides.

    Args:
        task: "classify", "detect" or "embed".
        labelled: float on labelled pictures, or None without any.
        found: of each encoding but float; empty where nothing was quantized.
        max_loss: what an encoding may cost of the main metric, a fraction.
    """
    if not found:
        return Verdict(Level.SAFE, "Nothing was quantized: the graph gives the answers of the model file.")
    judged = tuple(_judged(task, labelled, one, max_loss) for one in found)
    worst, _ = max(zip(judged, found, strict=True), key=lambda pair: _concern(*pair))
    advice = _advice([one for one in judged if one.level is worst.level])
    if worst.level is Level.UNSAFE:
        bad = " and ".join(one.encoding for one in judged if one.level is Level.UNSAFE)
        leave = f"Leave {bad} alone: the float graph in the same bundle gives the original answers (--encoding float)."
        advice = (leave, *advice)
    return Verdict(worst.level, worst.reason, judged, advice, max_loss)


def _concern(judged: EncodingVerdict, found: EncodingFindings) -> tuple[int, bool, float]:
    """By which the encoding is chosen that speaks for all: its level, INT8 before FP16, what it loses."""
    agreed = found.agreement
    alike = None if agreed is None else agreed.share if agreed.ap is None else agreed.ap
    lost = found.loss.value if found.loss else 1 - alike if alike is not None else 0.0
    return _ORDER.index(judged.level), judged.encoding.startswith("int8"), lost


def _advice(judged: Sequence[EncodingVerdict]) -> tuple[str, ...]:
    """Each sentence once, with the largest number of pictures."""
    needed: dict[str, int] = {}
    for one in judged:
        if one.advice:
            needed[one.advice] = max(needed.get(one.advice, 0), one.images_needed or 0)
    return tuple(f"About {number} {line}" if number else line for line, number in needed.items())


def _judged(task: str, labelled: LabelledFindings | None, found: EncodingFindings, max_loss: float) -> EncodingVerdict:
    agreed = found.agreement
    if agreed is not None and agreed.sqnr_db == -math.inf:
        unusable = f"{called(found.encoding)} gives numbers that cannot be used (infinite, or none)."
        return EncodingVerdict(found.encoding, Level.UNSAFE, unusable)
    without_labels = judged_by_agreement(task, found.encoding, agreed)
    if labelled is None or found.loss is None or found.metric is None:
        return without_labels
    with_labels = judged_by_labels(found.encoding, found.metric, found.loss, labelled, max_loss)
    few = with_labels.level is Level.UNSURE and found.loss.value <= max_loss
    if few and without_labels.level is Level.SAFE and means_something(labelled):
        return without_labels  # many pictures without labels say more than few with
    return with_labels
