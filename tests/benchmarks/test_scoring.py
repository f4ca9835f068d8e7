"""int8_bench.scoring: what raw outputs are worth."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from edgekit_export.evaluate.resampled_precision import ClassMatches, Matches
from int8_bench.pictures import Judging
from int8_bench.scoring import frequent, judge, metric_difference, sqnr_difference

from edgekit.bundle.manifest import Task

SOURCE = SimpleNamespace(task=Task.CLASSIFY)
LABELS = np.array([0, 1, 2, 0])
FLOAT = np.array([[9, 1, 0], [0, 9, 1], [1, 9, 0], [9, 0, 1]], np.float32)  # the third is wrong


def judged(logits):
    judging = Judging(np.zeros((4, 2, 2, 3), np.uint8), ((2, 2),) * 4, LABELS, ())
    return judge(SOURCE, judging, {"logits": FLOAT}, {"other": np.asarray(logits, np.float32)})


def test_float_agrees_with_itself():
    found = judged(FLOAT)
    assert (found.metric, found.value, found.agreement, found.sqnr_db) == ("top1", 0.75, 1.0, math.inf)


def test_top1_is_of_labels_and_agreement_is_with_float():
    changed = FLOAT.copy()
    changed[2] = (0, 1, 9)  # right now, and no longer what float says
    found = judged(changed)
    assert (found.value, found.agreement) == (1.0, 0.75)


def test_sqnr_is_the_power_of_floats_logits_over_that_of_the_difference():
    assert judged(FLOAT * 1.1).sqnr_db == pytest.approx(20.0, abs=1e-3)


def test_logits_that_are_not_finite_are_infinite_noise():
    assert judged(FLOAT * np.nan).sqnr_db == -math.inf


def test_a_difference_of_top1_counts_the_pictures_that_only_one_has_right():
    worse = FLOAT.copy()
    worse[:2] = worse[:2, ::-1]  # two right answers fewer: 9 1 0 becomes 0 1 9; 0 9 1 stays right
    change = metric_difference(judged(worse), judged(FLOAT))
    assert change.value == pytest.approx(-0.25)
    assert change.interval.low < -0.25 < change.interval.high


def test_a_difference_of_sqnr_is_in_decibel_and_holds_its_value():
    one, other = FLOAT + 0.1, FLOAT * 1.1
    change = sqnr_difference(judged(one), judged(other))
    assert change.value == pytest.approx(judged(one).sqnr_db - judged(other).sqnr_db)
    assert change.interval.low <= change.value <= change.interval.high


def test_nothing_can_be_said_against_a_graph_that_is_exact():
    assert math.isnan(sqnr_difference(judged(FLOAT), judged(FLOAT * 1.1)).value)


def test_of_the_classes_only_those_with_five_objects_are_frequent():
    def a_class(objects):
        shape = (1, 1)
        return ClassMatches(np.zeros(1, np.intp), np.ones(shape, bool), np.zeros(shape, bool), np.array(objects))

    found = replace(judged(FLOAT), matches=Matches(2, (a_class([4, 0]), a_class([3, 2]))))
    only = frequent(found)
    assert [one.objects.sum() for one in only.matches.classes] == [5]
    assert frequent(only) is None
    assert frequent(judged(FLOAT)) is None
