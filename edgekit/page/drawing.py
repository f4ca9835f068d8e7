"""Pieces of small drawings: SVG as text, colours from the page's sheet, no script and nothing to fetch."""

from __future__ import annotations

from edgekit.page.markup import text

__all__ = ["coordinate", "label", "plot", "sign"]


def coordinate(value: float) -> str:
    """A length in a drawing: two figures are a hundredth of a pixel.

    >>> coordinate(12.3456), coordinate(-0.001)
    ('12.35', '0')
    """
    return f"{round(value, 2) + 0.0:g}"


def label(x: float, y: float, line: str, anchor: str = "middle") -> str:
    """A line of text in a drawing."""
    return f'<text x="{coordinate(x)}" y="{coordinate(y)}" text-anchor="{anchor}">{text(line)}</text>'


def plot(width: float, height: float, title: str, *parts: str) -> str:
    """A drawing as wide as its place allows; `title` is what a screen reader says of it."""
    return (
        f'<svg class="plot" viewBox="0 0 {coordinate(width)} {coordinate(height)}" role="img" '
        f'aria-label="{text(title)}">{"".join(parts)}</svg>'
    )


def sign(level: str) -> str:
    """The verdict's mark: a tick, a question mark or a cross in a disc."""
    marks = {
        "safe": '<path d="M20 33l8 8 16-18"/>',
        "unsure": '<path d="M24 25a8 8 0 1 1 11 7.5c-2 1-3 2.5-3 5M32 44v.5"/>',
        "unsafe": '<path d="M23 23l18 18M41 23l-18 18"/>',
    }
    return (
        '<svg viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="30" fill="currentColor"/>'
        '<g fill="none" stroke="var(--card)" stroke-width="5.5" stroke-linecap="round" stroke-linejoin="round">'
        f"{marks.get(level, '')}</g></svg>"
    )
