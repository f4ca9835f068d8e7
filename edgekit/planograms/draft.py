"""A planogram in the making: its values may still be wrong, and `problems` says how."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgekit.shelf.planogram import Planogram
from edgekit.shelf.polygon import Polygon

__all__ = ["Draft", "DraftFacing", "draft_from_json", "draft_of", "draft_to_json"]

MAX_FACINGS = 5000
MAX_POINTS = 64


@dataclass(frozen=True, slots=True)
class DraftFacing:
    """One facing as somebody typed or dragged it; the fields mean what those of a planogram's facing mean.

    Attributes:
        gtin: as typed, not checked; None or "" for none.
    """

    id: str
    product: str
    polygon_xy_px: Polygon
    gtin: str | None = None
    method: str = "auto"
    capacity: int = 1
    empty_in_reference: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """Facings over a reference picture.

    Attributes:
        size_hw: height and width of the reference picture, pixels.
        facings: in the file's order; may be none yet.
        classes: product → names of the model's classes that mean it.
    """

    size_hw: tuple[int, int]
    facings: tuple[DraftFacing, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def draft_of(planogram: Planogram) -> Draft:
    """A planogram that exists, to go on with."""
    facings = tuple(
        DraftFacing(
            id=facing.id,
            product=facing.product,
            polygon_xy_px=facing.polygon_xy_px,
            gtin=facing.gtin,
            method=facing.method,
            capacity=facing.capacity,
            empty_in_reference=facing.empty_in_reference,
        )
        for facing in planogram.facings
    )
    return Draft(planogram.reference_size_hw, facings, dict(planogram.classes))


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """Plain values for the page."""
    height, width = draft.size_hw
    return {
        "width": width,
        "height": height,
        "facings": [
            {
                "id": facing.id,
                "product": facing.product,
                "gtin": facing.gtin or "",
                "method": facing.method,
                "capacity": facing.capacity,
                "empty": facing.empty_in_reference,
                "polygon": [[x, y] for x, y in facing.polygon_xy_px],
            }
            for facing in draft.facings
        ],
    }


def draft_from_json(value: Any, before: Draft) -> Draft:
    """The page's facings over `before`'s picture; classes of products that are gone go with them.

    Raises:
        ValueError: it is not what the page sends.
    """
    if not isinstance(value, dict) or not isinstance(value.get("facings"), list):
        raise ValueError("expected an object with a list `facings`")
    if len(value["facings"]) > MAX_FACINGS:
        raise ValueError(f"at most {MAX_FACINGS} facings are taken")
    facings = tuple(_facing(one) for one in value["facings"])
    products = {facing.product for facing in facings}
    classes = {product: names for product, names in before.classes.items() if product in products}
    return Draft(before.size_hw, facings, classes)


def _facing(value: Any) -> DraftFacing:
    if not isinstance(value, dict):
        raise ValueError("a facing is an object")
    texts = {name: value.get(name, "") for name in ("id", "product", "gtin", "method")}
    if not all(isinstance(text, str) and len(text) <= 300 for text in texts.values()):
        raise ValueError("id, product, gtin and method are texts")
    capacity, polygon = value.get("capacity", 1), value.get("polygon")
    if isinstance(capacity, bool) or not isinstance(capacity, int):
        raise ValueError("capacity is a whole number")
    if not isinstance(polygon, list) or len(polygon) > MAX_POINTS:
        raise ValueError(f"polygon is a list of at most {MAX_POINTS} points")
    return DraftFacing(
        id=texts["id"].strip(),
        product=texts["product"].strip(),
        polygon_xy_px=tuple(_point(point) for point in polygon),
        gtin=texts["gtin"].strip() or None,
        method=texts["method"] or "auto",
        capacity=capacity,
        empty_in_reference=value.get("empty") is True,
    )


def _point(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("a point is [x, y]")
    for number in value:
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
            raise ValueError("a point is two numbers")
    # A tenth of a pixel is finer than any hand.
    return round(float(value[0]), 1), round(float(value[1]), 1)
