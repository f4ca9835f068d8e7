"""What the committed weights tell of variants, on rendered shelves that they were not trained on."""

from dataclasses import replace
from importlib.resources import files

import cv2
import numpy as np

from edgekit.replay.simulation.scene import picture_of
from edgekit.replay.simulation.shelves import MARGIN_PX, rendered_scene
from edgekit.shelf.evidence.variants import Variants
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register

SEEDS = (2_000_001, 2_000_002, 2_000_003, 2_000_004)


def seen(scene, stock, gain=1.0):
    picture = picture_of(scene, stock)[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] * np.array(gain)
    noise = np.random.default_rng(1).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def probabilities(now_of):
    """Of every facing with one unit that it shows a variant, in dimmer and bluer light, given what stands there."""
    found = []
    for seed in SEEDS:
        scene = rendered_scene(np.random.default_rng(seed))
        full = {place.facing.id: place.units for place in scene.places}
        ones = {place.facing.id: (now_of(place.units[0]),) for place in scene.places if place.facing.capacity == 1}
        reference, now = seen(scene, full), seen(scene, {**full, **ones}, (0.8, 0.72, 0.68))
        size_hw = reference.shape[:2]
        places = layout_of([place.facing for place in scene.places], register(size_hw, size_hw)).places
        variants = Variants(reference, places)
        found += [variants.in_facing(now, place) for place in places if place.facing.id in ones]
    assert len(found) > 30
    return np.array(found)


def in_another_colour(unit):
    """The same print, its lower two thirds in another hue."""
    hsv = cv2.cvtColor(unit.layer.pixels, cv2.COLOR_BGR2HSV)
    lower = hsv[hsv.shape[0] // 3 :]
    lower[..., 0] = (lower[..., 0].astype(int) + 80) % 180
    lower[..., 1] = np.maximum(lower[..., 1], 120)
    return replace(unit, layer=replace(unit.layer, pixels=cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)))


def test_a_product_put_back_aside_in_other_light_is_no_variant():
    assert (probabilities(lambda unit: replace(unit, x=unit.x + 3, y=unit.y - 1)) < 0.5).mean() > 0.97


def test_the_same_print_most_of_it_in_another_colour_is_a_variant():
    assert (probabilities(in_another_colour) > 0.5).mean() > 0.8


GREEN, YELLOW = (60, 170, 70), (40, 200, 230)


def cartons(scenes, *panels):
    """Draws cartons side by side into facing b: cream with a blue head, two dark lines and a panel in a colour."""

    def draw(pixels):
        left, top, width = scenes.LEFTS["b"] - 4, scenes.TOP - 2, (scenes.WIDTH + 8) // len(panels)
        for index, panel in enumerate(panels):
            x = left + index * width
            cv2.rectangle(pixels, (x, top), (x + width - 2, scenes.BOTTOM), (170, 215, 235), -1)
            cv2.rectangle(pixels, (x, top), (x + width - 2, top + 18), (150, 70, 40), -1)
            for y in (top + 24, top + 30):
                cv2.rectangle(pixels, (x + 3, y), (x + width - 6, y + 2), (40, 40, 40), -1)
            cv2.rectangle(pixels, (x + 3, top + 54), (x + width - 6, scenes.BOTTOM - 8), panel, -1)

    return draw


def judged(judging, scenes, before, now):
    """Facing b, by what was drawn into it."""
    planogram = scenes.planogram("appearance", capacity=len(before))
    reference = scenes.picture("ac", draw=cartons(scenes, *before))
    bench = judging.Bench(scenes, planogram, {}, reference=reference)
    return bench.judge(pixels=scenes.picture("ac", draw=cartons(scenes, *now), seed=2, light=0.9))["b"]


def test_a_carton_with_a_panel_in_another_colour_is_another_sort(judging, scenes):
    same, other = judged(judging, scenes, (GREEN,), (GREEN,)), judged(judging, scenes, (GREEN,), (YELLOW,))
    assert (same.fill > 0.9, same.misplaced) == (True, 0.0)
    assert (other.fill < 0.5, other.misplaced > 0.5) == (True, True)


def test_of_three_cartons_of_another_sort_none_is_one_of_the_facing_s(judging, scenes):
    same, other = (judged(judging, scenes, (GREEN,) * 3, (panel,) * 3) for panel in (GREEN, YELLOW))
    assert (same.fill, same.misplaced) == (1.0, 0.0)
    assert (other.fill, other.misplaced > 0.5) == (0.0, True)


def test_the_weights_are_small():
    assert len(files("edgekit.shelf.evidence").joinpath("variants.onnx").read_bytes()) < 1_000_000
