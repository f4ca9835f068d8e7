"""A facing that looks as it did is not judged again; one that has changed is; of those in doubt a few at a time."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from edgekit.frame import Frame
from edgekit.replay.simulation.clip import scenario_clip
from edgekit.shelf.evidence.method import Judgement
from edgekit.shelf.evidence.remembered import MOST_DOUBTED, Remembered, holding, remembering
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.gates.motion import texture_of
from edgekit.shelf.planogram import Planogram
from edgekit.shelf.registration import register
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.shelf import Shelf

FULL = Judgement(1.0)


def places_of(scenes, facings=None):
    return layout_of(facings or scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW)).places


def shelf_grey(scenes, shift_px=0.0, **kwargs):
    """The rendered shelf's small grey picture, off by parts of a pixel."""
    import cv2

    grey = cv2.cvtColor(scenes.picture(**kwargs), cv2.COLOR_BGR2GRAY)
    moved = cv2.warpAffine(grey, np.float32([[1, 0, 2 * shift_px], [0, 1, 0]]), grey.shape[::-1])
    return cv2.resize(moved, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_AREA)


def known(places, texture):
    return {place.facing.id: Remembered(texture.of(place).copied(), FULL, looks=3) for place in places}


def test_a_judgement_holds_through_noise_and_ends_with_a_change(scenes):
    places = places_of(scenes)
    before = known(places, texture_of(shelf_grey(scenes)))
    assert holding(places, texture_of(shelf_grey(scenes, seed=5)), before).keys() == set("abc")
    assert holding(places, texture_of(shelf_grey(scenes, present="ac", seed=5)), before).keys() == set("ac")


def test_what_was_never_judged_or_lies_elsewhere_now_does_not_hold(scenes):
    places, texture = places_of(scenes), texture_of(shelf_grey(scenes))
    assert holding(places, texture, {}) == {}
    before = known(places, texture)
    before["b"] = replace(before["a"], texture=replace(before["a"].texture, picture=texture.picture[:3, :3]))
    assert holding(places, texture, before).keys() == set("ac")


def test_a_judgement_is_believed_once_three_looks_in_a_row_agree(scenes):
    (place, *_), texture = places_of(scenes), texture_of(shelf_grey(scenes))
    remembered, looks = {}, []
    for fill in (0.5, 1.0, 1.0, 0.95):  # the first look caught the shadow of a hand that was leaving
        assert holding([place], texture, remembered) == {}
        remembered = remembering([place], texture, {place.facing.id: Judgement(fill)}, remembered)
        looks.append(remembered[place.facing.id].looks)
    assert looks == [1, 1, 2, 3]
    assert holding([place], texture, remembered) == {place.facing.id: Judgement(0.95)}


def test_of_facings_that_tremble_the_oldest_few_judgements_are_doubted_in_turn(scenes):
    one = scenes.planogram().facings[0]
    facings = tuple(replace(one, id=f"f{number}") for number in range(10))
    places = places_of(scenes, facings)
    remembered = known(places, texture_of(shelf_grey(scenes)))
    trembled, judged = texture_of(shelf_grey(scenes, shift_px=0.5, seed=5)), []
    for _ in range(3):
        held = holding(places, trembled, remembered)
        again = [facing.id for facing in facings if facing.id not in held]
        assert len(again) <= MOST_DOUBTED
        judged += again
        # As `Judges` does: what was judged again comes last. It was judged as it was, so that it stays in doubt.
        remembered = {**{k: v for k, v in remembered.items() if k in held}, **{k: remembered[k] for k in again}}
    assert set(judged) == {facing.id for facing in facings}


def played(simulation, count, *, remembers):
    """What is told of a clip, and all fills, with and without a memory of judgements."""
    size_hw = simulation.reference.shape[:2]
    planogram = Planogram(Path("p.yaml"), Path("p.png"), size_hw, tuple(simulation.facings), {})
    rules = ShelfRules(hold_out_of_stock_s=5, hold_restocked_s=3, cooldown_s=3)
    fps = simulation.script.fps
    shelf = Shelf(planogram, rules, sample_fps=fps, models={}, reference_pixels=simulation.reference)
    state, told, states = shelf.initial()[0], [], []
    for number, (time_s, pixels) in enumerate(islice(simulation.frames(), count)):
        state = state if remembers else replace(state, remembered={})
        conclusion = shelf.conclude(state, shelf.look(state, Frame(pixels, time_s, number, 0)), {})
        state = conclusion.state
        told += [(one.facing, one.kind, one.state, time_s) for one in conclusion.transitions]
        states += [one.committed for one in conclusion.readings.values()]
    return told, states


def test_of_a_trembling_camera_the_same_is_told_as_where_every_sample_is_judged_anew():
    with_memory, with_states = played(scenario_clip("cooler", 3), 175, remembers=True)
    anew, anew_states = played(scenario_clip("cooler", 3), 175, remembers=False)
    assert [one[:3] for one in sorted(with_memory)] == [one[:3] for one in sorted(anew)]
    assert len(anew) > 0
    assert max(abs(one[3] - other[3]) for one, other in zip(sorted(with_memory), sorted(anew), strict=True)) <= 2.0
    alike = sum(one is other for one, other in zip(with_states, anew_states, strict=True))
    assert alike >= 0.99 * len(anew_states)
