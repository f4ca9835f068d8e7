"""Pieces of HTML; whatever comes from a file, a model or a picture passes through `text`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

__all__ = ["UNKNOWN", "Cell", "bullets", "options", "page", "pairs", "paragraph", "section", "table", "text", "words"]

UNKNOWN: Final = "–"
"""Where a figure is not known; a table leaves the cell out on a phone."""


# A figure and its unit, or the thousands of a number, belong on one line.
_FIGURE = re.compile(r"(\d) (?=%|(?:MB|dB|ms|mAP)\b|\d{3}\b)")


def text(value: object) -> str:
    """A value as text that no browser takes for markup, also inside an attribute; a figure keeps its unit."""
    return escape(_FIGURE.sub("\\1\u00a0", str(value)), quote=True)


def options(line: str) -> str:
    """A sentence as text in which options of the command line, such as --data, stand as code."""
    return re.sub(r"(--[a-z][a-z0-9-]*)", r"<code>\1</code>", text(line))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        value: its text.
        below: smaller lines under it.
        drawn: markup that follows, already escaped.
        tone: a CSS class for its colour, or "".
    """

    value: str
    below: tuple[str, ...] = ()
    drawn: str = ""
    tone: str = ""


def paragraph(line: str, *, tone: str = "") -> str:
    """A paragraph of plain text."""
    return f'<p class="{text(tone)}">{text(line)}</p>' if tone else f"<p>{text(line)}</p>"


def section(title: str, *parts: str) -> str:
    """A heading and what belongs to it; nothing where nothing does."""
    inside = "".join(part for part in parts if part)
    return f"<section><h2>{text(title)}</h2>{inside}</section>" if inside else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, kind: str = "wide") -> str:
    """A table whose rows become blocks on a phone; the first column names the row, `kind` is its CSS class."""
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in heads)
    body = "".join(
        f"<tr>{''.join(_cell(heads[at], one, first=at == 0) for at, one in enumerate(row))}</tr>" for row in rows
    )
    return f'<table class="{text(kind)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(head: str, content: object, *, first: bool) -> str:
    cell = content if isinstance(content, Cell) else Cell(str(content))
    below = "".join(f"<small>{text(line)}</small>" for line in cell.below if line)
    classes = " ".join(name for name in (cell.tone, "" if cell.value != UNKNOWN else "void") if name)
    kind = f' class="{text(classes)}"' if classes else ""
    if first:
        return f"<td{kind}><span>{text(cell.value)}{below}{cell.drawn}</span></td>"
    return f'<td data-head="{text(head)}"{kind}><span>{text(cell.value)}{below}{cell.drawn}</span></td>'


def bullets(lines: Sequence[str], most: int) -> str:
    """A list, cut at `most` lines, which it says."""
    if not lines:
        return ""
    items = "".join(f"<li>{text(line)}</li>" for line in lines[:most])
    more = f"<li>and {len(lines) - most} more</li>" if len(lines) > most else ""
    return f'<ul class="lines">{items}{more}</ul>'


def pairs(lines: Iterable[tuple[str, str]], kind: str = "") -> str:
    """Names on the left, values on the right."""
    inside = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in lines)
    return f'<dl class="pairs {text(kind)}">{inside}</dl>' if inside else ""


def words(pairs: Iterable[tuple[str, str]]) -> str:
    """Terms and what they mean."""
    inside = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs)
    return f'<dl class="words">{inside}</dl>' if inside else ""


def page(title: str, style: str, *parts: str) -> bytes:
    """A whole page, UTF-8, without anything to fetch; the same parts give the same bytes.

    Args:
        title: of the browser's tab.
        style: its sheet.
        parts: what stands in it, already markup; empty ones are left out.
    """
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(title)}</title>",
        f"<style>{style}</style></head><body><main>",
        *parts,
        "</main></body></html>\n",
    ]
    return "\n".join(line for line in lines if line).encode()
