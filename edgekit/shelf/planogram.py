"""The planogram: which facings a camera sees, and where in its reference picture."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.config.lines import YamlDocument, load_yaml_with_lines
from edgekit.config.problems import nearest_hint, validated
from edgekit.errors import PlanogramError
from edgekit.shelf.evidence.registry import METHODS
from edgekit.shelf.gtin import is_restricted
from edgekit.shelf.picture_size import picture_size_hw
from edgekit.shelf.planogram_file import FacingEntry, PlanogramFile
from edgekit.shelf.polygon import Polygon, area_px2, crosses_itself, is_line
from edgekit.shelf.polygon_overlap import overlaps

__all__ = ["Facing", "Planogram", "load_planogram"]

logger = logging.getLogger(__name__)

MIN_AREA_PX2 = 16.0
"""Smaller facings hold nothing that a camera could tell."""


@dataclass(frozen=True, slots=True)
class Facing:
    """One product position seen from the front.

    Attributes:
        id: unique within the camera.
        gtin: 14 digits, or None.
        restricted: the GTIN is an in-store number.
        product: the product's name.
        method: "auto" or the name of a way to find evidence.
        capacity: units that can be seen when it is full.
        polygon_xy_px: at least three points in reference pixels, not crossing itself.
        empty_in_reference: the reference picture shows it empty.
    """

    id: str
    gtin: str | None
    restricted: bool
    product: str
    method: str
    capacity: int
    polygon_xy_px: Polygon
    empty_in_reference: bool = False


@dataclass(frozen=True, slots=True)
class Planogram:
    """The facings of one camera's view.

    Attributes:
        path: the file that it came from.
        reference: the reference picture.
        reference_size_hw: its height and width, pixels.
        facings: in the file's order, at least one.
        classes: product → names of the model's classes that mean it; products that are absent mean their own name.
        warnings: what a person should look at, one sentence each: facings that lie over each other.
    """

    path: Path
    reference: Path
    reference_size_hw: tuple[int, int]
    facings: tuple[Facing, ...]
    classes: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...] = ()

    def class_names(self, product: str) -> tuple[str, ...]:
        """The model's classes that mean `product`."""
        return self.classes.get(product, (product,))


def load_planogram(path: Path) -> Planogram:
    """Read and check a planogram file; the reference picture is only looked at for its size.

    Raises:
        PlanogramError: `file:line: what`, naming the facing: no such file, unknown keys, a wrong GTIN, no or no
            readable reference picture, ids that occur twice, a polygon with fewer than three points, outside the
            picture, crossing itself or without area, an unknown method, a product of `classes` that no facing has.
    """
    path = Path(path)
    document = load_yaml_with_lines(path, error=PlanogramError, if_missing="Write one to start from: edgekit init")
    written = validated(document, PlanogramFile)
    reference = path.absolute().parent / written.reference.expanduser()
    size_hw = _reference_size_hw(document, reference)
    seen: dict[str, int] = {}
    for number, entry in enumerate(written.facings):
        if entry.id in seen:
            first = document.line(("facings", seen[entry.id], "id"))
            raise document.problem(("facings", number, "id"), f"facing {entry.id!r} stands already in line {first}.")
        seen[entry.id] = number
        _check_method(document, number, entry)
        _check_polygon(document, number, entry, size_hw)
    products = {entry.product for entry in written.facings}
    for product in written.classes:
        if product not in products:
            raise document.problem(
                ("classes", product), f"no facing has the product {product!r}.", hint=nearest_hint(product, products)
            )
    facings = tuple(_facing(entry) for entry in written.facings)
    warnings = _overlapping(facings)
    for warning in warnings:
        logger.warning("%s: %s", path, warning)
    return Planogram(path, reference, size_hw, facings, dict(written.classes), warnings)


def _overlapping(facings: Sequence[Facing]) -> tuple[str, ...]:
    found = overlaps([facing.polygon_xy_px for facing in facings])
    return tuple(
        f"facings {facings[i].id!r} and {facings[j].id!r} lie over each other ({share:.0%} of the smaller one)."
        for i, j, share in found
    )


def _facing(entry: FacingEntry) -> Facing:
    return Facing(
        id=entry.id,
        gtin=entry.gtin,
        restricted=entry.gtin is not None and is_restricted(entry.gtin),
        product=entry.product,
        method=entry.method,
        capacity=entry.capacity,
        polygon_xy_px=entry.polygon,
        empty_in_reference=entry.empty_in_reference,
    )


def _reference_size_hw(document: YamlDocument, reference: Path) -> tuple[int, int]:
    try:
        size_hw = picture_size_hw(reference)
    except OSError as error:
        raise document.problem(
            ("reference",), f"cannot read the reference picture {reference}: {error.strerror or error}."
        ) from error
    if size_hw is None or 0 in size_hw:
        raise document.problem(("reference",), f"{reference} is not a picture (JPEG or PNG).")
    return size_hw


def _check_method(document: YamlDocument, number: int, entry: FacingEntry) -> None:
    if entry.method == "auto" or entry.method in METHODS:
        return
    where = ("facings", number)
    key = "evidence" if (*where, "evidence") in document.lines else "method"
    raise document.problem(
        (*where, key),
        f"facing {entry.id!r}: unknown method {entry.method!r}.",
        hint=nearest_hint(entry.method, ["auto", *METHODS]),
    )


def _check_polygon(document: YamlDocument, number: int, entry: FacingEntry, size_hw: tuple[int, int]) -> None:
    if wrong := _wrong_with(entry.polygon, size_hw):
        raise document.problem(("facings", number, "polygon"), f"facing {entry.id!r}: the polygon {wrong}.")


def _wrong_with(polygon_xy_px: Polygon, size_hw: tuple[int, int]) -> str | None:
    height, width = size_hw
    if len(polygon_xy_px) < 3:
        return f"has {len(polygon_xy_px)} points; it needs at least 3"
    for x, y in polygon_xy_px:
        if not (0 <= x <= width and 0 <= y <= height):
            return f"reaches outside the reference picture: ({x:g}, {y:g}) of {width} x {height}"
    if is_line(polygon_xy_px):
        return "has no area"
    if crosses_itself(polygon_xy_px):
        return "crosses itself"
    if area_px2(polygon_xy_px) < MIN_AREA_PX2:
        return f"is smaller than {MIN_AREA_PX2:g} square pixels"
    return None
