"""Is an encoding safe, judged without labels, by how far it gives float's answers?"""

from __future__ import annotations

import math
from typing import Final

from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.intervals import wilson
from edgekit_export.report.levels import IMPROVE, LEAST_IMAGES, EncodingVerdict, Level, called, rounded_up
from edgekit_export.report.words import count, percent, points

__all__ = ["SAFE_AGREEMENT", "SERIOUS_AGREEMENT", "judged_by_agreement"]

# EfficientNet-Lite0 in INT8 picks float's class on 95-96 % of pictures while it loses less than a point of top-1 (many
# pictures lie between two classes); YOLOX-nano in INT8 finds float's boxes with AP50 0.99-1.00 while it loses 0 to 1.3
# points of mAP.
SAFE_AGREEMENT: Final = {"classify": 0.93, "detect": 0.95}
"""What must be reached, by task."""

SERIOUS_AGREEMENT: Final = {"classify": 0.85, "detect": 0.85}
"""What must surely be reached."""

_LEAST_BOXES: Final = 20

# Beyond this share nearly every picture shows one thing, and a model that always answers it agrees as well.
_ONE_SIDED: Final = 0.9

_MORE_PICTURES: Final = (
    "calibration pictures would tell (a fourth of them is kept to compare on), or labelled pictures: --data."
)


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
    interval = agreed.interval or wilson(share * agreed.images, agreed.images)
    safe, serious = SAFE_AGREEMENT[task], SERIOUS_AGREEMENT[task]
    told = f"{called(encoding)} {_told(task, agreed, share)}"
    if share < serious and interval.high < safe:
        return EncodingVerdict(encoding, Level.UNSAFE, f"{told}.", IMPROVE)
    if task == "classify" and (agreed.commonest or 0.0) > _ONE_SIDED:
        return EncodingVerdict(
            encoding,
            Level.UNSURE,
            f"The original model gives {percent(agreed.commonest or 0.0)} of the {pictures} one and the same answer: "
            "to agree with it says nothing of INT8.",
            "Give pictures that show different classes: --calibration, or labelled ones: --data.",
        )
    few = agreed.images < LEAST_IMAGES or (agreed.float_boxes is not None and agreed.float_boxes < _LEAST_BOXES)
    if share >= safe and interval.low >= serious and not few:
        least = percent(interval.low) if task == "classify" else points(interval.low)
        return EncodingVerdict(encoding, Level.SAFE, f"{told}, at least {least} (95 % sure).")
    if share >= safe or few or interval.high >= safe:
        few_told = f"{told}, but these are too few to tell."
        return EncodingVerdict(encoding, Level.UNSURE, few_told, _MORE_PICTURES, _needed(agreed))
    return EncodingVerdict(
        encoding,
        Level.UNSURE,
        f"{told}: too little to trust, too much to refuse.",
        "Labelled pictures would tell whether the changed answers are wrong ones: --data.",
    )


def _told(task: str, agreed: Agreement, share: float) -> str:
    pictures = count(agreed.images, "picture")
    if task == "classify":
        same = round(share * agreed.images)
        alike = ", always with the same one" if agreed.answers == 1 and (agreed.float_answers or 0) > 1 else ""
        return f"gives the original model's answer on {same} of {pictures} ({percent(share)}){alike}"
    again = "" if agreed.found_again is None else f"{agreed.found_again} of "
    objects = count(agreed.float_boxes or 0, "object")
    return f"finds {again}the original model's {objects} again on {pictures} (AP50 {points(share)} of 100)"


def _needed(agreed: Agreement) -> int:
    """How many pictures would tell, if they went as these did; a fourth of what is given is compared on."""
    boxes = agreed.float_boxes
    factor = 2.0 if boxes is None else max(2.0, 2 * _LEAST_BOXES / max(boxes, 1))
    return rounded_up(4 * max(LEAST_IMAGES, math.ceil(agreed.images * factor)))
