import math
from dataclasses import replace

import pytest
from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.intervals import Estimate, Interval, wilson
from edgekit_export.report.by_labels import LabelledFindings
from edgekit_export.report.verdict import EncodingFindings, Level, verdict_of

SAFE, UNSURE, UNSAFE = Level.SAFE, Level.UNSURE, Level.UNSAFE


def _agreed(same, images, **changes):
    facts = {"float_answers": 10, "answers": 10, "commonest": 0.2, **changes}
    return Agreement(images, 20.0, top1=same / images, interval=wilson(same, images), **facts)


def _boxes(again, boxes, *, images=64, ap50=None):
    ap = (again / boxes if boxes else None) if ap50 is None else ap50
    interval = None if ap is None else wilson(ap * boxes, boxes)
    return Agreement(images, 20.0, ap50=ap, float_boxes=boxes, found_again=again, interval=interval)


def _labelled(value=0.81, images=1000, *, metric="top1", guessing=0.1, answers=10):
    return LabelledFindings(metric, value, images, guessing, answers)


def _lost(low, value, high, *, agreed=None, float_value=0.81, encoding="int8-cpu"):
    return EncodingFindings(encoding, agreed, float_value - value, Estimate(value, Interval(low, high)))


@pytest.mark.parametrize(
    ("low", "value", "high", "level"),
    [
        (-0.002, 0.003, 0.008, SAFE),
        (-0.02, -0.01, 0.0, SAFE),
        (-0.01, 0.01, 0.029, SAFE),  # a point is what it may cost, and three it surely does not
        (-0.03, 0.005, 0.04, UNSURE),
        (0.002, 0.015, 0.028, UNSURE),
        (-0.05, 0.04, 0.13, UNSURE),
        (0.011, 0.02, 0.029, UNSAFE),
        (0.001, 0.05, 0.1, UNSAFE),
        (0.2, 0.3, 0.4, UNSAFE),
    ],
)
def test_labelled_pictures_decide_by_the_interval(low, value, high, level):
    verdict = verdict_of("classify", _labelled(), [_lost(low, value, high, agreed=_agreed(10, 100))])
    assert verdict.level is level
    assert f"{100 * (0.81 - value):.1f} %" in verdict.reason
    assert "81.0 %" in verdict.reason


@pytest.mark.parametrize(
    ("same", "images", "level"),
    [
        (128, 128, SAFE),
        (126, 128, SAFE),
        (22, 22, SAFE),
        (21, 21, UNSURE),  # the interval begins at 0.845
        (15, 15, UNSURE),
        (60, 64, SAFE),
        (58, 64, UNSURE),
        (900, 1000, UNSURE),  # sure, but between what is safe and what is not
        (80, 100, UNSAFE),
        (8, 10, UNSURE),
        (2, 10, UNSAFE),
    ],
)
def test_without_labels_agreement_decides_by_the_interval(same, images, level):
    verdict = verdict_of("classify", None, [EncodingFindings("int8-cpu", _agreed(same, images))])
    assert verdict.level is level
    assert f"{same} of {images} pictures".replace("1000", "1 000") in verdict.reason


@pytest.mark.parametrize(
    ("again", "boxes", "images", "level"),
    [
        (49, 49, 16, SAFE),
        (49, 49, 15, UNSURE),
        (19, 19, 64, UNSURE),
        (150, 156, 64, SAFE),
        (140, 156, 64, UNSURE),
        (100, 156, 64, UNSAFE),
        (0, 156, 64, UNSAFE),
    ],
)
def test_a_detector_without_labels_is_judged_by_the_objects_it_finds_again(again, boxes, images, level):
    verdict = verdict_of("detect", None, [EncodingFindings("int8-cpu", _boxes(again, boxes, images=images))])
    assert verdict.level is level
    assert f"{again} of the original model's {boxes} objects" in verdict.reason


def _framed(ap, low, high, *, again=150, images=64, ap50=0.999):
    found = _boxes(again, 156, images=images, ap50=ap50)
    return replace(found, ap=ap, ap_interval=Interval(low, high))


@pytest.mark.parametrize(
    ("ap", "low", "high", "images", "level", "ending"),
    [
        (0.985, 0.97, 0.995, 64, SAFE, "alike to 98.5 of 100 (mAP), at least 97.0 (95 % sure)."),
        (0.965, 0.935, 0.995, 64, SAFE, "at least 93.5 (95 % sure)."),
        (0.985, 0.93, 1.0, 64, UNSURE, "alike to 98.5 of 100 (mAP), but these are too few to tell."),
        (0.985, 0.97, 0.995, 15, UNSURE, "but these are too few to tell."),
        (0.96, 0.94, 0.98, 64, UNSURE, "but these are too few to tell."),
        (0.95, 0.94, 0.96, 64, UNSURE, "too little to trust, too much to refuse."),
        (0.93, 0.90, 0.97, 64, UNSURE, "but these are too few to tell."),
        (0.93, 0.91, 0.95, 64, UNSAFE, "alike to 93.0 of 100 (mAP)."),
        (0.80, 0.79, 0.81, 15, UNSURE, "but these are too few to tell."),
    ],
)
def test_a_detector_that_finds_all_objects_is_also_judged_by_how_it_frames_and_ranks_them(
    ap, low, high, images, level, ending
):
    verdict = verdict_of("detect", None, [EncodingFindings("int8-cpu", _framed(ap, low, high, images=images))])
    assert verdict.level is level
    assert verdict.reason.endswith(ending)


@pytest.mark.parametrize(("again", "ap50", "level"), [(140, 0.9, UNSURE), (100, 0.64, UNSAFE)])
def test_good_frames_of_what_is_found_do_not_make_up_for_objects_that_are_not(again, ap50, level):
    found = _framed(0.99, 0.98, 1.0, again=again, ap50=ap50)
    assert verdict_of("detect", None, [EncodingFindings("int8-cpu", found)]).level is level


def test_of_equally_safe_detectors_the_one_that_frames_worst_speaks():
    found = [
        EncodingFindings("int8-tensorrt", _framed(0.97, 0.96, 0.98, ap50=1.0)),
        EncodingFindings("int8-cpu", _framed(0.99, 0.98, 1.0, ap50=0.99)),
    ]
    assert verdict_of("detect", None, found).reason.startswith("INT8 for NVIDIA GPUs")


@pytest.mark.parametrize(("again", "explained"), [(150, True), (156, False)])
def test_a_high_ap50_beside_missed_objects_is_explained_in_the_reason(again, explained):
    found = EncodingFindings("int8-cpu", _framed(0.985, 0.97, 0.995, again=again))
    words = "AP50 99.9 of 100, which objects missed at low scores hardly lower)"
    assert (words in verdict_of("detect", None, [found]).reason) is explained


def test_a_detector_that_finds_nothing_in_float_cannot_be_judged():
    verdict = verdict_of("detect", None, [EncodingFindings("int8-cpu", _boxes(0, 0))])
    assert verdict.level is UNSURE
    assert "finds no object" in verdict.reason
    assert "--data" in verdict.advice[0]


def test_a_classifier_that_always_answers_the_same_agrees_without_meaning_anything():
    same = _agreed(200, 200, float_answers=1, answers=1, commonest=1.0)
    verdict = verdict_of("classify", None, [EncodingFindings("int8-cpu", same)])
    assert verdict.level is UNSURE
    assert "one and the same answer" in verdict.reason


def test_one_sided_pictures_cannot_tell_but_may_refuse():
    mostly = {"float_answers": 3, "answers": 1, "commonest": 0.95}
    assert verdict_of("classify", None, [EncodingFindings("x", _agreed(190, 200, **mostly))]).level is UNSURE
    assert verdict_of("classify", None, [EncodingFindings("x", _agreed(20, 200, **mostly))]).level is UNSAFE


def test_an_encoding_that_collapsed_to_one_answer_is_told_so():
    found = EncodingFindings("int8-cpu", _agreed(20, 100, answers=1))
    verdict = verdict_of("classify", None, [found])
    assert verdict.level is UNSAFE
    assert "always with the same one" in verdict.reason


@pytest.mark.parametrize(
    "labelled",
    [_labelled(0.3, guessing=0.3), _labelled(1.0, guessing=1.0, answers=1), _labelled(0.01, metric="map")],
    ids=["guessing", "one class", "finds nothing"],
)
def test_a_float_model_that_knows_nothing_cannot_lose_anything(labelled):
    found = _lost(-0.001, 0.0, 0.001, agreed=_agreed(200, 200), float_value=labelled.value)
    verdict = verdict_of("detect" if labelled.metric == "map" else "classify", labelled, [found])
    assert verdict.level is UNSURE
    assert "nothing can be said of INT8" in verdict.reason


def test_outputs_that_are_no_numbers_are_never_safe():
    broken = Agreement(100, -math.inf, top1=1.0, interval=wilson(100, 100), float_answers=9, answers=9, commonest=0.2)
    verdict = verdict_of("classify", _labelled(), [_lost(-0.001, 0.0, 0.001, agreed=broken)])
    assert verdict.level is UNSAFE
    assert "cannot be used" in verdict.reason


def test_few_labels_give_way_to_many_pictures_without_but_not_where_something_seems_lost():
    many = _agreed(127, 128)
    assert verdict_of("classify", _labelled(images=30), [_lost(-0.09, 0.0, 0.09, agreed=many)]).level is SAFE
    assert verdict_of("classify", _labelled(images=30), [_lost(-0.06, 0.07, 0.2, agreed=many)]).level is UNSURE


def test_a_handful_of_labelled_pictures_is_never_enough():
    few = verdict_of("detect", _labelled(0.35, 8, metric="map"), [_lost(-0.001, 0.001, 0.003, float_value=0.35)])
    assert few.level is UNSURE
    assert "too few" in few.reason


def test_the_worst_encoding_decides_and_the_headline_says_where():
    found = [_lost(-0.002, 0.003, 0.008, encoding="int8-tensorrt"), _lost(0.2, 0.3, 0.4, encoding="int8-cpu")]
    verdict = verdict_of("classify", _labelled(), found)
    assert (verdict.level, verdict.headline) == (UNSAFE, "Not safe to deploy on CPUs")
    assert [one.level for one in verdict.encodings] == [SAFE, UNSAFE]
    assert verdict.reason.startswith("INT8 for CPUs")
    assert "int8-cpu" in verdict.advice[0]
    assert "int8-tensorrt" not in verdict.advice[0]


def test_of_equally_safe_encodings_the_int8_one_that_loses_most_speaks():
    found = [
        _lost(-0.001, 0.004, 0.009, encoding="fp16"),
        _lost(-0.002, 0.001, 0.008, encoding="int8-tensorrt"),
        _lost(-0.002, 0.003, 0.008, encoding="int8-cpu"),
    ]
    assert verdict_of("classify", _labelled(), found).reason.startswith("INT8 for CPUs is right on 80.7 %")


@pytest.mark.parametrize(
    ("low", "value", "high", "words"),
    [
        (-0.002, 0.003, 0.008, "0.3 points lost, at most 0.8 (95 % sure)."),
        (-0.002, 0.0, 0.008, "nothing lost, at most 0.8 lost (95 % sure)."),
        (-0.012, -0.005, 0.002, "0.5 points gained, at most 0.2 lost (95 % sure)."),
        (-0.012, -0.008, -0.004, "0.8 points gained, at least 0.4 (95 % sure)."),
        (0.02, 0.03, 0.04, "3.0 points lost, at least 2.0 (95 % sure)."),
        (-0.04, 0.0, 0.04, "nothing lost, but with so few pictures it may as well be 4.0."),
        (-0.01, 0.02, 0.05, "2.0 points lost, but with so few pictures it may be nothing."),
        (0.005, 0.02, 0.05, "2.0 points lost, but with so few pictures it may be only 0.5."),
    ],
)
def test_the_sentence_ends_with_the_loss_and_how_sure_it_is(low, value, high, words):
    assert verdict_of("classify", _labelled(), [_lost(low, value, high)]).reason.endswith(words)


@pytest.mark.parametrize(
    ("low", "high", "headline"), [(-0.002, 0.008, "Safe to deploy"), (-0.04, 0.05, "Cannot tell yet")]
)
def test_a_headline_that_holds_everywhere_names_no_place(low, high, headline):
    found = [_lost(low, 0.003, high, encoding=name) for name in ("int8-tensorrt", "int8-cpu")]
    assert verdict_of("classify", _labelled(), found).headline == headline


def test_what_it_may_cost_can_be_asked_for():
    found = [_lost(-0.001, 0.007, 0.015)]
    assert verdict_of("classify", _labelled(), found).level is SAFE
    asked = verdict_of("classify", _labelled(), found, max_loss=0.005)
    assert (asked.level, asked.max_loss) == (UNSURE, 0.005)
    assert verdict_of("classify", _labelled(), [_lost(0.006, 0.008, 0.01)], max_loss=0.005).level is UNSAFE


def test_the_advice_says_how_many_pictures_would_tell():
    # A half-width of 0.06 must come down to 0.03, so four times the pictures.
    verdict = verdict_of("classify", _labelled(images=100), [_lost(-0.06, 0.0, 0.06)])
    assert verdict.advice == ("About 400 labelled pictures would tell: --data.",)


def test_a_float_bundle_is_as_safe_as_the_model_file():
    assert verdict_of("detect", None, []).level is SAFE


def test_embeddings_and_bundles_without_pictures_cannot_be_judged():
    assert verdict_of("embed", None, [EncodingFindings("int8-cpu", Agreement(64, 20.0))]).level is UNSURE
    assert verdict_of("classify", None, [EncodingFindings("int8-cpu")]).level is UNSURE
