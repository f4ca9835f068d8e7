"""What the comparator is trained on: rendered pairs of crops that show what they say."""

import numpy as np
from comparator.pairs import Shows, rendered_pair
from comparator.products import Side, random_product

from edgekit.shelf.evidence.comparator import VIEW


def pairs(photographs, seed, count):
    random = np.random.default_rng(seed)
    return [rendered_pair(random, photographs) for _ in range(count)]


def test_the_same_seed_gives_the_same_pairs(photographs):
    for one, other in zip(pairs(photographs, 5, 10), pairs(photographs, 5, 10), strict=True):
        assert one.shows is other.shows
        assert np.array_equal(one.now.pixels, other.now.pixels)
        assert np.array_equal(one.reference.pixels, other.reference.pixels)


def test_pairs_are_of_all_kinds_and_of_the_comparator_s_size(photographs):
    found = pairs(photographs, 6, 120)
    assert all(pair.now.pixels.shape == (VIEW.px, VIEW.px, 3) for pair in found)
    assert {shows: sum(pair.shows is shows for pair in found) >= 20 for shows in Shows} == dict.fromkeys(Shows, True)


def test_inside_the_outline_an_emptied_place_differs_more_from_the_reference_than_its_product(photographs):
    """In patterns, whatever the light: of each crop what its outline shows, less its mean, over its deviation."""

    def likeness(pair):
        inside = pair.now.outline > 0
        one, other = (crop.pixels[inside].astype(float).ravel() for crop in (pair.now, pair.reference))
        return np.corrcoef(one + np.linspace(0, 1e-6, one.size), other + np.linspace(0, 1e-6, other.size))[0, 1]

    found = pairs(photographs, 7, 200)
    usual = {shows: np.median([likeness(pair) for pair in found if pair.shows is shows]) for shows in Shows}
    assert usual[Shows.PRODUCT] > 0.7
    assert max(usual[Shows.EMPTY], usual[Shows.ANOTHER]) < 0.5


def test_a_product_has_its_own_colours_from_every_side(photographs):
    product = random_product(np.random.default_rng(8), photographs, kind="drawn")
    front, between = (product.layer(60, 90, side=side) for side in (Side.FRONT, Side.BETWEEN))
    assert np.array_equal(front.alpha, between.alpha)
    assert np.abs(front.pixels.mean((0, 1)) - between.pixels.mean((0, 1))).max() < 40
    assert not np.array_equal(front.pixels, between.pixels)
