"""Pictures of one kind are alike; other light, colour and sharpness are told in words and figures."""

import cv2
import numpy as np
import pytest
from edgekit_calibration.similarity import compare_statistics, statistics_of


@pytest.fixture(scope="module")
def groceries(assets_dir):
    """Every 40th training photograph of the grocery data: 66 pictures."""
    paths = sorted((assets_dir / "grocerystore" / "dataset" / "train").rglob("*.jpg"))[::40]
    return [cv2.imread(str(path)) for path in paths]


def statistics(pictures, change=lambda picture: picture):
    return [statistics_of(change(picture)) for picture in pictures]


def shuffled(items):
    order = np.random.default_rng(0).permutation(len(items))
    return [items[index] for index in order]


def test_halves_of_one_set_are_alike(groceries):
    mixed = shuffled(groceries)
    found = compare_statistics(statistics(mixed[::2]), statistics(mixed[1::2]))
    assert found.alike, [one.sentence() for one in found.differences if one.differs]
    assert (found.calibration, found.deployment) == (33, 33)


def test_a_few_pictures_of_a_set_are_like_the_rest(groceries):
    mixed = shuffled(groceries)
    assert compare_statistics(statistics(mixed[:16]), statistics(mixed[16:])).alike


CHANGES = {
    "lightness": (lambda picture: (picture * 0.5).astype(np.uint8), "darker"),
    "sharpness": (lambda picture: cv2.GaussianBlur(picture, (0, 0), 4), "blurred"),
    "warmth": (lambda picture: np.clip(picture * np.array([0.6, 1, 1.1]), 0, 255).astype(np.uint8), "yellower"),
    "contrast": (lambda picture: (110 + (picture - 110.0) * 0.3).astype(np.uint8), "flatter"),
    "colourfulness": (
        lambda picture: cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR),
        "paler",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_and_said(groceries, name):
    change, word = CHANGES[name]
    mixed = shuffled(groceries)
    found = compare_statistics(statistics(mixed[::2]), statistics(mixed[1::2], change))
    changed = next(one for one in found.differences if one.name == name)
    assert changed.differs
    assert f"pictures are {word}: {name}" in changed.sentence()
    assert not found.alike


def test_a_tenth_less_light_does_not_matter(groceries):
    mixed = shuffled(groceries)
    darker = statistics(mixed[1::2], lambda picture: (picture * 0.9).astype(np.uint8))
    assert compare_statistics(statistics(mixed[::2]), darker).alike


def test_a_fixed_cameras_small_spread_is_no_difference_by_itself():
    rng = np.random.default_rng(0)
    base = rng.integers(60, 180, (48, 64, 3)).astype(np.float64)
    one = [statistics_of(np.clip(base + shift, 0, 255).astype(np.uint8)) for shift in rng.uniform(0, 1, 20)]
    two = [statistics_of(np.clip(base + shift, 0, 255).astype(np.uint8)) for shift in rng.uniform(3, 4, 20)]
    found = compare_statistics(one, two)
    assert next(item for item in found.differences if item.name == "lightness").apart == 1.0
    assert found.alike


def test_the_side_on_which_pictures_lie_beyond_is_the_one_that_is_named():
    found = compare_statistics([grey(120)] * 30, [grey(120)] * 18 + [grey(20)] * 12)
    lightness = found.differences[0]
    assert lightness.outside == pytest.approx(0.4)
    assert "darker" in lightness.sentence()
    assert "40% of them lie beyond every calibration picture" in lightness.sentence()


def grey(level):
    return statistics_of(np.full((40, 60, 3), level, np.uint8))


def test_lighter_ones_are_called_lighter():
    found = compare_statistics([grey(120)] * 30, [grey(120)] * 18 + [grey(220)] * 12)
    assert "lighter" in found.differences[0].sentence()


@pytest.mark.parametrize(("count", "alike"), [(10, True), (100, False)])
def test_the_fewer_the_calibration_pictures_the_more_may_lie_beyond_by_chance(count, alike):
    found = compare_statistics([grey(120)] * count, [grey(120)] * 17 + [grey(200)] * 3)
    assert found.differences[0].outside == pytest.approx(0.15)
    assert found.alike is alike


def test_size_does_not_matter(groceries):
    small, large = groceries[0], cv2.resize(groceries[0], None, fx=3, fy=3, interpolation=cv2.INTER_AREA)
    first, second = statistics_of(small), statistics_of(large)
    assert first.lightness == pytest.approx(second.lightness, abs=1)
    assert first.contrast == pytest.approx(second.contrast, abs=2)


def test_a_picture_of_one_pixel_has_statistics():
    assert np.isfinite(statistics_of(np.zeros((1, 1, 3), np.uint8)).sharpness)


def test_an_empty_set_is_refused():
    with pytest.raises(ValueError, match="one is empty"):
        compare_statistics([], [])
