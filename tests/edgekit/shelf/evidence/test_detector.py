"""Evidence by a detector: boxes of the product in its place, of another there, and none."""

import numpy as np
import pytest

from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.words import UnknownReason
from edgekit.vision.detection import Detections


def found(*boxes):
    """Detections from (left, top, right, bottom, class, score)."""
    if not boxes:
        return Detections.none()
    rows = np.array(boxes, np.float32)
    return Detections(rows[:, :4], rows[:, 4].astype(np.int64), rows[:, 5])


def standing(scenes, name, *, score=0.9, class_id=1, lift=0, aside=0):
    left = scenes.LEFTS[name] + aside
    return (left, scenes.TOP - lift, left + scenes.WIDTH, scenes.BOTTOM - lift, class_id, score)


def three(scenes, **kwargs):
    return found(*(standing(scenes, name, **kwargs) for name in "abc"))


@pytest.fixture
def detector(judging, scenes):
    return judging.Bench(scenes, scenes.planogram("detector"), judging.DETECTOR).learn(three(scenes))


def test_a_box_of_the_product_in_its_place_is_stocked_and_none_is_empty(detector, scenes) -> None:
    evidence = detector.judge(found(standing(scenes, "a"), standing(scenes, "b", aside=7)))
    assert [evidence[name].fill for name in "abc"] == [1.0, 1.0, 0.0]
    assert {one.method for one in evidence.values()} == {"detector"}


@pytest.mark.parametrize(
    "box",
    [
        {"class_id": 0},
        {"lift": 30},
        {"aside": 45},
        {"score": 0.05},
    ],
)
def test_another_class_a_lifted_product_another_place_and_a_faint_box_do_not_count(
    detector, judging, scenes, box
) -> None:
    assert detector.judge(found(standing(scenes, "b", **box)))["b"].fill <= judging.RULES.empty_at


@pytest.mark.parametrize(
    ("own", "other", "fill"),
    [
        pytest.param(0.4, 0.9, 0.0, id="clearly the other's"),
        pytest.param(0.6, 0.9, 0.5, id="undecided"),
        pytest.param(0.6, 0.6, 1.0, id="alike"),
        pytest.param(0.4, 0.2, 0.4 / 0.6, id="a faint other"),
    ],
)
def test_another_class_that_has_a_higher_score_in_the_same_place_speaks_against_the_product(
    detector, scenes, own, other, fill
) -> None:
    both = found(standing(scenes, "b", class_id=2, score=other), standing(scenes, "b", score=own))
    assert detector.judge(both)["b"].fill == pytest.approx(fill, abs=1e-6)


def test_what_another_class_outdoes_is_misplaced_and_a_part_of_the_product_is_not_its_place(detector, scenes) -> None:
    outdone = found(standing(scenes, "b", class_id=2, score=0.9), standing(scenes, "b", score=0.4))
    assert detector.judge(outdone)["b"].misplaced == 1.0
    left, top, right, bottom, *_ = standing(scenes, "b")
    label = (left, (top + bottom) / 2, right, bottom, 2, 0.9)
    assert detector.judge(found(label, standing(scenes, "b", score=0.6)))["b"].fill == pytest.approx(1.0)


def test_a_product_that_the_reference_picture_shows_as_another_rather_is_not_known(judging, scenes) -> None:
    rather_another = [standing(scenes, name, class_id=2, score=0.95) for name in "abc"]
    unsure = judging.Bench(scenes, scenes.planogram("detector"), judging.DETECTOR).learn(
        found(*rather_another, *(standing(scenes, name, score=0.8) for name in "abc"))
    )
    assert unsure.judge(found())["b"].reason is UnknownReason.NO_EVIDENCE


def test_what_is_surely_of_a_class_that_the_planogram_does_not_name_is_misplaced(detector, scenes) -> None:
    one = detector.judge(found(standing(scenes, "b", class_id=2, score=0.7)))["b"]
    assert (one.fill, one.misplaced) == (0.0, 1.0)


@pytest.mark.parametrize(
    "hint",
    [
        pytest.param({"score": 0.2}, id="the product, faintly"),
        pytest.param({"class_id": 2, "score": 0.5}, id="something that is not surely there"),
    ],
)
def test_a_place_in_which_something_may_stand_is_not_called_empty(detector, scenes, hint) -> None:
    one = detector.judge(found(standing(scenes, "b", **hint)))["b"]
    assert (one.fill, one.reason) == (None, UnknownReason.UNDECIDED)


def test_of_a_facing_that_is_partly_covered_a_detector_says_only_what_it_finds(detector, scenes) -> None:
    boxes = found(standing(scenes, "a"), standing(scenes, "b", class_id=2))
    evidence = detector.judge(boxes, visible=0.8)
    assert evidence["a"].fill == 1.0
    assert evidence["b"].misplaced == 1.0
    assert (evidence["c"].fill, evidence["c"].reason) == (None, UnknownReason.OCCLUDED)
    assert detector.judge(boxes, visible=0.9)["c"].fill == 0.0


def test_a_product_set_down_unevenly_still_counts(detector, scenes) -> None:
    assert detector.judge(found(standing(scenes, "b", lift=10)))["b"].fill == 1.0


def test_fill_is_one_half_at_the_smallest_score(detector, scenes) -> None:
    assert detector.judge(found(standing(scenes, "b", score=0.3)))["b"].fill == pytest.approx(0.5)


def test_a_sample_that_the_model_has_not_answered_is_no_evidence(detector) -> None:
    assert detector.judge(None)["a"].reason is UnknownReason.NO_EVIDENCE


def test_silence_means_nothing_where_the_reference_was_silent(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("detector"), judging.DETECTOR).learn(found(standing(scenes, "a")))
    evidence = bench.judge(found())
    assert evidence["a"].fill == 0.0
    assert (evidence["b"].fill, evidence["b"].reason) == (None, UnknownReason.NO_EVIDENCE)
    assert bench.judge(found(standing(scenes, "b")))["b"].fill == 1.0
    assert bench.judge(found())["b"].fill is None


def test_silence_means_something_once_the_product_was_found_in_many_samples_in_a_row(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("detector"), judging.DETECTOR).learn(found())
    for _ in range(9):
        bench.judge(three(scenes))
    assert bench.judge(found())["a"].fill is None
    for _ in range(10):
        bench.judge(three(scenes))
    assert bench.judge(found())["a"].fill == 0.0


def test_units_are_counted_where_there_are_several(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("detector", capacity=4), judging.DETECTOR).learn(three(scenes))
    halves = [
        (46, 60, 60, 95, 1, 0.9),
        (62, 60, 76, 95, 1, 0.8),
        (46, 100, 60, 140, 1, 0.9),
        (62, 100, 76, 140, 1, 0.1),
    ]
    evidence = bench.judge(found(*halves))
    assert (evidence["a"].fill, evidence["a"].units) == (0.75, True)
    assert evidence["b"].fill == 0.0


def test_another_product_of_the_planogram_in_the_place_is_misplaced(judging, scenes) -> None:
    from dataclasses import replace

    planogram = scenes.planogram("detector")
    first, *rest = planogram.facings
    planogram = replace(planogram, facings=(replace(first, product="can"), *rest))
    bench = judging.Bench(scenes, planogram, judging.DETECTOR).learn(
        found(standing(scenes, "a", class_id=2), standing(scenes, "b"), standing(scenes, "c"))
    )
    evidence = bench.judge(found(standing(scenes, "b", class_id=2), standing(scenes, "c", class_id=0)))
    assert (evidence["b"].fill, evidence["b"].misplaced) == (0.0, 1.0)
    assert (evidence["c"].fill, evidence["c"].misplaced) == (0.0, 0.0)


def test_any_product_takes_every_class(judging, scenes) -> None:
    models = {"shelf": ModelInfo("detect", ("product",))}
    bench = judging.Bench(scenes, scenes.planogram("any_product"), models).learn(three(scenes, class_id=0))
    assert bench.judge(found(standing(scenes, "b", class_id=0)))["b"].fill == 1.0
