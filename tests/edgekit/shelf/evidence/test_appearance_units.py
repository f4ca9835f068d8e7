"""Evidence by appearance of several units: how many are left, farther back too, and what is none."""

import numpy as np
import pytest


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
