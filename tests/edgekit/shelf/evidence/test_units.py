"""Several units of a facing are counted: on top of each other, side by side, put back crooked, or whatever stands."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgekit.shelf.evidence import units
from edgekit.shelf.evidence.units import expected_units, units_of
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register

LEFT, TOP, RIGHT, BOTTOM = 40, 40, 112, 140
STACKED, BESIDE = 0, 1


def unit(seed, width, height):
    """A package's front: an irregular print."""
    coarse = np.random.default_rng(seed).uniform(20, 235, (5, 5, 3)).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)


def shelf(scenes, axis, of, standing, *, prints=None, aside=None, turned_deg=0.0, neighbour=True):
    """The shelf with only the units `standing` of `of`; `prints`: seed of each; `aside`: by so many pixels, each."""

    def draw(pixels):
        for index in standing:
            span = (BOTTOM - TOP, RIGHT - LEFT)[axis] / of
            start, end = round(index * span), round((index + 1) * span)
            width, height = (RIGHT - LEFT, end - start) if axis == STACKED else (end - start, BOTTOM - TOP)
            x, y = (LEFT, TOP + start) if axis == STACKED else (LEFT + start, TOP)
            x += (aside or {}).get(index, 0)
            front = unit((prints or {}).get(index, 5), width, height)
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), turned_deg * (-1) ** index, 1.0)
            pixels[y : y + height, x : x + width] = cv2.warpAffine(
                front, turn, (width, height), borderMode=cv2.BORDER_REPLICATE
            )
        if neighbour:  # the next facing has the same product
            pixels[TOP:BOTTOM, RIGHT + 2 : RIGHT + 26] = unit(5, 24, BOTTOM - TOP)

    return scenes.picture("", draw=draw)


def place(scenes, of):
    around = (
        (LEFT - 2.0, TOP - 2.0),
        (RIGHT + 2.0, TOP - 2.0),
        (RIGHT + 2.0, BOTTOM + 2.0),
        (LEFT - 2.0, BOTTOM + 2.0),
    )
    facing = replace(scenes.planogram(capacity=of).facings[0], polygon_xy_px=around)
    return layout_of((facing,), register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]


def counted(scenes, axis, of, standing, **how) -> int:
    prints = how.get("prints")
    where = place(scenes, of)
    expected = expected_units(shelf(scenes, axis, of, range(of), prints=prints), where)
    return units_of(expected, shelf(scenes, axis, of, standing, **how), where).count


@pytest.mark.parametrize("axis", [STACKED, BESIDE])
@pytest.mark.parametrize("standing", [(), (3,), (2, 3), (0, 3), (1, 2, 3), (0, 1, 3), (0, 1, 2, 3)])
def test_each_unit_of_a_row_is_counted_by_itself(scenes, axis, standing) -> None:
    assert counted(scenes, axis, 4, standing) == len(standing)


@pytest.mark.parametrize("axis", [STACKED, BESIDE])
def test_the_reference_tells_in_which_direction_alike_units_stand(scenes, axis) -> None:
    assert expected_units(shelf(scenes, axis, 3, range(3)), place(scenes, 3)).parts.keys() == {
        (3, 1) if axis == STACKED else (1, 3)
    }


def test_one_smooth_tube_is_no_row_of_units(scenes) -> None:
    def tube(pixels):
        shade = 60 + 120 * np.sin(np.linspace(0, np.pi, RIGHT - LEFT)) ** 2
        pixels[TOP:BOTTOM, LEFT:RIGHT] = shade[:, None] * np.array((0.9, 0.6, 0.4))
        pixels[TOP + 6 : TOP + 14, LEFT:RIGHT] = (30, 30, 200)

    assert len(expected_units(scenes.picture("", draw=tube), place(scenes, 3)).parts) > 1


def tinted(seed, tint):
    """A print of light and dark in one hue, of a third of the facing's height."""
    shades = np.random.default_rng(seed).uniform(0.3, 1.0, (5, 8, 1)).astype(np.float32)
    return cv2.resize(shades * np.array(tint, np.float32), (RIGHT - LEFT, 33), interpolation=cv2.INTER_NEAREST)


def stacked(scenes, fronts):
    """The shelf with three fronts on top of each other; None: nothing."""

    def draw(pixels):
        for index, front in enumerate(fronts):
            if front is not None:
                pixels[TOP + 33 * index : TOP + 33 * index + 33, LEFT:RIGHT] = front

    return scenes.picture("", draw=draw)


@pytest.mark.parametrize(("top", "hidden"), [(None, 0), (tinted(8, (40, 140, 240)), 1), (tinted(5, (230, 90, 60)), 0)])
def test_in_the_place_of_a_unit_something_else_may_hide_it(scenes, top, hidden) -> None:
    where, own = place(scenes, 3), tinted(5, (230, 90, 60))
    expected = expected_units(stacked(scenes, (own, own, own)), where)
    found = units_of(expected, stacked(scenes, (top, own, own)), where)
    assert found.hidden == pytest.approx(hidden / 3)


def test_a_rack_in_a_product_s_own_grey_is_no_turned_unit(scenes) -> None:
    front = tinted(5, (240, 40, 20))
    front[22:27], front[27:] = 60, 150  # a grey lid
    rack = np.full((33, RIGHT - LEFT, 3), 60, np.float32)
    rack[3::6] = rack[4::6] = rack[:, 3::8] = rack[:, 4::8] = 150
    where = place(scenes, 3)
    expected = expected_units(stacked(scenes, (front, front, front)), where)
    assert units_of(expected, stacked(scenes, (rack, front, front)), where).count == 2


def test_units_of_other_prints_tell_nothing_and_are_counted_by_what_is_there_or_gone(scenes) -> None:
    prints = {0: 5, 1: 6, 2: 7}
    assert expected_units(shelf(scenes, STACKED, 3, range(3), prints=prints), place(scenes, 3)).told is False
    for axis in (STACKED, BESIDE):
        assert [counted(scenes, axis, 3, range(3 - left, 3), prints=prints) for left in (0, 1, 2, 3)] == [0, 1, 2, 3]


def test_units_put_back_aside_and_crooked_are_all_there(scenes) -> None:
    assert counted(scenes, STACKED, 3, (0, 1, 2), aside={0: -6, 1: 5, 2: -5}, turned_deg=2.5) == 3


@pytest.mark.parametrize("axis", [STACKED, BESIDE])
@pytest.mark.parametrize(("there", "count"), [(None, 2), ("turned", 3), ("another", 2)])
def test_a_unit_turned_is_known_by_its_colours_and_another_product_beside_is_no_unit(
    scenes, axis, there, count
) -> None:
    where = place(scenes, 3)
    expected = expected_units(shelf(scenes, axis, 3, range(3)), where)
    assert expected.told
    pixels = shelf(scenes, axis, 3, (0, 2))
    if there:
        span = (BOTTOM - TOP, RIGHT - LEFT)[axis] / 3
        start, end = round(span), round(2 * span)
        rows, columns = (
            (slice(TOP + start, TOP + end), slice(LEFT, RIGHT))
            if axis == STACKED
            else (slice(TOP, BOTTOM), slice(LEFT + start, LEFT + end))
        )
        front = unit(5 if there == "turned" else 11, columns.stop - columns.start, rows.stop - rows.start)
        pixels[rows, columns] = cv2.flip(front, -1)
    assert units_of(expected, pixels, where).count == count


@pytest.mark.parametrize("of", [9, 24])
def test_many_units_are_counted_by_their_share(scenes, of) -> None:
    left = of // 4
    assert counted(scenes, BESIDE, of, range(of - left, of)) == pytest.approx(left, abs=0.2 * of)
    assert counted(scenes, BESIDE, of, range(of)) == of


def test_a_blurred_glimpse_of_the_aisle_in_the_gap_is_no_unit(scenes) -> None:
    where = place(scenes, 3)
    expected = expected_units(shelf(scenes, BESIDE, 3, range(3)), where)
    glimpse = np.kron(np.random.default_rng(4).uniform(20, 150, (4, 5, 3)), np.ones((30, 20, 1)))
    pixels = shelf(scenes, BESIDE, 3, ())
    pixels[TOP:BOTTOM, LEFT:RIGHT] = cv2.GaussianBlur(glimpse, (0, 0), 6)[: BOTTOM - TOP, : RIGHT - LEFT]
    found = units_of(expected, pixels, where)
    assert found.count == 0
    assert found.likeness < 0.35


@pytest.mark.parametrize("rail_px", [12, 15, 18])
def test_a_neighbour_and_a_rail_that_reach_into_an_emptied_facing_are_no_unit(scenes, rail_px) -> None:
    def picture(standing):
        pixels = shelf(scenes, BESIDE, 3, standing, prints={0: 5, 1: 6, 2: 7}, neighbour=False)
        pixels[TOP:BOTTOM, RIGHT - 13 : RIGHT + 10] = unit(8, 23, BOTTOM - TOP)
        pixels[BOTTOM - rail_px : BOTTOM, LEFT:RIGHT] = unit(9, RIGHT - LEFT, rail_px)
        return pixels

    where = place(scenes, 3)
    expected = expected_units(picture(range(3)), where)
    assert not expected.told
    assert units_of(expected, picture(()), where).count == 0


def tray(scenes, rows, columns, standing, *, light=1.0, shifted=(0, 0), bgr=(20, 90, 150)):
    """A tray with a pale rim, seen from above, with round goods at the places `standing`, counted row by row."""

    def draw(pixels):
        cv2.rectangle(pixels, (LEFT - 4, TOP - 4), (RIGHT + 4, BOTTOM + 4), (205, 210, 215), 6)
        cv2.rectangle(pixels, (LEFT, TOP), (RIGHT, BOTTOM), (100, 135, 165), -1)
        width, height = (RIGHT - LEFT) // columns, (BOTTOM - TOP) // rows
        for index in standing:
            inside = np.zeros((height, width), np.uint8)
            cv2.ellipse(inside, (width // 2, height // 2), (width * 2 // 5, height * 2 // 5), 0, 0, 360, 1, -1)
            x, y = LEFT + index % columns * width + shifted[0], TOP + index // columns * height + shifted[1]
            front = unit(20 + (index + shifted[0]) % 3, width, height) // 3 + np.array(bgr, np.float32)
            pixels[y : y + height, x : x + width][inside > 0] = front[inside > 0]

    return (scenes.picture("", draw=draw) * light).astype(np.uint8)


def in_tray(scenes, rows, columns, standing, **how) -> int:
    where = place(scenes, rows * columns)
    expected = expected_units(tray(scenes, rows, columns, range(rows * columns)), where)
    return units_of(expected, tray(scenes, rows, columns, standing, **how), where).count


@pytest.mark.parametrize("light", [1.0, 0.35])
@pytest.mark.parametrize("standing", [(), (0,), (3,), (0, 3), (1, 2), (0, 1, 2), (0, 1, 2, 3)])
def test_units_in_rows_and_columns_are_counted_one_by_one_and_the_tray_is_none(scenes, standing, light) -> None:
    assert in_tray(scenes, 2, 2, standing, light=light) == len(standing)


@pytest.mark.parametrize("standing", [(), (0,), (5,), (0, 1), (0, 2, 4), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5)])
def test_three_rows_of_two_are_no_row_of_six(scenes, standing) -> None:
    assert in_tray(scenes, 3, 2, standing) == len(standing)


@pytest.mark.parametrize(("left", "at_least", "at_most"), [(0, 0, 0), (1, 1, 3), (10, 7, 13), (20, 18, 20)])
def test_a_crate_of_many_is_out_of_stock_only_when_nothing_is_left_in_it(scenes, left, at_least, at_most) -> None:
    assert at_least <= in_tray(scenes, 5, 4, range(left)) <= at_most


@pytest.mark.parametrize("light", [1.0, 0.4, (0.5, 0.75, 1.0)])
@pytest.mark.parametrize(("left", "at_least", "at_most"), [(0, 0, 0), (8, 5, 10), (20, 18, 20)])
def test_goods_that_lie_otherwise_in_their_crate_are_known_by_colours_and_edges(
    scenes, left, at_least, at_most, light
) -> None:
    assert at_least <= in_tray(scenes, 5, 4, range(left), light=light, shifted=(7, 8)) <= at_most


@pytest.mark.parametrize("bgr", [(20, 150, 60), (120, 60, 90)])
def test_other_goods_that_fill_the_crate_are_not_what_lay_in_it(scenes, bgr) -> None:
    assert in_tray(scenes, 5, 4, range(20), shifted=(7, 8), bgr=bgr) == 0


def in_rows(scenes, standing, *, aside=0):
    """The shelf with so many of eight packages, in two rows of four, `aside` of where their outline is drawn."""

    def draw(pixels):
        width, height = (RIGHT - LEFT) // 4, (BOTTOM - TOP) // 2
        for row, column in (divmod(index, 4) for index in standing):
            x, y = LEFT + column * width + aside, TOP + row * height
            pixels[y : y + height, x : x + width] = unit(5, width, height)

    return scenes.picture("", draw=draw)


@pytest.mark.parametrize("standing", [(), (0,), (7,), (1, 6), (0, 1, 2, 3), (0, 2, 3, 5, 6, 7)])
def test_eight_packages_in_rows_are_counted_one_by_one(scenes, standing) -> None:
    where = place(scenes, 8)
    expected = expected_units(in_rows(scenes, range(8)), where)
    assert expected.parts.keys() == {(2, 4)}
    assert units_of(expected, in_rows(scenes, standing), where).count == len(standing)


@pytest.mark.parametrize("aside", [-4, -3, 0])
@pytest.mark.parametrize(("standing", "count"), [((), 0), ((0,), 1)])
def test_the_last_package_counts_where_the_outline_cuts_through_it(scenes, standing, count, aside) -> None:
    where = place(scenes, 8)
    expected = expected_units(in_rows(scenes, range(8), aside=aside), where)
    assert expected.grid
    assert units_of(expected, in_rows(scenes, standing, aside=aside), where).count == count


@pytest.mark.parametrize("of", [4, 9])
def test_a_row_of_many_is_no_grid(scenes, of) -> None:
    assert expected_units(shelf(scenes, BESIDE, of, range(of)), place(scenes, of)).parts.keys() != {(2, 2), (3, 3)}


def heap(scenes, left, *, floor):
    """A crate seen from above, in which `left` round goods lie as they fell."""
    random = np.random.default_rng(6)

    def draw(pixels):
        cv2.rectangle(pixels, (LEFT - 4, TOP - 4), (RIGHT + 4, BOTTOM + 4), (205, 210, 215), 6)
        cv2.rectangle(pixels, (LEFT, TOP), (RIGHT, BOTTOM), floor, -1)
        for _ in range(left):
            x, y = int(random.integers(LEFT + 9, RIGHT - 8)), int(random.integers(TOP + 9, BOTTOM - 8))
            for radius, shade in ((9, 0.5), (8, 0.8), (5, 1.0), (2, 1.3)):
                bgr = tuple(float(channel * shade) for channel in (40, 110, 180))
                cv2.circle(pixels, (x, y), radius, bgr, -1, cv2.LINE_AA)

    return scenes.picture("", draw=draw)


@pytest.mark.parametrize("floor", [(45, 50, 60), (20, 55, 90)])
@pytest.mark.parametrize(("left", "at_most"), [(0, 0), (5, 10), (10, 20), (80, 80)])
def test_goods_of_a_heap_lie_over_each_other_and_few_cover_much_of_the_crate(scenes, left, at_most, floor) -> None:
    where = place(scenes, 80)
    expected = expected_units(heap(scenes, 80, floor=floor), where)
    assert expected.thrown
    assert 0.6 * left <= units_of(expected, heap(scenes, left, floor=floor), where).count <= at_most


def test_what_lies_in_rows_hides_nothing_of_the_rest(scenes) -> None:
    assert not expected_units(tray(scenes, 5, 4, range(20)), place(scenes, 20)).thrown


def sparse(scenes, standing):
    """A wide tray with so many of eight small packs in two rows, and its floor of boards seen between them."""

    def draw(pixels):
        pixels[TOP:BOTTOM, LEFT:RIGHT] = (30, 55, 85)
        pixels[TOP:BOTTOM:9, LEFT:RIGHT] = (26, 48, 76)
        for row, column in (divmod(index, 4) for index in standing):
            x, y = LEFT + 1 + column * (RIGHT - LEFT) // 4, (TOP + 4, BOTTOM - 18)[row]
            pixels[y : y + 14, x : x + (RIGHT - LEFT) // 4 - 2] = unit(5, (RIGHT - LEFT) // 4 - 2, 14)

    return scenes.picture("", draw=draw)


@pytest.mark.parametrize(("standing", "at_least", "at_most"), [((), 0, 0), (range(8), 8, 8), (range(4), 3, 5)])
def test_the_floor_that_is_seen_between_a_tray_s_packs_is_none_of_them(scenes, standing, at_least, at_most) -> None:
    where = place(scenes, 8)
    expected = expected_units(sparse(scenes, range(8)), where)
    assert expected.heap
    assert at_least <= units_of(expected, sparse(scenes, standing), where).count <= at_most


@pytest.mark.parametrize(("shares", "asked"), [([0.4, 0.55, 0.3], 0.5), ([0.99, 0.01, 0.02], 0.95)])
def test_parts_in_doubt_leave_the_word_to_the_whole_look(scenes, monkeypatch, shares, asked) -> None:
    where = place(scenes, 3)
    expected = expected_units(shelf(scenes, BESIDE, 3, range(3)), where)
    monkeypatch.setattr(units, "_shares", lambda *_: shares)
    found = units_of(expected, shelf(scenes, BESIDE, 3, [0]), where)
    assert expected.told
    assert (found.count, found.all_stand_at) == (1, asked)


def test_units_side_by_side_that_a_shade_falls_on_are_all_where_they_stood(scenes) -> None:
    where = place(scenes, 2)
    full = shelf(scenes, BESIDE, 2, range(2))
    shaded = full.copy()
    shaded[TOP - 6 : BOTTOM + 6, LEFT - 6 : RIGHT + 6] = full[TOP - 6 : BOTTOM + 6, LEFT - 6 : RIGHT + 6] * 0.7
    expected = expected_units(full, where)
    assert expected.told
    assert units_of(expected, shaded, where).count == 2
