"""Somebody who comes apart where the background is as dark as he is: each part of him hides what it hid before."""

import pytest

from edgekit.shelf.gates.layout import layout_of, small_picture
from edgekit.shelf.registration import register
from edgekit.shelf.rules import ShelfRules

MOST_HIDDEN = ShelfRules().min_visible_share
CLOTH = (30, 60, 35)


@pytest.fixture
def layout(scenes):
    return layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))


def boxes(*drawn):
    """Draws plain boxes: left, top, right, bottom and colour of each."""

    def draw(pixels):
        for left, top, right, bottom, colour in drawn:
            pixels[top:bottom, left:right] = colour

    return draw


def shares_of_b(scenes, layout, pictures):
    seen = scenes.watched(layout, small_picture(scenes.picture()), pictures)
    return [gates["b"].visible_share for gates in seen]


HEAD = (128, 100, 172, 142, CLOTH)
BODY = (100, 152, 200, 180, CLOTH)
NECK = (140, 142, 160, 152, CLOTH)


def stander(scenes, count, *, neck):
    parts = (HEAD, BODY, NECK) if neck else (HEAD, BODY)
    return [scenes.picture(draw=boxes(*parts), seed=number) for number in range(count)]


def test_a_head_that_parts_from_its_shoulders_hides_what_it_hid(scenes, layout) -> None:
    shelf = [scenes.picture(seed=20)] * 4
    shares = shares_of_b(scenes, layout, shelf + stander(scenes, 10, neck=True) + stander(scenes, 10, neck=False))
    assert max(shares[6:]) < MOST_HIDDEN, [round(share, 2) for share in shares]


def test_what_was_never_part_of_him_is_the_facings_own(scenes, layout) -> None:
    shelf = [scenes.picture(seed=20)] * 4
    shares = shares_of_b(scenes, layout, shelf + stander(scenes, 10, neck=False))
    assert shares[-1] > MOST_HIDDEN, [round(share, 2) for share in shares]


def test_a_place_that_an_arm_has_emptied_is_seen_once_it_is_drawn_back(scenes, layout) -> None:
    shelf = [scenes.picture(seed=20)] * 4
    arms = [boxes((140 + 8 * (number % 2), 110, 156 + 8 * (number % 2), 180, CLOTH)) for number in range(8)]
    taking = [scenes.picture("ac", draw=arm, seed=number) for number, arm in enumerate(arms)]
    beside = boxes((100, 152, 200, 180, CLOTH))
    after = [scenes.picture("ac", draw=beside, seed=number) for number in range(10)]
    shares = shares_of_b(scenes, layout, shelf + taking + after)
    assert max(shares[5:12]) < MOST_HIDDEN < min(shares[12:]), [round(share, 2) for share in shares]
