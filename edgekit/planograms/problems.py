"""What is wrong with a draft, facing by facing: what keeps it from being saved, and what a person should look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any

from pydantic import ValidationError

from edgekit.config.problems import nearest_hint
from edgekit.planograms.draft import Draft, DraftFacing
from edgekit.shelf.evidence.registry import METHODS
from edgekit.shelf.planogram import MIN_AREA_PX2
from edgekit.shelf.planogram_file import FacingEntry
from edgekit.shelf.polygon import area_px2, crosses_itself, is_line
from edgekit.shelf.polygon_overlap import overlaps

__all__ = ["Problem", "Severity", "problems_of"]

MIN_SIDE_PX = 12.0
"""Below it a facing has too few pixels for any method: the small picture that appearance judges has a side of 12."""


class Severity(str, Enum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        severity: an error keeps the draft from being saved.
        facing: number of the facing in the draft, from 0; None for the whole.
        text: one sentence.
    """

    severity: Severity
    facing: int | None
    text: str

    def to_json(self) -> dict[str, Any]:
        """Plain values for the page."""
        return {"severity": self.severity.value, "facing": self.facing, "text": self.text}


def problems_of(draft: Draft) -> tuple[Problem, ...]:
    """Everything that is wrong with a draft, errors first, by the rules that a planogram file is read by."""
    found: list[Problem] = []
    if not draft.facings:
        found.append(Problem(Severity.ERROR, None, "There is no facing yet."))
    counts = Counter(facing.id for facing in draft.facings)
    for number, facing in enumerate(draft.facings):
        found += [Problem(Severity.ERROR, number, text) for text in _errors(facing, counts)]
        found += [Problem(severity, number, text) for severity, text in _geometry(facing, draft.size_hw)]
    found += _overlapping(draft)
    found += _alike(draft)
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.ERROR))


def _errors(facing: DraftFacing, counts: Counter[str]) -> Iterator[str]:
    if counts[facing.id] > 1:
        yield f"The id {facing.id!r} is used {counts[facing.id]} times; each facing has its own."
    if facing.method != "auto" and facing.method not in METHODS:
        yield f"Unknown method {facing.method!r}. {nearest_hint(facing.method, ['auto', *METHODS])}"
    values = {
        "id": facing.id,
        "product": facing.product,
        "gtin": facing.gtin or None,
        "method": facing.method,
        "capacity": facing.capacity,
        "polygon": facing.polygon_xy_px,
    }
    try:
        FacingEntry.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            yield _said(str(error["loc"][0]), error["msg"])


def _said(field: str, message: str) -> str:
    if field == "id":
        return "The id has letters, digits, dot, dash and underscore, and starts with a letter or digit."
    if field == "product":
        return "The product has no name." if "at least" in message else "The product's name is too long."
    if field == "gtin":
        text = message.removeprefix("Value error, ")
        return text[:1].upper() + text[1:] + "."
    return f"{field.capitalize()}: {message[:1].lower()}{message[1:]}."


def _geometry(facing: DraftFacing, size_hw: tuple[int, int]) -> Iterator[tuple[Severity, str]]:
    polygon, (height, width) = facing.polygon_xy_px, size_hw
    if len(polygon) < 3:
        yield Severity.ERROR, f"The polygon has {len(polygon)} points; it needs at least 3."
        return
    if any(not (0 <= x <= width and 0 <= y <= height) for x, y in polygon):
        yield Severity.ERROR, "It reaches outside the picture."
    if is_line(polygon):
        yield Severity.ERROR, "The polygon has no area."
    elif crosses_itself(polygon):
        yield Severity.ERROR, "The polygon crosses itself."
    elif area_px2(polygon) < MIN_AREA_PX2:
        yield Severity.ERROR, f"It is smaller than {MIN_AREA_PX2:g} square pixels."
    elif (side := area_px2(polygon) ** 0.5) < MIN_SIDE_PX:
        yield Severity.WARNING, f"It is tiny, about {side:.0f} pixels wide: move the camera closer or merge facings."


def _overlapping(draft: Draft) -> Iterator[Problem]:
    whole = [number for number, facing in enumerate(draft.facings) if len(facing.polygon_xy_px) >= 3]
    for i, j, share in overlaps([draft.facings[number].polygon_xy_px for number in whole]):
        one, other = whole[i], whole[j]
        for here, there in ((one, other), (other, one)):
            text = f"It lies over {draft.facings[there].id} ({share:.0%} of the smaller one)."
            yield Problem(Severity.WARNING, here, text)


def _alike(draft: Draft) -> Iterator[Problem]:
    """One GTIN under two names, or two GTINs under one name, is a slip of the hand."""
    names: dict[str, str] = {}
    for number, facing in enumerate(draft.facings):
        if not facing.gtin:
            continue
        first = names.setdefault(facing.gtin.zfill(14), facing.product)
        if first != facing.product:
            near = " (a slip?)" if get_close_matches(facing.product, [first], cutoff=0.8) else ""
            text = f"GTIN {facing.gtin} is called {first!r} elsewhere and {facing.product!r} here{near}."
            yield Problem(Severity.WARNING, number, text)
