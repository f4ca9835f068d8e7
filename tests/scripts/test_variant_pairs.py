"""What the network that knows variants is trained on: pairs in which another sort is plainly another."""

from dataclasses import replace

import cv2
import numpy as np
from comparator import variant_pairs
from comparator.backs import turned_round
from comparator.products import random_product
from comparator.variant_pairs import Stands, rendered_variant_pair
from comparator.variants import differs, random_change, variant_of

from edgekit.shelf.evidence.variants import VIEW


def pairs(photographs, seed, count):
    random = np.random.default_rng(seed)
    return [rendered_variant_pair(random, photographs) for _ in range(count)]


def lab_of(pixels):
    """float32 (height, width, 3), CIELAB."""
    return cv2.cvtColor(np.clip(pixels / 255, 0, 1).astype(np.float32), cv2.COLOR_BGR2LAB)


def test_the_same_seed_gives_the_same_pairs(photographs):
    for one, other in zip(pairs(photographs, 5, 10), pairs(photographs, 5, 10), strict=True):
        assert one.shows is other.shows
        assert np.array_equal(one.now.pixels, other.now.pixels)
        assert np.array_equal(one.reference.pixels, other.reference.pixels)


def test_pairs_are_of_both_kinds_and_as_large_as_the_network_sees_them(photographs):
    found = pairs(photographs, 6, 80)
    assert all(pair.now.pixels.shape == (VIEW.px, VIEW.px, 3) for pair in found)
    assert all(20 <= sum(pair.shows is stands for pair in found) <= 60 for stands in Stands)


def test_a_variant_has_the_product_s_outline_and_another_print(photographs):
    random = np.random.default_rng(7)
    for _ in range(30):
        product = random_product(random, photographs)
        one, other = (sort.layer(32, 48) for sort in (product, variant_of(random, photographs, product)))
        assert differs(one.pixels, other.pixels)
        assert product.grid is not None or one.alpha.shape == other.alpha.shape


def test_what_a_shopper_does_not_see_from_afar_is_no_variant(photographs):
    side = np.full((60, 40, 3), (40, 90, 160), np.float32)
    slightly, in_a_corner, plainly = side + 4, side.copy(), side.copy()
    in_a_corner[:15, :10] = 240
    plainly[:30] = 240
    assert [differs(side, other) for other in (side, slightly, in_a_corner, plainly)] == [False, False, False, True]


def test_a_change_is_the_same_at_any_size(photographs):
    random = np.random.default_rng(8)
    product = random_product(random, photographs, kind="plain")
    for _ in range(12):
        changed = replace(product, changes=(random_change(random, photographs),))
        small, large = (changed.layer(*size).pixels.mean((0, 1)) for size in ((40, 60), (80, 120)))
        assert np.abs(small - large).max() < 14


def test_a_back_keeps_what_a_package_is_packed_in_and_adds_no_hue(photographs):
    random = np.random.default_rng(9)
    for _ in range(12):
        product = replace(random_product(random, photographs, kind="plain"), grid=None, gloss=0.0)
        (back,) = turned_round(random, product)
        front_lab, back_lab = (lab_of(sort.layer(48, 72).pixels) for sort in (product, back))
        ground = np.median(front_lab, (0, 1))
        other_hue = np.abs(back_lab[..., 1] * ground[2] - back_lab[..., 2] * ground[1]) / np.linalg.norm(ground[1:])
        assert (np.linalg.norm(front_lab - back_lab, axis=2) > 15).mean() > 0.05
        assert (other_hue < 12).mean() > 0.9


def test_backs_of_two_sorts_are_laid_out_alike(photographs):
    random = np.random.default_rng(10)
    product = random_product(random, photographs, kind="plain")
    one, same = (back.layer(48, 72).pixels for back in turned_round(random, product, product))
    assert np.array_equal(one, same)


def test_only_the_product_itself_is_seen_without_colours(photographs, monkeypatch):
    monkeypatch.setattr(variant_pairs, "_WITHOUT_COLOURS", 1.0)
    found = pairs(photographs, 11, 60)
    colourful = {
        stands: np.median(
            [lab_of(pair.now.pixels)[..., 1:].std((0, 1)).max() for pair in found if pair.shows is stands]
        )
        for stands in Stands
    }
    assert colourful[Stands.OWN] < 3
    assert colourful[Stands.VARIANT] > 6
