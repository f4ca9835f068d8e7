"""Evidence by appearance of several units: how many are left, farther back too, and what is none."""

import cv2
import numpy as np
import pytest

from edgekit.replay.simulation.scene import picture_of
from edgekit.replay.simulation.shelves import MARGIN_PX, rendered_scene
from edgekit.shelf.evidence import appearance
from edgekit.shelf.evidence.appearance import AppearanceEvidence
from edgekit.shelf.evidence.method import MethodContext
from edgekit.shelf.evidence.units import Units
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register
from edgekit.shelf.rules import ShelfRules


def cut_down(scenes, units, of):
    """The shelf with so many of `of` units left in facing a, side by side from the right."""
    pixels, empty = scenes.picture(), scenes.picture("bc")
    left, right = scenes.LEFTS["a"] - 6, scenes.LEFTS["a"] + scenes.WIDTH + 6
    edge = right - round((right - left) * units / of)
    pixels[:, left:edge] = empty[:, left:edge]
    return pixels


@pytest.mark.parametrize(("units", "of"), [(0, 2), (1, 2), (2, 2), (0, 3), (1, 3), (2, 3), (3, 3)])
def test_the_units_of_a_facing_are_told_by_what_still_looks_as_it_did(judging, scenes, units, of) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=of), {})
    judged = bench.judge(pixels=cut_down(scenes, units, of))["a"]
    assert judged.fill == pytest.approx(units / of)
    assert judged.units


def test_the_last_unit_behind_the_others_is_one_unit(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=2), {})
    pixels, left = scenes.picture("bc"), scenes.LEFTS["a"]
    front = scenes.picture()[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH]
    pixels[scenes.TOP - 6 : scenes.BOTTOM - 6, left : left + scenes.WIDTH] = front * 0.8
    assert bench.judge(pixels=pixels)["a"].fill == 0.5


@pytest.mark.parametrize("units", [2, 3])
@pytest.mark.parametrize("aside", [-9, 9])
def test_units_that_were_pushed_aside_together_are_all_there(judging, scenes, units, aside) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=units), {})
    assert bench.judge(pixels=scenes.picture(aside={"b": aside}))["b"].fill == 1.0


def test_what_has_a_units_edges_but_not_its_colours_is_no_unit(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=2), {})
    dyed, left = scenes.picture(), scenes.LEFTS["a"]
    place = dyed[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH]
    place[:] = place * (0.2, 1, 1)  # hardly any blue
    assert bench.judge(pixels=dyed)["a"].fill == 0.0


def test_a_unit_farther_back_is_a_unit_and_not_another_product(judging, scenes) -> None:
    label = np.random.default_rng(3).uniform(20, 230, (8, 4, 3))

    def unit(top, left, width, height):
        rows, columns = np.arange(height) * 8 // height, np.arange(width) * 4 // width

        def draw(pixels):
            pixels[top : top + height, left : left + width] = label[rows][:, columns]

        return draw

    full = scenes.picture("ac", draw=unit(scenes.TOP, scenes.LEFTS["b"], scenes.WIDTH, 80))
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=2), {}, reference=full)
    farther = scenes.picture("ac", draw=unit(scenes.TOP - 6, scenes.LEFTS["b"] + 8, 30, 50))
    judged = bench.judge(pixels=farther)["b"]
    assert (judged.fill, judged.misplaced) == (0.5, 0.0)


def test_the_last_unit_of_a_deep_shelf_is_a_unit_and_another_product_there_is_not(judging, scenes) -> None:
    own, strange = (np.random.default_rng(seed).uniform(20, 230, (8, 4, 3)) for seed in (3, 8))

    def pack(label, left, top, scale, light=1.0):
        size = round(scenes.WIDTH * scale), round(80 * scale)
        drawn = cv2.resize(label, (scenes.WIDTH, 80), interpolation=cv2.INTER_NEAREST)

        def draw(pixels):
            small = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA) * light
            pixels[top : top + size[1], left : left + size[0]] = small

        return draw

    left = scenes.LEFTS["b"]
    full = scenes.picture("ac", draw=pack(own, left, scenes.TOP, 1.0))
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=5), {}, reference=full)
    last, put = (
        scenes.picture("ac", draw=pack(label, left + 2, scenes.TOP - 4, 0.55, 0.5)) for label in (own, strange)
    )
    judged, other = bench.judge(pixels=last)["b"], bench.judge(pixels=put)["b"]
    assert (judged.fill, judged.misplaced) == (0.2, 0.0)
    assert other.fill == 0.0


def test_bottles_of_the_same_shape_and_another_colour_are_another_product(judging, scenes) -> None:
    def bottles(bgr):
        def draw(pixels):
            for index in range(3):
                x = scenes.LEFTS["b"] - 6 + round(17.3 * index)
                cv2.rectangle(pixels, (x + 2, scenes.TOP + 22), (x + 14, scenes.BOTTOM), (120, 122, 124), -1)
                cv2.rectangle(pixels, (x + 6, scenes.TOP), (x + 10, scenes.TOP + 22), (120, 122, 124), -1)
                cv2.rectangle(pixels, (x + 2, scenes.TOP + 38), (x + 14, scenes.BOTTOM - 16), bgr, -1)
                cv2.rectangle(pixels, (x + 6, scenes.TOP), (x + 10, scenes.TOP + 6), bgr, -1)

        return draw

    full = scenes.picture("ac", draw=bottles((30, 230, 120)))
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=3), {}, reference=full)
    judged = bench.judge(pixels=scenes.picture("ac", draw=bottles((230, 20, 90)), seed=2))["b"]
    assert judged.fill == 0.0
    assert judged.misplaced > 0.5


def test_plain_cloths_of_another_colour_are_another_product_and_none_of_its_units(judging, scenes) -> None:
    def pile(bgr):
        def draw(pixels):
            left = scenes.LEFTS["b"] - 6
            for index in range(4):
                top = scenes.TOP + round(22.5 * index)
                pixels[top : top + 22, left : left + 52] = bgr
                pixels[top + 14 : top + 22, left : left + 52] = np.array(bgr) * 0.3

        return draw

    full = scenes.picture("ac", draw=pile((90, 140, 150)))
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=4), {}, reference=full)
    judged = bench.judge(pixels=scenes.picture("ac", draw=pile((140, 150, 100)), seed=2))["b"]
    assert judged.fill == 0.0
    assert judged.misplaced > 0.8


def crate(scenes, goods, *, left=30, floor=(150, 60, 20), bgr=(40, 110, 180)):
    """The shelf whose facing a is a crate seen from above, in which `left` round goods lie as they fell."""
    random = np.random.default_rng(goods)

    def draw(pixels):
        (x, y), (right, bottom) = (scenes.LEFTS["a"] - 6, scenes.TOP - 6), (scenes.LEFTS["a"] + 46, scenes.BOTTOM + 4)
        cv2.rectangle(pixels, (x - 3, y - 3), (right + 3, bottom + 3), (205, 210, 215), -1)
        cv2.rectangle(pixels, (x + 2, y + 2), (right - 2, bottom - 2), floor, -1)
        for _ in range(left):
            centre = int(random.integers(x + 9, right - 8)), int(random.integers(y + 9, bottom - 8))
            for radius, shade in ((5, 0.3), (4, 0.9), (2, 1.4)):
                cv2.circle(pixels, centre, radius, tuple(shade * channel for channel in bgr), -1, cv2.LINE_AA)

    return scenes.picture("bc", draw=draw)


@pytest.mark.parametrize("floor", [(150, 60, 20), (40, 70, 160), (0, 220, 255)])
def test_the_floor_of_a_crate_is_no_product_whatever_its_colour(judging, scenes, floor) -> None:
    full = crate(scenes, 1, left=120, floor=floor)
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=120), {}, reference=full)
    judged = bench.judge(pixels=crate(scenes, 1, left=0, floor=floor))["a"]
    assert judged.fill == 0.0
    assert judged.misplaced < 0.2


@pytest.mark.parametrize("bgr", [(60, 160, 60), (200, 90, 200)])
def test_other_goods_that_fill_a_crate_are_misplaced_with_a_few_of_its_own_among_them(judging, scenes, bgr) -> None:
    full = crate(scenes, 1, left=120)
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=120), {}, reference=full)
    others, left = crate(scenes, 2, left=120, bgr=bgr), scenes.LEFTS["a"]
    others[scenes.TOP : scenes.TOP + 30, left : left + 30] = full[scenes.TOP : scenes.TOP + 30, left : left + 30]
    judged = bench.judge(pixels=others)["a"]
    assert (judged.fill, judged.misplaced > 0.6) == (0.0, True)


def test_a_large_carton_in_the_colours_of_many_small_ones_is_none_of_them(judging, scenes) -> None:
    print_ = np.random.default_rng(3).uniform(20, 235, (6, 4, 3)).astype(np.float32)
    left, top = scenes.LEFTS["a"] - 6, scenes.TOP - 6

    def small(pixels):
        for row, column in np.ndindex(2, 4):
            x, y = left + column * 13, top + row * 45
            pixels[y : y + 45, x : x + 13] = cv2.resize(print_, (13, 45), interpolation=cv2.INTER_LINEAR)

    def large(pixels):
        carton = cv2.resize(print_, (46, 75), interpolation=cv2.INTER_LINEAR)
        pixels[top + 15 : top + 90, left + 3 : left + 49] = carton[:, ::-1]

    full = scenes.picture("bc", draw=small)
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=8), {}, reference=full)
    assert bench.judge(pixels=scenes.picture("bc", draw=large))["a"].fill == 0.0


@pytest.mark.parametrize(("seed", "light", "facing"), [(2_000_006, 1.0, "f02"), (2_000_005, 0.25, "f26")])
@pytest.mark.parametrize("left", [0, 1])
def test_the_last_unit_is_seen_by_the_facings_whole_look_where_no_part_is_sure(seed, light, facing, left) -> None:
    scene = rendered_scene(np.random.default_rng(seed))
    full = {place.facing.id: place.units for place in scene.places}
    facings = tuple(place.facing for place in scene.places if place.facing.id == facing)

    def picture(stock, light=1.0):
        shown = picture_of(scene, stock)[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
        noise = np.random.default_rng(1).normal(0, 3, shown.shape)
        return np.clip(shown * light + noise, 0, 255).astype(np.uint8)

    reference = picture(full)
    places = layout_of(facings, register(reference.shape[:2], reference.shape[:2])).places
    evidence = AppearanceEvidence(MethodContext(facings, None, ShelfRules(), {}, reference, places))
    judged = evidence.judge(picture({**full, facing: full[facing][:left]}, light), places, None, {}, {})[facing]
    assert judged.fill == left / facings[0].capacity


def test_a_heap_that_looks_as_it_did_has_lost_little_however_unsure_its_cells_are(judging, scenes, monkeypatch) -> None:
    full = crate(scenes, 1, left=120)
    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=120), {}, reference=full)
    monkeypatch.setattr(appearance, "units_of", lambda expected, pixels, place: Units(50, 0.5))
    assert bench.judge(pixels=full)["a"].fill > 0.9
    assert bench.judge(pixels=crate(scenes, 1, left=20))["a"].fill == pytest.approx(50 / 120)


def test_the_front_of_a_tray_is_none_of_the_units_that_stood_behind_it(judging, scenes) -> None:
    # It looks as it did, and of six rows on top of each other, of which the reference does not tell, it would be one.
    left, right = scenes.LEFTS["b"] - 6, scenes.LEFTS["b"] + scenes.WIDTH + 6

    def tray(standing):
        def draw(pixels):
            for index in range(standing):
                label = np.random.default_rng(20 + index).uniform(20, 230, (8, 3, 3))
                x, y = left + 16 * (index % 3), scenes.TOP - 6 + 38 * (index // 3)
                pixels[y : y + 40, x : x + 15] = np.kron(label, np.ones((5, 5, 1)))
            pixels[scenes.BOTTOM - 14 : scenes.BOTTOM + 4, left:right] = (190, 160, 120)
            pixels[scenes.BOTTOM - 8 : scenes.BOTTOM - 2, left + 14 : right - 14 : 4] = 40

        return scenes.picture("ac", draw=draw)

    bench = judging.Bench(scenes, scenes.planogram("appearance", capacity=6), {}, reference=tray(6))
    assert bench.judge(pixels=tray(6))["b"].fill == 1.0
    judged = bench.judge(pixels=tray(0))["b"]
    assert (judged.fill, judged.misplaced) == (0.0, 0.0)
