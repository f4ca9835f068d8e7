"""report.html: one readable page that holds everything it needs; its first screen says safe to deploy or not."""

from __future__ import annotations

from edgekit.page.markup import page, text
from edgekit_export.report import layer_sections, sections
from edgekit_export.report.content import Report
from edgekit_export.report.first_screen import first_screen
from edgekit_export.report.page_style import STYLE

__all__ = ["report_html"]

_TASKS = {"classify": "classifier", "detect": "detector", "embed": "embedding model"}


def report_html(report: Report) -> bytes:
    """The page, UTF-8, without scripts or anything to fetch; the same report gives the same bytes."""
    about = ", ".join(part for part in (report.model.get("Model", ""), _TASKS.get(report.task, report.task)) if part)
    return page(
        f"{report.name}: {report.verdict.headline}",
        STYLE,
        f'<div class="kicker"><h1>{text(report.name)}.edgekit</h1><span>{text(about)}</span></div>',
        first_screen(report),
        sections.accuracy(report),
        sections.changed_answers(report),
        sections.pictures(report),
        sections.agreement(report),
        sections.size_and_speed(report),
        layer_sections.worst(report),
        layer_sections.repairs(report),
        layer_sections.calibration(report),
        sections.notes(report),
        sections.model(report),
        layer_sections.all_layers(report),
        sections.glossary(),
    )
