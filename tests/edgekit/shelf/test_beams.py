"""A sunbeam on the floor and the shelf is no foreground; somebody, and a product that is gone, are."""

import numpy as np
import pytest

from edgekit.shelf.gates.beams import without_beams
from edgekit.shelf.gates.foreground import foreground_of
from edgekit.shelf.gates.layout import layout_of, small_picture
from edgekit.shelf.registration import register

LIGHT = np.ones(3, np.float32)


@pytest.fixture
def left_over(scenes):
    """Gives the masks (height, width) of what differs before and after beams are taken away, and the layout."""
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))

    def found(before, now):
        colours, small = small_picture(before).astype(np.float32), small_picture(now)
        foreground = foreground_of(colours, small, LIGHT)
        less = without_beams(foreground, colours, small, LIGHT, layout.outside)
        assert less.share == np.count_nonzero(less.mask) / less.mask.size
        assert not (less.mask & ~less.darker).any()
        return foreground.mask, less.mask, layout

    return found


def boards(pixels):
    """A wall of boards."""
    pixels[30:145, np.arange(320) % 8 < 2] *= 0.5


def box(left, top, right, bottom, *, times=None, colour=None):
    """Multiplies a box of the picture, or paints it."""

    def draw(pixels):
        if times is not None:
            pixels[top:bottom, left:right] *= np.array(times, np.float32)
        else:
            pixels[top:bottom, left:right] = colour

    return draw


def both(*draws):
    def draw(pixels):
        for each in draws:
            each(pixels)

    return draw


@pytest.mark.parametrize(
    ("light", "times"), [(0.45, (1.5, 1.8, 2.0)), (0.9, (0.4, 0.42, 0.45))], ids=["sunbeam", "hard shadow"]
)
def test_what_is_multiplied_by_one_factor_is_no_foreground(scenes, left_over, light, times) -> None:
    usual = scenes.picture(draw=boards, light=light)
    lit = scenes.picture(draw=both(boards, box(90, 20, 210, 175, times=times)), light=light)
    there, left, _ = left_over(usual, lit)
    assert there.mean() > 0.1
    assert left.mean() < 0.02


def test_a_facing_that_is_emptied_under_a_sunbeam_is_left(scenes, left_over) -> None:
    usual = scenes.picture(draw=boards, light=0.45)
    beam = both(boards, box(90, 20, 210, 175, times=(1.5, 1.8, 2.0)))
    _, left, layout = left_over(usual, scenes.picture("ac", draw=beam, light=0.45))
    emptied = layout.places[1]
    assert left[emptied.rows, emptied.columns].mean() > 0.4
    assert (left & layout.outside).mean() < 0.02


def test_somebody_is_left(scenes, left_over) -> None:
    there, left, _ = left_over(scenes.picture(draw=boards), scenes.picture(draw=both(boards, scenes.person(120))))
    assert np.count_nonzero(left) > 0.95 * np.count_nonzero(there)


@pytest.mark.parametrize("bottom", [140, 180], ids=["wall", "wall and board"])
def test_a_plain_coat_before_a_plain_wall_is_left(scenes, left_over, bottom) -> None:
    coat = box(90, 40, 210, bottom, colour=(60, 62, 64))
    there, left, _ = left_over(scenes.picture(""), scenes.picture("", draw=coat))
    assert there.any()
    assert (left == there).all()


def test_a_card_as_small_as_a_price_is_left(scenes, left_over) -> None:
    usual = scenes.picture(draw=boards)
    there, left, _ = left_over(usual, scenes.picture(draw=both(boards, box(180, 120, 190, 130, times=(0.3, 0.3, 0.3)))))
    assert there.any()
    assert (left == there).all()
