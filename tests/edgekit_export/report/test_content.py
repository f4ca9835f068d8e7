import json
import math
from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest
from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.report.content import REPORT_VERSION, for_bundle, report_json


def _differences(value, found, path="report"):
    """Where a report and its JSON part."""
    if is_dataclass(value):
        for field in fields(value):
            if field.name in ("answers", "jpeg", "size_wh") and field.name not in found:
                continue
            yield from _differences(getattr(value, field.name), found[field.name], f"{path}.{field.name}")
    elif isinstance(value, dict):
        assert set(found) == set(value), path
        for key, inner in value.items():
            yield from _differences(inner, found[key], f"{path}[{key}]")
    elif isinstance(value, tuple):
        assert len(found) == len(value), path
        for index, inner in enumerate(value):
            yield from _differences(inner, found[index], f"{path}[{index}]")
    elif isinstance(value, Enum):
        if found != value.value:
            yield path
    elif isinstance(value, float):
        if found != pytest.approx(value, abs=1e-6):
            yield path
    elif found != value:
        yield path


def test_everything_that_was_found_out_is_in_the_json(make_report):
    report = make_report()
    content = json.loads(report_json(report))
    assert list(_differences(report, content)) == []
    assert content["version"] == REPORT_VERSION
    assert content["verdict"]["headline"] == report.verdict.headline


def test_the_json_gives_a_detectors_second_figure_with_its_interval(make_detector_report):
    found = json.loads(report_json(make_detector_report(ap=0.96)))["encodings"][1]["agreement"]
    assert (found["ap50"], found["ap"], found["ap_interval"]) == (0.999, 0.96, {"low": 0.94, "high": 0.98})


def test_the_json_holds_no_pictures(make_report):
    content = json.loads(report_json(make_report()))
    assert set(content["disagreements"][0]) == {"picture", "encoding", "floating", "answer", "truth", "marks"}
    assert len(report_json(make_report())) < 60_000


def test_the_json_is_strict_even_where_outputs_were_equal(make_report):
    report = make_report()
    equal = replace(report.encodings[1], agreement=Agreement(30, math.inf, top1=1.0))
    content = json.loads(
        report_json(replace(report, encodings=(equal,))), parse_constant=lambda name: pytest.fail(name)
    )
    assert content["encodings"][0]["agreement"]["sqnr_db"] is None


def test_what_goes_into_a_bundle_holds_neither_times_nor_pictures(make_report):
    report = for_bundle(make_report())
    assert all(one.latency is None for one in report.encodings)
    assert all(one.jpeg is None for one in report.disagreements)
    assert [one.picture for one in report.disagreements] == ["a.jpg", "b.jpg"]


def test_the_same_report_gives_the_same_bytes(make_report):
    assert report_json(make_report()) == report_json(make_report())
