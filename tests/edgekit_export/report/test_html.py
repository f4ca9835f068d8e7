import json
from html.parser import HTMLParser

import pytest
from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.scores import Scores
from edgekit_export.report.content import EncodingReport, Report, report_json
from edgekit_export.report.html import report_html
from edgekit_export.report.verdict import Level, Verdict


def _encoding(name, agreement=None, top1=0.8):
    scores = Scores({"top1": top1, "top5": 0.9}, 50, (), ("labels of the list",))
    return EncodingReport(name, 1_234_567, 1000, 900, None, agreement, scores, ("conv<1>",), 18.0)


@pytest.fixture
def report():
    return Report(
        name="shop<script>",
        task="classify",
        verdict=Verdict(Level.UNSAFE, "int8-cpu loses 30.0 points of top-1 & more."),
        model={"Model": "net.onnx", "Preprocessing": "RGB"},
        encodings=(_encoding("float"), _encoding("int8-cpu", Agreement(30, float("inf"), top1=0.5), 0.5)),
        calibrating=90,
        compared=30,
        held_out=True,
        skipped=("bad.jpg: cut off in the middle",),
        metric="top1",
        notes=("A note.",),
        layers=({"name": "conv<1>", "op_type": "Conv", "macs": 1000, "int8": [], "reason": None},),
    )


class _Reader(HTMLParser):
    VOID = frozenset({"meta", "br"})

    def __init__(self):
        super().__init__()
        self.open, self.text, self.links = [], [], []

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)


def _read(report):
    reader = _Reader()
    reader.feed(report_html(report).decode())
    return reader


def test_the_page_begins_with_the_verdict_and_its_reason(report):
    text = "".join(_read(report).text)
    assert text.index("Not safe to deploy") < text.index("int8-cpu loses 30.0 points of top-1 & more.")
    assert text.index("loses 30.0 points") < text.index("Encodings")


def test_the_page_is_whole_and_needs_nothing_else(report):
    reader = _read(report)
    assert reader.open == []
    assert reader.links == []
    assert b"@import" not in report_html(report)
    assert b"url(" not in report_html(report)


def test_names_from_files_are_never_markup(report):
    assert "script" not in _read(report).open
    assert b"<script" not in report_html(report)
    assert "conv<1>" in "".join(_read(report).text)


def test_the_page_names_what_was_left_out_and_noted(report):
    text = "".join(_read(report).text)
    assert "bad.jpg: cut off in the middle" in text
    assert "A note." in text
    assert "30 other pictures" in text


def test_the_json_is_strict_even_where_outputs_were_equal(report):
    content = json.loads(report_json(report), parse_constant=lambda name: pytest.fail(name))
    assert content["encodings"][1]["agreement"]["sqnr_db"] is None
    assert content["verdict"] == {
        "level": "unsafe",
        "headline": "Not safe to deploy",
        "reason": "int8-cpu loses 30.0 points of top-1 & more.",
    }


def test_the_same_report_gives_the_same_bytes(report):
    assert report_html(report) == report_html(report)
    assert report_json(report) == report_json(report)
