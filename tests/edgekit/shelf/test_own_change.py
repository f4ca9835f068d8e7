"""What differs in a facing is its own change, or light on it, where nothing stands in front of it."""

from dataclasses import replace

import numpy as np
import pytest

from edgekit.shelf.gates.background import background_from
from edgekit.shelf.gates.foreground import foreground_of
from edgekit.shelf.gates.gate import grey_of
from edgekit.shelf.gates.layout import layout_of, small_picture
from edgekit.shelf.gates.light import light_gain
from edgekit.shelf.gates.motion import texture_of
from edgekit.shelf.gates.own_looks import Looks, looking_as_found, with_found
from edgekit.shelf.gates.visible import visible_in
from edgekit.shelf.registration import register

HEAPS = {"a": (34, 54, 104, 144), "b": (112, 54, 182, 144)}


def shares_of(scenes, before, now, *, still_s, outlines=None, capacity=1):
    """Visible share of each facing, of a background that has stood so long; `outlines`: boxes of some of them."""
    facings = [
        replace(facing, polygon_xy_px=((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
        for facing in scenes.planogram(capacity=capacity).facings
        for x0, y0, x1, y1 in [(outlines or {}).get(facing.id) or _box(facing)]
    ]
    layout = layout_of(facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    background = background_from(small_picture(before), grey_of(small_picture(before)), layout, 0.0)
    background = replace(background, still_s=np.full_like(background.still_s, still_s))
    small = small_picture(now)
    foreground = foreground_of(background.colours, small, light_gain(small, background.colours))
    return visible_in(foreground, layout, background, texture_of(grey_of(small))).shares


def _box(facing):
    points = np.array(facing.polygon_xy_px)
    return (*points.min(0), *points.max(0))


def heap(left, top, right, bottom, seed):
    """Draws goods in irregular colours."""

    def draw(pixels):
        size = -(-(bottom - top) // 6), -(-(right - left) // 6), 3
        goods = np.random.default_rng(seed).uniform(20, 230, size).repeat(6, 0).repeat(6, 1)
        pixels[top:bottom, left:right] = goods[: bottom - top, : right - left]

    return draw


def both(*draws):
    def draw(pixels):
        for each in draws:
            each(pixels)

    return draw


@pytest.mark.parametrize(("still_s", "visible"), [(4.0, True), (1.0, False)], ids=["still", "just now"])
def test_heaps_that_touch_each_other_and_changed_at_once_hide_nothing_once_they_are_still(
    scenes, still_s, visible
) -> None:
    # They reach a little over their outlines, and over what lies between them.
    full, other = (
        scenes.picture("c", draw=both(heap(28, 50, 108, 148, seed), heap(108, 50, 186, 148, seed + 1)))
        for seed in (1, 5)
    )
    shares = shares_of(scenes, full, other, still_s=still_s, outlines=HEAPS)
    assert all((shares[name] == 1.0) is visible for name in "ab")
    assert shares["c"] == 1.0


def test_what_stands_still_and_reaches_far_beyond_the_facings_hides_them(scenes) -> None:
    full = scenes.picture("c", draw=both(heap(34, 54, 104, 144, 1), heap(112, 54, 182, 144, 2)))
    parked = scenes.picture("c", draw=both(heap(30, 20, 200, 180, 7)))
    shares = shares_of(scenes, full, parked, still_s=60.0, outlines=HEAPS)
    assert max(shares["a"], shares["b"]) < 0.1


def test_somebody_who_stands_still_before_two_heaps_is_no_change_of_both(scenes) -> None:
    # One above the other, and he covers the board between them as well.
    outlines = {"a": (34, 30, 104, 80), "b": (34, 104, 104, 154)}
    full = scenes.picture("c", draw=both(heap(34, 30, 104, 80, 1), heap(34, 104, 104, 154, 2)))
    stander = scenes.picture("c", draw=both(heap(25, 30, 113, 154, 7)))
    shares = shares_of(scenes, full, stander, still_s=60.0, outlines=outlines)
    assert max(shares["a"], shares["b"]) < 0.1


def stripes(pixels):
    """A wall of boards."""
    pixels[30:145, ::6] *= 0.7


def sunbeam(pixels):
    pixels[10:170, 90:210] *= 1.8


@pytest.mark.parametrize("present", ["ac", "abc"])
def test_a_facing_that_is_emptied_under_a_sunbeam_can_be_seen(scenes, present) -> None:
    full, lit = scenes.picture(draw=stripes, light=0.5), scenes.picture(present, draw=both(stripes, sunbeam), light=0.5)
    assert shares_of(scenes, full, lit, still_s=0.0)["b"] == 1.0


def test_somebody_before_a_striped_wall_is_no_sunbeam(scenes) -> None:
    full = scenes.picture(draw=stripes)
    somebody = scenes.picture("ac", draw=both(stripes, scenes.person(120)))
    assert shares_of(scenes, full, somebody, still_s=0.0)["b"] < 0.1


UPRIGHT = np.arange(320) // 10 % 2


def bottle(pixels):
    """Upright edges in the place of b, with a plain label across them."""
    pixels[54:144, 124:176] = np.where(UPRIGHT, 60.0, 140.0)[None, 124:176, None]
    pixels[104:114, 124:176] = 100


def striped_shirt(pixels):
    """Stripes that fall on those edges."""
    pixels[:, 90:210] = np.where(UPRIGHT, 40.0, 110.0)[None, 90:210, None]


def test_a_striped_shirt_whose_stripes_fall_on_the_edges_of_a_product_is_no_light_on_it(scenes) -> None:
    full = scenes.picture("ac", draw=bottle)
    before_it = scenes.picture("ac", draw=both(bottle, striped_shirt))
    assert shares_of(scenes, full, before_it, still_s=0.0)["b"] < 0.3
    lit = scenes.picture("ac", draw=both(stripes, bottle, sunbeam), light=0.5)
    assert shares_of(scenes, scenes.picture("ac", draw=both(stripes, bottle), light=0.5), lit, still_s=0.0)["b"] == 1.0


TOUCHING = {"a": (40, 54, 80, 144), "b": (80, 54, 120, 144)}


@pytest.mark.parametrize(
    ("still_s", "capacity", "hidden"),
    [(1.0, 1, True), (6.0, 1, False), (1.0, 2, False)],
    ids=["just now", "long still", "a unit's place"],
)
def test_what_reaches_over_facings_and_fills_none_is_a_hand_until_it_stays(scenes, still_s, capacity, hidden) -> None:
    full = scenes.picture("c", draw=both(heap(40, 54, 120, 144, 1)))
    hand = scenes.picture("c", draw=both(heap(40, 54, 120, 144, 1), heap(56, 94, 104, 144, 7)))
    shares = shares_of(scenes, full, hand, still_s=still_s, outlines=TOUCHING, capacity=capacity)
    assert all((shares[name] < 1.0) is hidden for name in "ab")


@pytest.mark.parametrize(
    ("still_s", "below", "visible"),
    [(6.0, 0, True), (1.0, 0, False), (6.0, 30, False)],
    ids=["long still", "just now", "from below the board"],
)
def test_a_larger_product_that_stands_in_a_facing_is_its_own_change(scenes, still_s, below, visible) -> None:
    full = scenes.picture("ac", draw=heap(130, 74, 170, 144, 1))
    larger = scenes.picture("ac", draw=heap(122, 46, 178, 144 + below, 7))
    shares = shares_of(scenes, full, larger, still_s=still_s, outlines={"b": (130, 74, 170, 144)})
    assert (shares["b"] == 1.0) is visible


def test_a_unit_that_went_beside_an_emptied_facing_is_a_part_of_the_same_change(scenes) -> None:
    outlines = {"a": (24, 54, 94, 144), "b": (114, 54, 184, 144)}
    full = scenes.picture("c", draw=both(heap(24, 54, 94, 144, 1), heap(114, 54, 184, 144, 2)))
    taken = scenes.picture("c", draw=both(heap(24, 54, 94, 144, 1), heap(59, 46, 184, 148, 7)))
    shares = shares_of(scenes, full, taken, still_s=60.0, outlines=outlines, capacity=2)
    assert min(shares["a"], shares["b"]) == 1.0


@pytest.mark.parametrize("already", [False, True], ids=["alone", "two of them"])
@pytest.mark.parametrize("emptied", [True, False], ids=["emptied before", "full"])
def test_somebody_who_comes_to_stand_beside_an_emptied_facing_does_not_hide_it(scenes, emptied, already) -> None:
    # His back begins where the product's place ends: in the picture both are one piece.
    before_a = scenes.person(20) if already else both()
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    seen = scenes.watched(
        layout,
        small_picture(scenes.picture(noise=0)),
        [scenes.picture(seed=seed) for seed in range(6)]
        + [scenes.picture("ac", seed=seed, draw=before_a) for seed in range(10) if emptied]
        + [scenes.picture("ac", seed=seed, draw=both(before_a, scenes.person(172))) for seed in range(6)],
    )
    assert (seen[-1]["b"].visible_share == 1.0) is emptied
    assert seen[-1]["c"].visible_share < 0.8


def test_somebody_who_comes_before_an_emptied_facing_hides_it(scenes) -> None:
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    seen = scenes.watched(
        layout,
        small_picture(scenes.picture(noise=0)),
        [scenes.picture(seed=seed) for seed in range(6)]
        + [scenes.picture("ac", seed=seed) for seed in range(10)]
        + [scenes.picture("ac", seed=seed, draw=scenes.person(150)) for seed in range(6)],
    )
    assert seen[-1]["b"].visible_share < 0.7


@pytest.fixture
def looked(scenes):
    """A layout, the small pictures of a shelf and of the same without b, what differs, and a light of one factor."""
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    light = np.ones(3, np.float32)
    full, gone = small_picture(scenes.picture(noise=0)), small_picture(scenes.picture("ac", noise=0))
    changed = foreground_of(full.astype(np.float32), gone, light).mask
    return layout.places, full, gone, changed, light


def found(looks, own, small, looked, *, still_s=5.0, nothing=False):
    places, _, _, changed, light = looked
    differs = np.zeros_like(changed) if nothing else changed
    still = np.full(changed.shape, still_s, np.float32)
    return with_found(looks, own, differs, still, small, light, 0.2, places)


def test_a_look_is_known_in_other_light_and_forgotten_once_the_facing_is_as_it_was(scenes, looked) -> None:
    places, full, gone, _, light = looked
    looks = found(Looks(), {"b"}, gone, looked)
    assert looking_as_found(looks, gone, light, places) == {"b"}
    assert looking_as_found(looks, full, light, places) == set()
    darker = small_picture(scenes.picture("ac", noise=0, light=0.6))
    assert looking_as_found(looks, darker, 0.6 * light, places) == {"b"}
    assert found(looks, set(), gone, looked).own.keys() == {"b"}
    assert found(looks, set(), full, looked, nothing=True).own == {}


def test_no_look_is_remembered_while_a_facing_is_not_still(looked) -> None:
    assert found(Looks(), {"b"}, looked[2], looked, still_s=1.0).own == {}


def test_what_has_stood_before_a_facing_is_not_its_own_change_for_a_moments_sake(looked) -> None:
    looks = Looks()
    for own, samples, known in [((), 50, set()), (("b",), 9, set()), (("b",), 3, {"b"})]:
        for _ in range(samples):
            looks = found(looks, own, looked[2], looked)
        assert looks.own.keys() == known
