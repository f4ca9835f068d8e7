"""Is an encoding safe, judged without labels, by how far it gives float's answers?

A detector is judged by two figures: whether it finds float's objects again (AP50), and whether it frames them as float
does and keeps the order of their scores (AP over overlaps from 0.50 to 0.95). The worse one decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.intervals import Interval, wilson
from edgekit_export.report.levels import IMPROVE, LEAST_IMAGES, EncodingVerdict, Level, called, rounded_up
from edgekit_export.report.words import count, percent, points

__all__ = ["SAFE_AGREEMENT", "SAFE_FRAMING", "SERIOUS_AGREEMENT", "SERIOUS_FRAMING", "judged_by_agreement"]

# EfficientNet-Lite0 in INT8 picks float's class on 95-96 % of pictures while it loses less than a point of top-1 (many
# pictures lie between two classes). YOLOX-nano in INT8 finds float's boxes with AP50 0.95-0.99 whether it loses nothing
# or 3.8 points of mAP: AP50 refuses what is broken, and tells nothing of what is merely worse.
SAFE_AGREEMENT: Final = {"classify": 0.93, "detect": 0.95}
"""What must be reached, by task."""

SERIOUS_AGREEMENT: Final = {"classify": 0.85, "detect": 0.85}
"""What must surely be reached."""

# An average precision against float counts every box that moved or changed its rank, to the better too. What that costs
# was measured without labels, on 250 photographs that no accuracy is quoted on: YOLOX-nano in 22 INT8 graphs (eleven
# calibrations, both encodings), the truth being float's boxes on the mirrored photographs. Of 69.9 points of mAP that
# float has by that truth, the eight graphs with 0.965 or more against float lost 0.7 at most, the three with 0.940 to
# 0.959 0.5 at most, the eleven under 0.93 lost 1.4 to 3.8; labelled pictures allow one point. So 0.965 is harmless, and
# under the middle of 0.940 and 0.927 begins harm. Between them three graphs of one model are no evidence: cannot tell.
# FP16 has 0.995.
SAFE_FRAMING: Final = 0.965
"""Detectors: what `Agreement.ap` must reach."""

SERIOUS_FRAMING: Final = 0.935
"""What it must surely reach."""

_LEAST_BOXES: Final = 20

# Beyond this share nearly every picture shows one thing, and a model that always answers it agrees as well.
_ONE_SIDED: Final = 0.9

_MORE_PICTURES: Final = (
    "calibration pictures would tell (a fourth of them is kept to compare on), or labelled pictures: --data."
)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A share of agreement, 0 to 1, with its interval, what it must reach, and what it must surely reach."""

    value: float
    interval: Interval
    safe: float
    serious: float

    @property
    def harmful(self) -> bool:
        """It looks so, and is surely not harmless."""
        return self.value < self.serious and self.interval.high < self.safe

    @property
    def harmless(self) -> bool:
        """It looks so, and is surely not harmful."""
        return self.value >= self.safe and self.interval.low >= self.serious

    @property
    def may_be_safe(self) -> bool:
        """More pictures may show that it is."""
        return self.interval.high >= self.safe


def judged_by_agreement(task: str, encoding: str, agreed: Agreement | None) -> EncodingVerdict:
    """Safe: enough agreement, and surely no serious lack of it. Unsafe: surely too little. Else: cannot tell."""
    if agreed is None or task not in SAFE_AGREEMENT:
        why = "no picture was compared with float" if agreed is None else f"models for {task} have no figure for it"
        return EncodingVerdict(
            encoding, Level.UNSURE, f"{called(encoding)} cannot be judged: {why}.", "Try it on pictures of your own."
        )
    share, pictures = agreed.share, count(agreed.images, "picture")
    if share is None:
        return EncodingVerdict(
            encoding,
            Level.UNSURE,
            f"The original model finds no object on the {pictures} to compare on: nothing can be said of INT8.",
            "Give pictures with objects in them: --calibration, or labelled ones: --data.",
        )
    figures = _figures(task, agreed, share)
    told = f"{called(encoding)} {_told(task, agreed, share)}"
    few = agreed.images < LEAST_IMAGES or (agreed.float_boxes is not None and agreed.float_boxes < _LEAST_BOXES)
    # Draws of few pictures say nothing of how sure the second figure is.
    if any(one.harmful for one in (figures[:1] if few else figures)):
        return EncodingVerdict(encoding, Level.UNSAFE, f"{told}.", IMPROVE)
    if task == "classify" and (agreed.commonest or 0.0) > _ONE_SIDED:
        return EncodingVerdict(
            encoding,
            Level.UNSURE,
            f"The original model gives {percent(agreed.commonest or 0.0)} of the {pictures} one and the same answer: "
            "to agree with it says nothing of INT8.",
            "Give pictures that show different classes: --calibration, or labelled ones: --data.",
        )
    if all(one.harmless for one in figures) and not few:
        least = figures[-1].interval.low
        words = percent(least) if task == "classify" else points(least)
        return EncodingVerdict(encoding, Level.SAFE, f"{told}, at least {words} (95 % sure).")
    if few or all(one.may_be_safe for one in figures):
        few_told = f"{told}, but these are too few to tell."
        return EncodingVerdict(encoding, Level.UNSURE, few_told, _MORE_PICTURES, _needed(agreed))
    return EncodingVerdict(
        encoding,
        Level.UNSURE,
        f"{told}: too little to trust, too much to refuse.",
        "Labelled pictures would tell whether the changed answers are wrong ones: --data.",
    )


def _figures(task: str, agreed: Agreement, share: float) -> tuple[_Figure, ...]:
    """What decides, the figure that a reason ends with last."""
    interval = agreed.interval or wilson(share * agreed.images, agreed.images)
    found = _Figure(share, interval, SAFE_AGREEMENT[task], SERIOUS_AGREEMENT[task])
    if task != "detect" or agreed.ap is None or agreed.ap_interval is None:
        return (found,)
    return found, _Figure(agreed.ap, agreed.ap_interval, SAFE_FRAMING, SERIOUS_FRAMING)


def _told(task: str, agreed: Agreement, share: float) -> str:
    pictures = count(agreed.images, "picture")
    if task == "classify":
        same = round(share * agreed.images)
        alike = ", always with the same one" if agreed.answers == 1 and (agreed.float_answers or 0) > 1 else ""
        return f"gives the original model's answer on {same} of {pictures} ({percent(share)}){alike}"
    again = "" if agreed.found_again is None else f"{agreed.found_again} of "
    objects = count(agreed.float_boxes or 0, "object")
    why = ", which objects missed at low scores hardly lower" if _seems_too_high(agreed, share) else ""
    found = f"finds {again}the original model's {objects} again on {pictures} (AP50 {points(share)} of 100{why})"
    return found if agreed.ap is None else f"{found}, framed and ranked alike to {points(agreed.ap)} of 100 (mAP)"


def _seems_too_high(agreed: Agreement, share: float) -> bool:
    """Whether AP50 needs a word beside the objects found again, of which fewer are found."""
    if agreed.found_again is None or not agreed.float_boxes:
        return False
    return share - agreed.found_again / agreed.float_boxes > 0.005


def _needed(agreed: Agreement) -> int:
    """How many pictures would tell, if they went as these did; a fourth of what is given is compared on."""
    boxes = agreed.float_boxes
    factor = 2.0 if boxes is None else max(2.0, 2 * _LEAST_BOXES / max(boxes, 1))
    return rounded_up(4 * max(LEAST_IMAGES, math.ceil(agreed.images * factor)))
