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


def test_both_figures_of_a_detector_have_a_row_with_their_intervals(make_detector_report):
    lines = [line for line in _printed(make_detector_report(ap=0.96), 120).splitlines() if line]
    at = next(index for index, line in enumerate(lines) if line.startswith("AP50 to float"))
    rows = [line[:17].strip() for line in lines[at : at + 4]]
    assert rows == ["AP50 to float", "95 % sure", "mAP to float", "95 % sure"]
    assert lines[at + 2].split()[-2:] == ["96.0", "96.0"]
    assert lines[at + 3].endswith("94.0 to 98.0")


def test_names_are_never_read_as_the_terminals_markup(make_report):
    assert "[red]boo[/red]" in _printed(make_report(notes=("[red]boo[/red]",)), 80)
