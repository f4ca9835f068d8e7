"""Which method judges a facing, and which of two is believed."""

import cv2
import numpy as np
import pytest

from edgekit.errors import PlanogramError
from edgekit.shelf.words import UnknownReason
from edgekit.vision.detection import Detections


def found(scenes, names):
    """What a detector that knows bottles finds where those of the facings `names` stand."""
    if not names:
        return Detections.none()
    boxes = [(scenes.LEFTS[name], scenes.TOP, scenes.LEFTS[name] + scenes.WIDTH, scenes.BOTTOM) for name in names]
    return Detections(np.array(boxes, np.float32), np.ones(len(names), np.int64), np.full(len(names), 0.9, np.float32))


def test_auto_takes_what_the_models_and_the_planogram_allow(judging, scenes) -> None:
    def method(models, **kwargs):
        return judging.Bench(scenes, scenes.planogram("auto", **kwargs), models).judges.methods["a"]

    assert method({}) == "appearance"
    assert method(judging.DETECTOR) == "detector"
    assert method(judging.CLASSIFIER) == "appearance"
    assert method(judging.CLASSIFIER, classes={"bottle": ("wine bottle",)}) == "classifier"
    assert method({"a": judging.CLASSIFIER["shelf"], "b": judging.DETECTOR["shelf"]}, product="bottle") == "detector"
    assert method(judging.DETECTOR, product="soap") == "appearance"


def test_auto_judges_by_appearance_what_the_model_does_not_know(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("auto"), judging.DETECTOR).learn(found(scenes, "a"))
    evidence = bench.judge(found(scenes, "a"), scenes.picture("ac", seed=4))
    assert [evidence[name].method for name in "abc"] == ["detector", "appearance", "appearance"]
    assert evidence["b"].fill < 0.2
    assert evidence["c"].fill > 0.9


def test_auto_does_not_believe_a_model_that_misses_what_looks_as_it_did(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("auto"), judging.DETECTOR).learn(found(scenes, "abc"))
    evidence = bench.judge(found(scenes, ""), scenes.picture("ac", seed=4))
    assert evidence["b"].fill == 0.0
    assert (evidence["a"].fill, evidence["a"].reason) == (None, UnknownReason.UNDECIDED)


@pytest.mark.parametrize(
    ("method", "models", "product", "says"),
    [
        ("detector", None, "bottle", "no model can detect"),
        ("classifier", "DETECTOR", "bottle", "no model can classify"),
        ("any_product", None, "bottle", "no model can detect"),
        ("detector", "DETECTOR", "botle", "It has person, bottle, can"),
        ("classifier", "CLASSIFIER", "wine botle", "Did you mean `wine bottle`"),
    ],
)
def test_a_method_that_cannot_work_here_is_refused_at_once(judging, scenes, method, models, product, says) -> None:
    with pytest.raises(PlanogramError, match=says) as raised:
        judging.Bench(scenes, scenes.planogram(method, product=product), getattr(judging, models) if models else {})
    assert "facing 'a'" in str(raised.value)


@pytest.mark.parametrize(("visible", "told"), [(0.75, False), (0.9, True)])
def test_units_behind_somebody_s_shoulder_are_not_gone(judging, scenes, visible, told) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=2), {})
    left = scenes.LEFTS["a"] - 6

    def shoulder(pixels):
        pixels[40:145, left : left + (scenes.WIDTH + 12) // 2] = (90, 60, 140)

    evidence = bench.judge(pixels=scenes.picture(draw=shoulder), visible=visible)["a"]
    # Half of what is missing may stand there hidden: with it, the facing would be stocked.
    assert (evidence.fill, evidence.reason) == ((0.5, None) if told else (None, UnknownReason.OCCLUDED))


@pytest.mark.parametrize("visible", [0.75, 0.9])
def test_a_product_half_behind_somebody_is_no_other_one(judging, scenes, visible) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance"), {})
    gone = scenes.picture("bc", seed=5)
    evidence = bench.judge(pixels=gone, visible=visible)
    assert evidence["a"].reason is (UnknownReason.OCCLUDED if visible < 0.85 else None)
    assert evidence["b"].fill == pytest.approx(1.0, abs=0.05)


def test_what_is_hidden_does_not_matter_where_it_would_change_no_state(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=2), {})
    assert bench.judge(visible=0.75)["a"].fill == 1.0


def stack(scenes, *tints):
    """Draws three units on top of each other into facing b, prints of light and dark in one hue each."""

    def draw(pixels):
        left, width, height = scenes.LEFTS["b"] - 6, scenes.WIDTH + 12, 30
        for index, tint in enumerate(tints):
            shades = np.random.default_rng(sum(tint)).uniform(0.3, 1.0, (5, 8, 1)).astype(np.float32)
            front = cv2.resize(shades * np.array(tint, np.float32), (width, height), interpolation=cv2.INTER_NEAREST)
            pixels[54 + height * index : 54 + height * (index + 1), left : left + width] = front

    return draw


@pytest.mark.parametrize(("visible", "told"), [(0.9, False), (1.0, True)])
def test_what_is_in_the_places_of_units_hides_them_where_the_gates_too_see_something(
    judging, scenes, visible, told
) -> None:
    own, other = (230, 90, 60), (40, 140, 240)
    reference = scenes.picture("ac", draw=stack(scenes, own, own, own))
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=3), {}, reference=reference)
    now = scenes.picture("ac", draw=stack(scenes, other, other, own), seed=2)
    evidence = bench.judge(pixels=now, visible=visible)["b"]
    assert (evidence.fill, evidence.reason) == (
        (pytest.approx(1 / 3), None) if told else (None, UnknownReason.OCCLUDED)
    )
