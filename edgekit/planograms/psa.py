"""Planograms as space planning programs export them (`.psa`: JDA ProSpace, Blue Yonder Space Planning).

A line a record, its kind first, fields by their place; commas, backslash escapes, cp1252. What is read of it:

- `Product`: UPC 1, id 2, name 3, width 5, height 6.
- `Fixture`: type 1 (0 is a shelf), name 2, x 4, width 5, y 6, height (thickness) 7; what follows stands on it.
- `Position`: UPC 1, id 2, x 4, width 5, y 6, height 7, facings beside each other 14, above each other 15.

Lengths are in one unit (inches or centimetres), from the lower left corner of the whole planogram.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgekit.errors import PlanogramError
from edgekit.planograms.layout import Layout, Placed
from edgekit.planograms.table import read_text
from edgekit.shelf.gtin import normalised

__all__ = ["layout_from_psa"]

_MAX_FACINGS = 5000
_SHELF, _PEGBOARD = 0, 7


@dataclass(frozen=True, slots=True)
class _Product:
    name: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Position:
    """One position; x and y of its lower left corner."""

    fixture_y: float
    upc: str
    product: _Product
    x: float
    y: float
    width: float
    height: float
    beside: int
    above: int


def layout_from_psa(path: Path) -> Layout:
    """Read a `.psa` file; products that hang or lie elsewhere than on shelves and pegboards are left out, and told.

    Raises:
        PlanogramError: `file:line: what`: no such file, no planogram, a record that breaks off, a position whose
            product is not there, nothing stands on a shelf.
    """
    records = list(_records(path))
    if not any(fields[0] == "Planogram" for _, fields in records):
        raise PlanogramError(f"{path}:1: this is no .psa planogram: it has no Planogram record.")
    products = {fields[1].strip(): _product(where, fields) for where, fields in records if fields[0] == "Product"}
    positions, left_out = _positions(records, products)
    if not positions:
        raise PlanogramError(f"{path}: no product stands on a shelf in it.")
    if sum(one.beside for one in positions) > _MAX_FACINGS:
        raise PlanogramError(f"{path}: more than {_MAX_FACINGS} facings.")
    notes = [f"{left_out} positions that are on no shelf were left out."] if left_out else []
    odd = sorted({one.upc for one in positions if _gtin(one.upc) is None})
    if odd:
        few = ", ".join(odd[:3]) + (", …" if len(odd) > 3 else "")
        notes.append(f"{len(odd)} products have a number that is no GTIN with its check digit ({few}): left without.")
    return Layout(tuple(_placed(positions)), tuple(notes))


def _records(path: Path) -> Iterator[tuple[str, list[str]]]:
    """("file:line", fields) of each record."""
    rows = csv.reader(read_text(path, encoding="cp1252").splitlines(), escapechar="\\", quoting=csv.QUOTE_NONE)
    try:
        for fields in rows:
            if len(fields) > 1:
                yield f"{path}:{rows.line_num}", [fields[0].strip(), *fields[1:]]
    except csv.Error as error:
        raise PlanogramError(f"{path}:{rows.line_num}: {error}.") from error


def _positions(records: Sequence[tuple[str, list[str]]], products: dict[str, _Product]) -> tuple[list[_Position], int]:
    """Positions on shelves and pegboards, and how many are elsewhere."""
    found: list[_Position] = []
    left_out = 0
    fixture_kind, fixture_y = -1, 0.0
    for where, fields in records:
        if fields[0] == "Fixture":
            fixture_kind = int(_number(where, fields, 1))
            fixture_y = _number(where, fields, 6) + _number(where, fields, 7)
        elif fields[0] == "Position":
            if fixture_kind == -1:
                raise PlanogramError(f"{where}: a Position stands before any Fixture.")
            if fixture_kind not in (_SHELF, _PEGBOARD):
                left_out += 1
                continue
            one = _position(where, fields, products, fixture_y)
            # On a pegboard a hook is a row of its own.
            found.append(one if fixture_kind == _SHELF else replace(one, fixture_y=one.y))
    return found, left_out


def _product(where: str, fields: list[str]) -> _Product:
    width, height = _number(where, fields, 5), _number(where, fields, 6)
    return _Product(fields[3].strip()[:200] or fields[1].strip(), width, height)


def _position(where: str, fields: list[str], products: dict[str, _Product], fixture_y: float) -> _Position:
    upc = fields[1].strip()
    if upc not in products:
        raise PlanogramError(f"{where}: there is no Product {upc!r} for this Position.")
    product = products[upc]
    beside, above = (max(1, round(_number(where, fields, place))) for place in (14, 15))
    if max(beside, above) > 1000:
        raise PlanogramError(f"{where}: {max(beside, above)} facings of one position cannot be.")
    width = _number(where, fields, 5) or product.width * beside
    height = _number(where, fields, 7) or product.height * above
    if width <= 0 or height <= 0:
        raise PlanogramError(f"{where}: the Position of {upc} has no size, and neither has its Product.")
    x, y = _number(where, fields, 4), _number(where, fields, 6)
    return _Position(fixture_y, upc, product, x, y, width, height, beside, above)


def _number(where: str, fields: list[str], place: int) -> float:
    if place >= len(fields):
        raise PlanogramError(f"{where}: the {fields[0]} record breaks off after {len(fields)} fields.")
    text = fields[place].strip()
    try:
        number = float(text) if text else 0.0
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e9:
        raise PlanogramError(f"{where}: field {place} of the {fields[0]} record is a number, not {text[:40]!r}.")
    return number


def _placed(positions: Sequence[_Position]) -> Iterator[Placed]:
    floors = sorted({one.fixture_y for one in positions}, reverse=True)
    for shelf, floor in enumerate(floors, 1):
        for one in sorted((each for each in positions if each.fixture_y == floor), key=lambda each: each.x):
            step = one.width / one.beside
            for number in range(one.beside):
                left = one.x + number * step
                box = (left, one.y, left + step, one.y + one.height)
                yield Placed(shelf, one.product.name, _gtin(one.upc), box, one.above)


def _gtin(upc: str) -> str | None:
    """The UPC as a GTIN; leading zeros, which spreadsheets drop, are put back. None where the check digit is wrong."""
    for digits in (8, 12, 13, 14):
        if len(upc) <= digits:
            try:
                return normalised(upc.zfill(digits))
            except ValueError:
                continue
    return None
