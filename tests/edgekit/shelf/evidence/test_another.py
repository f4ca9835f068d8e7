"""Evidence by appearance of what is unlike the reference: another product, the same one turned, or nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgekit.shelf.evidence.another import colours_apart, shows_a_product, shows_bare_floor, shows_new_hues
from edgekit.shelf.evidence.colours import without_noise
from edgekit.shelf.evidence.edges import inside_of, patch_of, shape_of
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register


def test_another_product_is_misplaced_and_an_empty_place_is_not(judging, scenes) -> None:
    bench = judging.Bench(scenes, scenes.planogram("appearance"), {})
    swapped, left_b, left_c = scenes.picture(), scenes.LEFTS["b"], scenes.LEFTS["c"]
    at = slice(scenes.TOP, scenes.BOTTOM)
    swapped[at, left_b : left_b + scenes.WIDTH] = scenes.picture()[at, left_c : left_c + scenes.WIDTH]
    told = bench.judge(pixels=swapped)["b"]
    assert (told.fill, told.misplaced) == (pytest.approx(0.0, abs=0.3), pytest.approx(1.0, abs=0.3))
    assert bench.judge(pixels=scenes.picture("ac"))["b"].misplaced < 0.3
    assert bench.judge()["b"].misplaced == pytest.approx(0.0, abs=0.1)


def test_neighbours_in_the_box_of_a_place_that_is_seen_aslant_are_no_product_in_it(scenes) -> None:
    aslant = ((150.0, 54.0), (190.0, 54.0), (150.0, 144.0), (110.0, 144.0))
    facing = replace(scenes.planogram().facings[1], polygon_xy_px=aslant)
    place = layout_of((facing,), register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    shape = shape_of(place.box_xyxy_px)
    print_ = np.kron(np.random.default_rng(5).uniform(20, 230, (18, 24, 3)), np.ones((10, 14, 1)))[:180, :320]
    within = np.zeros(scenes.SIZE_HW, np.uint8)
    cv2.fillPoly(within, [np.array(aslant, np.int32)], 1)

    def shown(gap):
        pixels = np.where(gap[..., None], scenes.picture(""), print_).astype(np.uint8)
        return shows_a_product(pixels, place, without_noise(patch_of(pixels, place, shape)), shape)

    assert shown(within > 0) < 0.05
    assert shown(within > 1) > 0.8


def test_another_sort_is_far_in_colours_and_the_product_in_other_light_or_partly_gone_is_not(scenes) -> None:
    box = scenes.LEFTS["b"], scenes.TOP, scenes.LEFTS["b"] + scenes.WIDTH, scenes.BOTTOM
    shape, planogram = shape_of(box), scenes.planogram()
    place = layout_of((planogram.facings[1],), register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    at = slice(scenes.TOP, scenes.BOTTOM), slice(box[0], box[2])

    def seen(pixels):
        return without_noise(patch_of(pixels.astype(np.uint8), place, shape))

    own = scenes.picture() * 0.5 + 60
    lit, half, sort = own * (0.7, 0.9, 1.1), own.copy(), own.copy()
    half[scenes.TOP : scenes.TOP + 45, at[1]] = (90, 92, 94)
    sort[at] = own[at] * (0.5, 1.0, 1.4)
    apart = [colours_apart(seen(own), seen(now), shape) for now in (lit, half, sort)]
    assert max(apart[:2]) < 3.0
    assert apart[2] > 6.0


def test_another_flavour_shows_a_hue_of_its_own_and_a_back_in_black_and_white_or_a_grey_picture_does_not(scenes):
    box = scenes.LEFTS["b"], scenes.TOP, scenes.LEFTS["b"] + scenes.WIDTH, scenes.BOTTOM
    shape, facing = shape_of(box), scenes.planogram().facings[1]
    place = layout_of((facing,), register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    own = scenes.picture("", draw=lambda pixels: cv2.rectangle(pixels, box[:2], box[2:], (190, 120, 60), -1))

    def seen(panel):
        now = own.copy()
        cv2.rectangle(now, (box[0] + 8, box[1] + 30), (box[2] - 8, box[3] - 10), panel, -1)
        return now

    grey = cv2.merge([cv2.cvtColor(own, cv2.COLOR_BGR2GRAY)] * 3)
    was, *shown = (
        without_noise(patch_of(pixels, place, shape))
        for pixels in (own, own, seen((60, 60, 200)), seen((240, 240, 240)), seen((20, 20, 20)), grey)
    )
    assert [shows_new_hues(was, now, shape) for now in shown] == [False, True, False, False, False]


@pytest.mark.parametrize(
    "turn", [lambda front: front[:, ::-1], lambda front: front[::-1]], ids=["around", "upside down"]
)
def test_a_product_that_was_put_back_turned_stands_and_is_not_misplaced(judging, scenes, turn) -> None:
    bench, at = judging.Bench(scenes, scenes.planogram("appearance"), {}), slice(scenes.TOP, scenes.BOTTOM)
    turned, own = scenes.picture(), slice(scenes.LEFTS["b"], scenes.LEFTS["b"] + scenes.WIDTH)
    turned[at, own] = turn(scenes.picture()[at, own])
    told = bench.judge(pixels=turned)["b"]
    assert told.fill > 0.6
    assert told.misplaced < 0.4


def plain_at_b(judging, scenes, bgr):
    def plain(pixels):
        pixels[scenes.TOP : scenes.BOTTOM, scenes.LEFTS["b"] : scenes.LEFTS["b"] + scenes.WIDTH] = bgr

    return judging.Bench(scenes, scenes.planogram("appearance"), {}).judge(pixels=scenes.picture("ac", draw=plain))["b"]


@pytest.mark.parametrize("bgr", [(40, 40, 200), (190, 110, 40), (120, 175, 100)])
def test_another_product_without_any_print_is_misplaced_for_its_colour(judging, scenes, bgr) -> None:
    judged = plain_at_b(judging, scenes, bgr)
    assert judged.fill < 0.1
    assert judged.misplaced > judging.RULES.stocked_at


@pytest.mark.parametrize("grey", [30, 60, 120, 200, 250])
def test_a_place_in_plain_grey_is_empty_however_it_is_lit(judging, scenes, grey) -> None:
    judged = plain_at_b(judging, scenes, (grey, grey, grey))
    assert judged.fill < 0.1
    assert judged.misplaced < 0.5


def test_an_empty_place_before_a_panelled_wall_is_no_product(judging, scenes) -> None:
    def panels(pixels):
        pixels[30:145, ::8] *= 0.6

    bench = judging.Bench(scenes, scenes.planogram("appearance"), {}, reference=scenes.picture(draw=panels))
    judged = bench.judge(pixels=scenes.picture("ac", draw=panels, noise=3))["b"]
    assert judged.fill < 0.1
    assert judged.misplaced < 0.2


def behind(scenes, how):
    """Draws what is seen in the place of b once its product is gone."""
    goods = np.kron(np.random.default_rng(11).uniform(30, 220, (11, 7, 3)), np.ones((8, 8, 1))).astype(np.float32)

    def draw(pixels):
        rows, columns = slice(scenes.TOP, scenes.BOTTOM), slice(scenes.LEFTS["b"], scenes.LEFTS["b"] + scenes.WIDTH)
        pixels[rows, columns] = how(goods)[: scenes.BOTTOM - scenes.TOP, : scenes.WIDTH]

    return draw


def test_a_blurred_aisle_behind_an_emptied_place_is_no_product(judging, scenes) -> None:
    aisle = behind(scenes, lambda goods: 100 + 0.4 * cv2.GaussianBlur(goods, (0, 0), 6.0))
    told = judging.Bench(scenes, scenes.planogram("appearance"), {}).judge(pixels=scenes.picture("ac", draw=aisle))["b"]
    assert told.fill < 0.2
    assert told.misplaced < 0.4


def test_a_small_stranger_in_a_large_place_is_another_product(judging, scenes) -> None:
    left = scenes.LEFTS["b"] + 10
    stranger = np.kron(np.random.default_rng(12).uniform(20, 230, (9, 6, 3)), np.ones((4, 4, 1)))

    def draw(pixels):
        pixels[scenes.BOTTOM - 36 : scenes.BOTTOM, left : left + 24] = stranger

    told = judging.Bench(scenes, scenes.planogram("appearance"), {}).judge(pixels=scenes.picture("ac", draw=draw))["b"]
    assert told.fill < 0.2
    assert told.misplaced > 0.6


CRATE_XY = 124, 54
"""The upper left corner of facing b."""


def goods(bgr, seed):
    """A crate full of loose goods of a colour, lighter and darker as they lie."""

    def draw(pixels):
        (left, top), light = CRATE_XY, np.random.default_rng(seed).uniform(0.1, 1.0, (10, 6, 1))
        pixels[top : top + 90, left : left + 52] = np.kron(light * bgr, np.ones((9, 9, 1)))[:90, :52]

    return draw


def slats(bgr):
    """The floor of an emptied crate: boards of a colour, dark gaps between them, that run towards the back."""

    def draw(pixels):
        left, top = CRATE_XY
        pixels[top : top + 90, left : left + 52] = np.array(bgr) * 0.4
        floor = np.array([(left + 8, top + 24), (left + 44, top + 24), (left + 52, top + 90), (left, top + 90)])
        cv2.fillPoly(pixels, [floor.astype(np.int32)], [float(value) for value in bgr])
        for share in np.linspace(0, 1, 8):
            start, end = (round(left + 8 + 36 * share), top + 24), (round(left + 52 * share), top + 90)
            cv2.line(pixels, start, end, [0.3 * value for value in bgr], 1)

    return draw


@pytest.mark.parametrize("floor", [(150, 130, 140), (150, 150, 120), (120, 130, 170)], ids=["pink", "green", "red"])
def test_the_slatted_floor_of_an_emptied_crate_is_no_product_in_whatever_colour(judging, scenes, floor) -> None:
    full = scenes.picture("ac", draw=goods((40, 200, 230), 3))
    bench = judging.Bench(scenes, scenes.planogram("appearance"), {}, reference=full)
    emptied = bench.judge(pixels=scenes.picture("ac", draw=slats(floor)))["b"]
    assert emptied.fill < 0.1
    assert emptied.misplaced < 0.1
    other = bench.judge(pixels=scenes.picture("ac", draw=goods((30, 40, 210), 4)))["b"]
    assert other.fill < 0.4
    assert other.misplaced > 0.6


@pytest.mark.parametrize("light", [1.0, 0.5, 0.25])
def test_a_pack_in_two_hues_is_no_bare_floor_in_dim_light_either(scenes, light) -> None:
    facing = scenes.planogram().facings[1]
    place = layout_of((facing,), register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    shape = shape_of(place.box_xyxy_px)

    def two_hues(pixels):
        left, top = CRATE_XY
        pixels[top : top + 45, left : left + 52] = (105, 130, 145)
        pixels[top + 45 : top + 90, left : left + 52] = (150, 130, 115)

    def shown(draw, light):
        return without_noise(patch_of(scenes.picture("ac", draw=draw, light=light), place, shape))

    full, inside = shown(goods((40, 200, 230), 3), 1.0), inside_of(place, shape)
    assert shows_bare_floor(full, shown(slats((150, 130, 140)), light), shape, inside)
    assert not shows_bare_floor(full, shown(two_hues, light), shape, inside)
