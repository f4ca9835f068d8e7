import io

import pytest
from edgekit_export.report.terminal import report_terminal
from rich.console import Console


def _printed(report, width):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(report_terminal(report))
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_terminal_gives_the_same_verdict_as_the_page_within_its_width(make_report, width):
    report = make_report(lost=0.3)
    printed = _printed(report, width)
    words = " ".join(printed.split())
    assert report.verdict.headline in words
    assert report.verdict.reason in words
    assert all(line in words for line in report.verdict.advice)
    assert max(len(line) for line in printed.splitlines()) <= width


def test_every_figure_stands_in_its_encodings_column_and_what_is_unknown_is_a_dash(make_report):
    rows = {line[:17].strip(): line[17:].split() for line in _printed(make_report(), 100).splitlines() if line}
    assert rows["Size"] == ["1.2", "MB"] * 3
    assert rows["INT8 executed"] == ["–", "–", "80.0", "%"]
    assert rows["ms a picture"] == ["–", "–", "1.75"]
    assert rows["on a CPU by"] == ["–", "–", "onnxruntime"]
    assert rows["points lost"] == ["–", "0.2", "0.2"]


def test_names_are_never_read_as_the_terminals_markup(make_report):
    assert "[red]boo[/red]" in _printed(make_report(notes=("[red]boo[/red]",)), 80)
