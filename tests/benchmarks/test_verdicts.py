"""int8_bench.verdicts: what the figures say."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from int8_bench.cases import Bars, Case
from int8_bench.comparing import Compared
from int8_bench.rows import Row
from int8_bench.scoring import Judged
from int8_bench.verdicts import Answer, verdicts

DROP = Bars(max_drop_points=0.5, min_planned_percent=None)


def compared(row, bars=DROP, judged=None):
    case = Case("net", Path("net.onnx"), SimpleNamespace(), Path("list.txt"), None, bars=bars)
    return Compared(case, (Row("net", "float"), row), judged or {})


def row(method="int8-cpu", **figures):
    return Row("net", method, "top1", 1000, **figures)


def the_one(found):
    (verdict,) = verdicts(found)
    return verdict


@pytest.mark.parametrize(
    ("points", "low", "high", "answer", "sure"),
    [
        (-0.4, -0.45, -0.1, Answer.MET, True),
        (-0.4, -1.4, 0.6, Answer.MET, False),
        (-0.5, -0.5, 0.0, Answer.MET, True),
        (-0.6, -1.6, 0.4, Answer.MISSED, False),
        (-2.0, -3.0, -1.0, Answer.MISSED, True),
        (0.3, 0.1, 0.6, Answer.MET, True),
    ],
)
def test_a_drop_is_judged_by_its_estimate_and_the_interval_says_whether_the_pictures_suffice(
    points, low, high, answer, sure
):
    verdict = the_one(compared(row(points=points, points_low=low, points_high=high)))
    assert verdict.answer is answer
    assert ("too few" not in verdict.text) is sure


@pytest.mark.parametrize(("agreement", "answer"), [(97.0, Answer.MET), (96.9, Answer.MISSED)])
def test_agreement_has_to_reach_its_bar(agreement, answer):
    bars = Bars(min_agreement_percent=97.0, min_planned_percent=None)
    assert the_one(compared(row(agreement=agreement), bars)).answer is answer


def test_speed_is_asked_of_int8_cpu_and_planned_macs_of_int8_tensorrt():
    bars = Bars(min_planned_percent=95.0, min_speedup=2.0)
    assert "times as fast" in the_one(compared(row(speedup=1.9, planned=10.0), bars)).text
    assert "planned" in the_one(compared(row("int8-tensorrt", speedup=0.5, planned=96.0), bars)).text


def test_an_encoding_that_failed_misses():
    verdict = the_one(compared(row(note="edgekit export failed")))
    assert (verdict.answer, verdict.text) == (Answer.MISSED, "edgekit export failed")


def test_peers_are_asked_nothing():
    assert not list(verdicts(compared(row("ort-u8s8", points=-50.0, points_low=-51.0, points_high=-49.0))))


def judged(right, noise):
    share = np.arange(100) < right
    ones = np.ones((1, 100))
    return Judged(
        "top1", right / 100, right / 100, 10 - 10 * np.log10(noise), share, share, None, 10 * ones, noise * ones
    )


def test_each_encoding_is_compared_with_the_peer_that_is_best_in_each_figure():
    bars = Bars(min_planned_percent=None)
    others = {"ort-u8s8": judged(90, 5.0), "modelopt-max": judged(20, 1.0), "ort-defaults": judged(80, 9.0)}
    found = list(verdicts(compared(row(), bars, {"float": judged(100, 1e-9), "int8-cpu": judged(91, 2.0), **others})))
    assert [verdict.answer for verdict in found] == [Answer.CANNOT_TELL, Answer.CANNOT_TELL, Answer.BEHIND]
    assert [verdict.text.split(" over ")[1].split(":")[0] for verdict in found] == [
        "ort-u8s8",
        "ort-u8s8",
        "modelopt-max",
    ]


@pytest.mark.parametrize(("value", "answer"), [(0.31, Answer.MET), (0.3099, Answer.MISSED)])
def test_what_repairs_alone_reach_has_a_bar_of_its_own_and_no_other(value, answer):
    bars = Bars(max_drop_points=0.1, min_pure=0.31)
    verdict = the_one(compared(row("ours-pure", value=value, points=-5.0, points_low=-6.0, points_high=-4.0), bars))
    assert verdict.answer is answer
    assert not list(verdicts(compared(row("ours-pure", value=value))))


def test_what_repairs_alone_reach_is_nobodys_peer():
    others = {"int8-cpu": judged(50, 5.0), "ours-pure": judged(99, 1.0)}
    assert the_one(compared(row(points=0.0, points_low=0.0, points_high=0.0), judged=others)).answer is Answer.MET
