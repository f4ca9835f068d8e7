"""A facing that looks as it did is not judged again; one that has changed is."""

import numpy as np

from edgekit.shelf.evidence.method import Judgement
from edgekit.shelf.evidence.remembered import Remembered, still_holds
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register

FULL = Judgement(1.0)


def place_of(scenes):
    return layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]


def texture(scenes, seed=0):
    small = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW)).small_size_hw
    return np.random.default_rng(seed).integers(100, 150, small, np.uint8)


def known(place, picture):
    return {place.facing.id: Remembered(picture[place.rows, place.columns].copy(), FULL)}


def test_a_judgement_holds_through_noise_and_ends_with_a_change(scenes):
    place, before = place_of(scenes), texture(scenes)
    noisy = before + np.random.default_rng(3).integers(0, 3, before.shape, np.uint8)
    assert still_holds(place, noisy, known(place, before)) is FULL
    changed = before.copy()
    changed[place.rows, place.columns][:4, :4] += 40
    assert still_holds(place, changed, known(place, before)) is None


def test_what_was_never_judged_or_lies_elsewhere_now_does_not_hold(scenes):
    place, before = place_of(scenes), texture(scenes)
    assert still_holds(place, before, {}) is None
    smaller = {place.facing.id: Remembered(before[:3, :3], FULL)}
    assert still_holds(place, before, smaller) is None
