"""Planograms as tables, CSV or JSON: one line a product position, shelf by shelf from the top, from the left."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import groupby, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from edgekit.config.problems import nearest_hint
from edgekit.errors import PlanogramError
from edgekit.planograms.layout import Layout, Placed
from edgekit.shelf.gtin import normalised

__all__ = ["layout_from_csv", "layout_from_json", "read_text"]

COLUMNS: Final = ("shelf", "position", "product", "gtin", "width", "height", "facings", "capacity")
NEEDED: Final = ("shelf", "position", "product", "width")

_ALIASES: Final = MappingProxyType({"ean": "gtin", "upc": "gtin", "barcode": "gtin", "name": "product"})
_MAX_BYTES = 16 * 1024 * 1024
_MAX_FACINGS = 5000


@dataclass(frozen=True, slots=True)
class _Line:
    """One position, and where it stands in the file."""

    where: str
    shelf: int
    position: float
    product: str
    gtin: str | None
    width: float
    height: float | None
    facings: int
    capacity: int


def layout_from_csv(path: Path) -> Layout:
    """Read a CSV with a header; columns `shelf, position, product, gtin, width[, height, facings, capacity]`.

    Comma, semicolon or tab; UTF-8 or cp1252. Shelf 1 is the top one; width and height are in any one unit.

    Raises:
        PlanogramError: `file:line: what`.
    """
    text = read_text(path)
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    rows = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    names = [_column(name) for name in next(_csv_rows(path, rows), ("", []))[1]]
    _check_columns(path, names)
    lines = []
    for where, row in _csv_rows(path, rows):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(names):
            raise PlanogramError(f"{where}: {len(row)} cells, but the header names {len(names)} columns.")
        values = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
        lines.append(_line(where, values))
    return _laid_out(path, lines)


def layout_from_json(path: Path) -> Layout:
    """Read a JSON list of objects with the same names; also as `facings` of an object.

    Raises:
        PlanogramError: `file:line: what`.
    """
    lines = []
    for number, value in _json_items(path, read_text(path)):
        where = f"{path}:{number}"
        if not isinstance(value, dict):
            raise PlanogramError(f"{where}: expected an object with {', '.join(NEEDED)}.")
        values = {_column(str(name)): cell for name, cell in value.items() if cell is not None}
        if unknown := sorted(values.keys() - set(COLUMNS)):
            raise PlanogramError(f"{where}: unknown key `{unknown[0]}`.", hint=nearest_hint(unknown[0], COLUMNS))
        lines.append(_line(where, values))
    return _laid_out(path, lines)


def read_text(path: Path, *, encoding: str | None = None) -> str:
    """A text file; without `encoding` UTF-8, else cp1252, as office programs on Windows write.

    Raises:
        PlanogramError: there is none, it is too long, or it is no text.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PlanogramError(f"{path} is larger than {_MAX_BYTES} bytes.")
        content = path.read_bytes()
    except OSError as error:
        raise PlanogramError(f"Cannot read {path}: {error.strerror or error}.") from error
    if b"\0" in content:
        raise PlanogramError(f"{path} is no text file.")
    for name in [encoding] if encoding else ["utf-8-sig", "cp1252"]:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _csv_rows(path: Path, rows: Any) -> Iterator[tuple[str, list[str]]]:
    """("file:line", cells) of what a csv.reader gives."""
    try:
        for row in rows:
            yield f"{path}:{rows.line_num}", row
    except csv.Error as error:
        raise PlanogramError(f"{path}:{rows.line_num}: not valid CSV: {error}.") from error


def _column(name: str) -> str:
    plain = name.strip().lower().replace(" ", "_")
    return _ALIASES.get(plain, plain)


def _check_columns(path: Path, names: list[str]) -> None:
    for name in NEEDED:
        if name not in names:
            others = [each for each in names if each not in COLUMNS]
            hint = f"The header is: {', '.join(names)}." if names else "The first line names the columns."
            near = nearest_hint(name, others) if others else None
            said = near if near is not None and near.startswith("Did") else hint
            raise PlanogramError(f"{path}:1: there is no column `{name}`.", hint=said)


def _json_items(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """(line, value) of each item of the list."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanogramError(f"{path}:{error.lineno}: not valid JSON: {error.msg}.") from error
    except RecursionError as error:
        raise PlanogramError(f"{path} is nested too deeply.") from error
    listed = whole.get("facings") if isinstance(whole, dict) else whole
    if not isinstance(listed, list):
        raise PlanogramError(f"{path}:1: expected a list of facings.")
    decoder = json.JSONDecoder()
    at = text.index("[", text.index('"facings"') if isinstance(whole, dict) else 0) + 1
    for value in listed:
        while text[at] in " \t\r\n,":
            at += 1
        yield text.count("\n", 0, at) + 1, value
        at = decoder.raw_decode(text, at)[1]


def _line(where: str, values: Mapping[str, Any]) -> _Line:
    for name in NEEDED:
        if name not in values:
            raise PlanogramError(f"{where}: `{name}` is missing.")
    gtin = None
    if "gtin" in values:
        try:
            gtin = normalised(str(values["gtin"]))
        except ValueError as error:
            raise PlanogramError(f"{where}: {error}.") from error
    return _Line(
        where=where,
        shelf=_whole(where, "shelf", values["shelf"], 1000),
        position=_number(where, "position", values["position"]),
        product=str(values["product"])[:200],
        gtin=gtin,
        width=_positive(where, "width", values["width"]),
        height=_positive(where, "height", values["height"]) if "height" in values else None,
        facings=_whole(where, "facings", values.get("facings", 1), 200),
        capacity=_whole(where, "capacity", values.get("capacity", 1), 1000),
    )


def _number(where: str, name: str, value: Any) -> float:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        number = float("nan")
    if isinstance(value, bool) or not abs(number) < 1e9:
        raise PlanogramError(f"{where}: `{name}` is a number, not {str(value)[:40]!r}.")
    return number


def _positive(where: str, name: str, value: Any) -> float:
    number = _number(where, name, value)
    if number <= 0:
        raise PlanogramError(f"{where}: `{name}` is more than 0, not {value}.")
    return number


def _whole(where: str, name: str, value: Any, most: int) -> int:
    number = _number(where, name, value)
    if number != int(number) or not 1 <= number <= most:
        raise PlanogramError(f"{where}: `{name}` is a whole number from 1 to {most}, not {value}.")
    return int(number)


def _laid_out(path: Path, lines: list[_Line]) -> Layout:
    """Rows from the top, each as high as its highest product; where no height is given, all rows are alike."""
    if not lines:
        raise PlanogramError(f"{path}: there is no facing in it.")
    if sum(line.facings for line in lines) > _MAX_FACINGS:
        raise PlanogramError(f"{path}: more than {_MAX_FACINGS} facings.")
    lines = sorted(lines, key=lambda line: (line.shelf, line.position))
    for one, after in pairwise(lines):
        if (one.shelf, one.position) == (after.shelf, after.position):
            raise PlanogramError(
                f"{after.where}: shelf {after.shelf} has position {after.position:g} already ({one.where})."
            )
    heights = [line.height for line in lines if line.height is not None]
    usual = sum(heights) / len(heights) if heights else 1.0
    placed: list[Placed] = []
    top = 0.0
    for number, (_, shelf) in enumerate(groupby(lines, key=lambda line: line.shelf), 1):
        row = list(shelf)
        row_height = max((line.height for line in row if line.height is not None), default=usual)
        bottom, left = top - row_height, 0.0
        for line in row:
            for _ in range(line.facings):
                box = (left, bottom, left + line.width, bottom + (line.height or row_height))
                placed.append(Placed(number, line.product, line.gtin, box, line.capacity))
                left += line.width
        top = bottom
    return Layout(tuple(placed))
