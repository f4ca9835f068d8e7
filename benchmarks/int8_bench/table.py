"""The table as text: plain, or as Markdown."""

from __future__ import annotations

import math

from int8_bench.rows import Row

__all__ = ["HEADER", "line"]

_WIDTHS = (20, 19, 16, 22, 7, 6, 8, 8, 8, 8, 7, 7)
_NAMES = (
    "model",
    "method",
    "metric",
    "points [95 %]",
    "agree",
    "SQNR",
    "planned",
    "executed",
    "speed-up",
    "OpenVINO",
    "s",
    "MB",
)


def _joined(cells: tuple[str, ...]) -> str:
    return "  ".join(
        cell.ljust(width) if index < 4 else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ).rstrip()


HEADER = _joined(_NAMES)


def line(row: Row) -> str:
    """One row; where there is no figure, a dash, and the reason at the end."""
    points = "-"
    if row.points is not None:
        interval = ""
        if row.points_low is not None and row.points_high is not None:
            interval = f" [{row.points_low:+.2f}, {row.points_high:+.2f}]"
        points = f"{row.points + 0.0:+.2f}{interval}"
    cells = (
        row.case,
        row.method,
        f"{row.metric} {_figure(row.value, 4)}" if row.metric else "-",
        points,
        _figure(row.agreement, 1, " %"),
        _figure(row.sqnr_db, 1),
        _figure(row.planned, 1, " %"),
        _figure(row.executed, 1, " %"),
        _figure(row.speedup, 2),
        _figure(row.openvino_speedup, 2),
        _figure(row.seconds, 1),
        _figure(row.peak_mb, 0),
    )
    return _joined(cells) + (f"  {row.note}" if row.note else "")


def _figure(value: float | None, digits: int, unit: str = "") -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}{unit}"
