"""The comparator's crops, and what its committed weights tell on rendered shelves that it was not trained on."""

from importlib.resources import files

import cv2
import numpy as np
import pytest

from edgekit.replay.simulation.scene import Unit, picture_of
from edgekit.replay.simulation.shelves import MARGIN_PX, rendered_scene
from edgekit.shelf.evidence.comparator import VIEW, Comparator, crop_of

SEEDS = (2_000_001, 2_000_002, 2_000_003, 2_000_004)


@pytest.fixture(scope="module")
def comparator():
    return Comparator()


def crops(scene, stock):
    """Of each facing of one unit, with this stock; dimmer, bluer and noisier than the reference."""
    picture = picture_of(scene, stock)[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
    dim = picture * np.array((0.8, 0.72, 0.68)) + np.random.default_rng(1).normal(0, 3, picture.shape)
    pixels = np.clip(dim, 0, 255).astype(np.uint8)
    return [crop_of(pixels, np.float32(place.facing.polygon_xy_px)) for place in one_each(scene)]


def one_each(scene):
    return [place for place in scene.places if place.facing.capacity == 1]


def told(comparator, stock_of):
    """What is told of every facing of the shelves, given what stands in each."""
    found = []
    for seed in SEEDS:
        scene = rendered_scene(np.random.default_rng(seed))
        full = {place.facing.id: place.units for place in scene.places}
        reference = picture_of(scene, full)[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
        now = crops(scene, {**full, **{place.facing.id: stock_of(place) for place in one_each(scene)}})
        for place, crop in zip(one_each(scene), now, strict=True):
            was = crop_of(reference, np.float32(place.facing.polygon_xy_px))
            found.append(comparator.compare(was, crop))
    assert len(found) > 30
    return found


def test_a_product_in_other_light_is_the_same(comparator):
    assert np.mean([one.product > 0 for one in told(comparator, lambda place: place.units)]) > 0.97


def test_an_emptied_place_is_neither_the_product_nor_another(comparator):
    found = told(comparator, lambda place: ())
    assert np.mean([one.product < 0 and one.another < 0 for one in found]) > 0.9


def test_another_product_is_neither_the_product_nor_an_emptied_place(comparator):
    def swapped(place):
        stood = place.units[0]
        return (Unit(place.others[0], stood.x, stood.y, stood.shade),)

    found = told(comparator, swapped)
    assert np.mean([one.product < 0 and one.another > 0 for one in found]) > 0.8


def test_a_crop_is_the_outline_s_box_with_a_quarter_of_it_around(comparator):
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[60:140, 100:180] = 255
    crop = crop_of(pixels, np.float32(((100, 60), (180, 60), (180, 140), (100, 140))))
    sixth = VIEW.px // 6  # a quarter of a side is a sixth of the crop
    assert crop.pixels[sixth + 1 : -sixth - 1, sixth + 1 : -sixth - 1].min() == 255
    assert crop.pixels[: sixth - 1].max() == 0
    assert crop.pixels[:, -sixth + 1 :].max() == 0
    assert crop.outline.mean() == pytest.approx((2 / 3) ** 2, abs=0.05)


def test_the_crop_of_a_larger_picture_is_the_same():
    small = cv2.GaussianBlur(np.random.default_rng(3).integers(0, 255, (90, 120, 3), np.uint8), (0, 0), 4)
    small = cv2.normalize(small, None, 0, 255, cv2.NORM_MINMAX)
    outline = np.float32(((40, 30), (80, 30), (80, 70), (40, 70)))
    large = cv2.resize(small, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    one, other = crop_of(small, outline), crop_of(large, outline * 4)
    assert np.abs(one.pixels.astype(int) - other.pixels).mean() < 4


def test_beyond_the_picture_its_border_goes_on():
    pixels = np.full((80, 100, 3), (10, 120, 230), np.uint8)
    crop = crop_of(pixels, np.float32(((-20, -10), (130, -10), (130, 100), (-20, 100))))
    assert (crop.pixels == (10, 120, 230)).all()


def test_the_weights_are_small():
    assert len(files("edgekit.shelf.evidence").joinpath("comparator.onnx").read_bytes()) < 2_000_000
