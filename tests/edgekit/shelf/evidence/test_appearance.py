"""Evidence by appearance: a product stands, wherever and in whatever light, or its place is empty."""

import cv2
import numpy as np
import pytest

from edgekit.shelf.words import UnknownReason


@pytest.mark.parametrize(
    "kwargs", [{"seed": 3}, {"seed": 3, "aside": 6}, {"seed": 3, "light": 0.5}, {"seed": 3, "noise": 6.0}]
)
def test_a_product_stays_itself_aside_and_in_another_light(judging, scenes, kwargs) -> None:
    evidence = judging.Bench(scenes, scenes.planogram(), {}).judge(pixels=scenes.picture(**kwargs))
    assert all(one.fill > 0.9 for one in evidence.values())


@pytest.mark.parametrize("light", [1.0, 0.5])
def test_a_gap_is_empty(judging, scenes, light) -> None:
    evidence = judging.Bench(scenes, scenes.planogram(), {}).judge(pixels=scenes.picture("ac", seed=3, light=light))
    assert evidence["b"].fill < 0.2
    assert min(evidence["a"].fill, evidence["c"].fill) > 0.9


def test_a_facing_that_the_reference_shows_empty_is_stocked_once_it_changes(judging, scenes) -> None:
    planogram = scenes.planogram(empty_in_reference=True)
    # The facing must have edges of its own: here the upper corner of the board runs through it.
    reference = scenes.picture("", draw=lambda pixels: pixels.__setitem__(slice(100, 110), 30))
    bench = judging.Bench(scenes, planogram, {}, reference)
    assert bench.judge(pixels=reference)["a"].fill < 0.05
    assert bench.judge(pixels=scenes.picture())["a"].fill > 0.8


def test_a_facing_without_edges_says_nothing(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram(), {}, np.full((*scenes.SIZE_HW, 3), 128, np.uint8))
    assert bench.judge()["a"].reason is UnknownReason.NO_EVIDENCE


def test_a_product_behind_the_one_that_was_taken_is_still_there(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance"), {})
    pixels, left = scenes.picture("bc"), scenes.LEFTS["a"]
    front = scenes.picture()[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH]
    behind = cv2.resize(front, None, fx=0.85, fy=0.85, interpolation=cv2.INTER_AREA)
    height, width = behind.shape[:2]
    pixels[scenes.BOTTOM - 4 - height : scenes.BOTTOM - 4, left + 3 : left + 3 + width] = behind * 0.6
    assert bench.judge(pixels=pixels)["a"].fill >= 0.5
    assert bench.judge(pixels=scenes.picture("bc"))["a"].fill < 0.1


def pushed_back(scenes, product, light):
    """Facing b with a product at 85 % of its size, darker, and its foot higher."""
    left, height, width = scenes.LEFTS["b"] + 3, scenes.BOTTOM - scenes.TOP, scenes.WIDTH
    small = cv2.resize(product, (round(0.85 * width), round(0.85 * height)), interpolation=cv2.INTER_AREA) * light
    pixels, foot = scenes.picture("ac"), scenes.BOTTOM - 4
    pixels[foot - small.shape[0] : foot, left : left + small.shape[1]] = small.astype(np.uint8)
    return pixels


@pytest.mark.parametrize("light", [0.85, 0.7, 0.5])
def test_a_product_that_was_pushed_back_stands_and_another_there_does_not(judging, scenes, light) -> None:
    bench, at = judging.Bench(scenes, scenes.planogram("appearance"), {}), slice(scenes.TOP, scenes.BOTTOM)
    own, another = (scenes.picture()[at, scenes.LEFTS[name] : scenes.LEFTS[name] + scenes.WIDTH] for name in "bc")
    told = bench.judge(pixels=pushed_back(scenes, own, light))["b"]
    assert told.fill > 0.6
    assert told.misplaced < 0.1
    told = bench.judge(pixels=pushed_back(scenes, another, light))["b"]
    assert told.fill < 0.2
    assert told.misplaced > 0.8


@pytest.mark.parametrize("own_share", [0.3, 0.5])
def test_what_is_only_a_little_like_a_product_farther_back_leaves_no_doubt_that_it_is_gone(
    judging, scenes, own_share
) -> None:
    bench, at = judging.Bench(scenes, scenes.planogram("appearance"), {}), slice(scenes.TOP, scenes.BOTTOM)
    own, another = (scenes.picture()[at, scenes.LEFTS[name] : scenes.LEFTS[name] + scenes.WIDTH] for name in "bc")
    alike = cv2.addWeighted(own, own_share, another, 1 - own_share, 0.0)
    assert bench.judge(pixels=pushed_back(scenes, alike, 0.7))["b"].fill <= judging.RULES.empty_at
