"""Safe to deploy or not, and why: the one sentence that a report begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.scores import METRIC_WORDS

__all__ = ["EncodingFindings", "Level", "Verdict", "verdict_of"]

# Labelled data: at most one point lost is what INT8 may cost; three is what somebody should look at.
_SAFE_LOSS: Final = 0.01
_CHECK_LOSS: Final = 0.03

# Without labels: EfficientNet-Lite0 in INT8 picks float's class on 95-96 % of pictures while it loses less than a
# point of top-1 (many pictures lie between two classes); YOLOX-nano in INT8 finds float's boxes with AP50 0.99-1.00
# while it loses 0 to 1.3 points of mAP.
_SAFE_AGREEMENT: Final = {"classify": 0.93, "detect": 0.95}
_CHECK_AGREEMENT: Final = {"classify": 0.85, "detect": 0.85}

# One picture more or less moves an agreement on fewer pictures by over six points.
_FEW_IMAGES: Final = 16


class Level(str, Enum):
    """How safe."""

    SAFE = "safe"
    CHECK = "check"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level and its reason in one sentence."""

    level: Level
    reason: str

    @property
    def headline(self) -> str:
        """The level in words."""
        return {
            Level.SAFE: "Safe to deploy",
            Level.CHECK: "Check before you deploy",
            Level.UNSAFE: "Not safe to deploy",
        }[self.level]


@dataclass(frozen=True, slots=True)
class EncodingFindings:
    """What a verdict rests on.

    Attributes:
        encoding: its name.
        agreement: with float on pictures that ranges did not come from.
        metric: its own main metric on labelled data, or None.
    """

    encoding: str
    agreement: Agreement
    metric: float | None = None


_ORDER: Final = (Level.SAFE, Level.CHECK, Level.UNSAFE)


def verdict_of(
    task: str, metric_name: str | None, float_metric: float | None, int8: Sequence[EncodingFindings]
) -> Verdict:
    """Judge the INT8 encodings; the worst decides.

    Args:
        task: "classify", "detect" or "embed".
        metric_name: the main metric on labelled data, such as "map".
        float_metric: its value for the float graph, or None without labelled data.
        int8: findings of each INT8 encoding; empty without `--int8`.
    """
    if not int8:
        return Verdict(Level.SAFE, "Nothing was quantized: the float graph equals the model file.")
    judged = [
        _by_metric(str(metric_name), float_metric, found)
        if float_metric is not None and found.metric is not None
        else _by_agreement(task, found)
        for found in int8
    ]
    return max(judged, key=lambda verdict: _ORDER.index(verdict.level))


def _by_metric(name: str, float_metric: float, found: EncodingFindings) -> Verdict:
    assert found.metric is not None
    # Three decimals are what is printed; what cannot be seen there is no loss.
    loss = round(float_metric - found.metric, 4)
    level = Level.SAFE if loss <= _SAFE_LOSS else Level.CHECK if loss <= _CHECK_LOSS else Level.UNSAFE
    word = METRIC_WORDS.get(name, name)
    what = f"loses {loss * 100:.1f} points of {word}" if loss > 0 else f"loses nothing of {word}"
    return Verdict(
        level, f"{found.encoding} {what} on the labelled pictures ({found.metric:.3f}, float {float_metric:.3f})."
    )


def _by_agreement(task: str, found: EncodingFindings) -> Verdict:
    share, images = found.agreement.share, found.agreement.images
    if share is None:
        why = "float finds nothing on the pictures to compare on" if task == "detect" else f"{task} has no metric"
        return Verdict(Level.CHECK, f"{found.encoding} cannot be judged: {why}. Give labelled pictures with --data.")
    safe, check = _SAFE_AGREEMENT[task], _CHECK_AGREEMENT[task]
    level = Level.SAFE if share >= safe else Level.CHECK if share >= check else Level.UNSAFE
    what = (
        f"picks the same class as float on {share * 100:.0f} % of {images} pictures"
        if task == "classify"
        else f"finds float's {found.agreement.float_boxes} boxes on {images} pictures with AP50 {share:.2f}"
    )
    if level is Level.SAFE and images < _FEW_IMAGES:
        return Verdict(Level.CHECK, f"{found.encoding} {what}; these are few. Give more pictures, or --data.")
    return Verdict(level, f"{found.encoding} {what}.")
