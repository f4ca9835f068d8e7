"""The whole shelf over rendered pictures: what people do in front of it, and what is told of it."""

from dataclasses import replace

import numpy as np
import pytest

from edgekit.errors import PlanogramError
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.gates.layout import small_picture
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.saved import SavedFacing
from edgekit.shelf.shelf import Shelf
from edgekit.shelf.words import Evidence, UnknownReason
from edgekit.vision.detection import Detections

RULES = ShelfRules(
    window=3, initial_samples=4, stillness_s=0.4, hold_out_of_stock_s=1.0, hold_restocked_s=1.0, cooldown_s=1.0
)
DETECTOR = {"shelf": ModelInfo("detect", ("person", "bottle"))}


class Camera:
    """Plays pictures through a shelf and notes what it tells."""

    def __init__(self, scenes, method="appearance", *, answers=True, planogram=None, rules=RULES):
        self.scenes = scenes
        self.models = {} if method == "appearance" else DETECTOR
        self.planogram = planogram or scenes.planogram(method)
        self.shelf = Shelf(
            self.planogram,
            rules,
            sample_fps=5,
            models=self.models,
            reference_pixels=scenes.picture(noise=0),
        )
        self.state, self.told = self.shelf.initial()
        self.told, self.number, self.epoch, self.answers, self.views = list(self.told), 0, 0, answers, []

    def see(self, seconds, present="abc", **kwargs):
        for _ in range(int(seconds * 5)):
            pixels = self.scenes.picture(present, seed=self.number, **kwargs)
            view = self.shelf.look(self.state, self.scenes.frame(pixels, self.number, epoch=self.epoch))
            self.views.append(view)
            findings = {}
            if view.wants and self.answers:
                findings["shelf"] = self._found("abc" if view.of_reference else present)
            conclusion = self.shelf.conclude(self.state, view, findings)
            self.state, self.readings = conclusion.state, conclusion.readings
            self.told += conclusion.transitions
            self.number += 1
        return self

    def _found(self, present):
        left = self.scenes.LEFTS
        boxes = [(left[n], self.scenes.TOP, left[n] + self.scenes.WIDTH, self.scenes.BOTTOM) for n in present]
        count = len(boxes)
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4), np.ones(count, np.int64), np.full(count, 0.9, np.float32)
        )

    @property
    def events(self):
        return [(one.facing, one.kind.value) for one in self.told]


METHODS = ["appearance", "detector", "auto"]


@pytest.mark.parametrize("method", METHODS)
def test_taken_away_and_put_back_is_told_once_each(scenes, method) -> None:
    camera = Camera(scenes, method).see(3).see(5, "ac").see(4, "abc", aside=4).see(4, "bc").see(4)
    assert camera.events == [("b", "opened"), ("b", "resolved"), ("a", "opened"), ("a", "resolved")]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "what",
    [
        lambda camera, person: camera.see(20, draw=person(125)),
        lambda camera, person: [camera.see(0.4, draw=person(left)) for left in range(-60, 320, 10)],
        lambda camera, person: camera.see(10, light=0.4).see(10),
        lambda camera, person: camera.see(10, light=0.05).see(10),
        lambda camera, person: camera.see(10, draw=lambda pixels: pixels.__setitem__(..., (90, 110, 170))).see(10),
        lambda camera, person: camera.see(9, aside={"a": 5}).see(9, aside={"a": 5, "b": -4}).see(9, aside={"c": 5}),
        lambda camera, person: camera.see(5, noise=8),
    ],
    ids=["stands", "walks", "dim", "dark", "covered", "aside", "noise"],
)
def test_what_happens_in_front_of_the_shelf_is_no_event(scenes, method, what) -> None:
    camera = Camera(scenes, method).see(3)
    what(camera, scenes.person)
    camera.see(4)
    assert camera.events == []
    assert {one.state.value for one in camera.readings.values()} == {"stocked"}


def test_a_product_taken_behind_somebody_s_back_is_told_when_he_is_gone(scenes) -> None:
    camera = Camera(scenes).see(3).see(5, draw=scenes.person(125)).see(5, "ac", draw=scenes.person(125))
    assert camera.events == []
    assert camera.readings["b"].reason.value == "occluded"
    camera.see(4, "ac")
    assert camera.events == [("b", "opened")]


def test_a_product_put_back_is_seen_beside_somebody_who_stays(scenes) -> None:
    # To the gates the product and he are one piece, which stands before the empty place.
    camera = Camera(scenes).see(3).see(5, "ac").see(1, "ac", draw=scenes.person(172)).see(5, draw=scenes.person(172))
    assert camera.events == [("b", "opened"), ("b", "resolved")]
    assert camera.views[-1].gates["b"].reason is None  # from then on he stands beside it
    assert camera.readings["c"].reason.value == "occluded"


def test_somebody_who_stands_before_an_empty_place_is_no_product(scenes) -> None:
    camera = Camera(scenes).see(3).see(5, "ac").see(20, "ac", draw=scenes.person(120))
    assert camera.events == [("b", "opened")]
    assert camera.readings["b"].reason.value == "occluded"


@pytest.mark.parametrize(("seconds", "differs"), [(3, True), (7, False)])
def test_a_product_that_was_moved_and_let_be_is_how_its_facing_looks(scenes, seconds, differs) -> None:
    # Whoever then stands before a part of it hides that part, and not what was moved.
    camera = Camera(scenes).see(3).see(seconds, aside={"b": 8})
    assert camera.events == []
    small = small_picture(camera.views[-1].pixels)
    place = camera.shelf._layout(scenes.SIZE_HW).places[1]
    colours = camera.state.memory.background.colours
    apart = float(np.abs(colours - small)[place.rows, place.columns].mean())
    assert (apart > 10) is differs


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_facing_at_first_sight_opens_at_start(scenes, method) -> None:
    told = Camera(scenes, method).see(5, "ac").told
    assert [(one.facing, one.kind.value, one.reason) for one in told] == [("b", "opened", "at_start")]


def test_the_reference_is_shown_to_a_model_once_and_again_until_it_answers(scenes) -> None:
    camera = Camera(scenes, "detector", answers=False).see(1)
    assert all(view.of_reference for view in camera.views)
    camera.answers = True
    camera.see(1)
    assert [view.of_reference for view in camera.views[5:]] == [True, False, False, False, False]
    assert np.array_equal(camera.views[0].wants[0].regions[0], scenes.picture(noise=0))


def test_a_model_that_does_not_answer_concludes_nothing(scenes) -> None:
    camera = Camera(scenes, "detector").see(3)
    camera.answers = False
    assert camera.see(5, "ac").events == []
    assert camera.readings["b"].reason.value == "no_evidence"


def test_nothing_is_wanted_of_a_scene_that_shows_nothing(scenes) -> None:
    camera = Camera(scenes, "detector").see(3).see(1, light=0.03)
    assert camera.views[-1].wants == ()
    assert {one.reason.value for one in camera.readings.values()} == {"dark"}


def test_a_sample_that_is_not_later_changes_nothing(scenes) -> None:
    camera = Camera(scenes).see(3)
    view = camera.shelf.look(camera.state, scenes.frame(scenes.picture(""), 2))
    conclusion = camera.shelf.conclude(camera.state, view, {})
    assert conclusion.state is camera.state
    assert (conclusion.transitions, conclusion.readings) == ((), {})


def test_look_and_conclude_leave_the_state_as_it_was(scenes) -> None:
    camera = Camera(scenes).see(3)
    before, frame = camera.state, scenes.frame(scenes.picture("ac"), 40)
    background = before.memory.background.colours.copy()
    results = []
    for _ in range(2):
        view = camera.shelf.look(before, frame)
        results.append(camera.shelf.conclude(before, view, {}).state.facings)
    assert results[0] == results[1]
    assert np.array_equal(before.memory.background.colours, background)


@pytest.mark.parametrize("restart", ["epoch", "saved"])
def test_an_open_episode_survives_a_new_epoch_and_a_restart(scenes, restart) -> None:
    camera = Camera(scenes).see(3).see(4, "ac")
    if restart == "epoch":
        camera.state = camera.shelf.new_epoch(camera.state)
    else:
        rows = {name: row.to_json() for name, row in camera.shelf.saved(camera.state).items()}
        camera.state, told = camera.shelf.initial({name: SavedFacing.from_json(row) for name, row in rows.items()})
        assert told == ()
    camera.number = 0
    camera.see(0.6, "ac")
    assert camera.readings["b"].reason.value == "no_baseline"
    camera.see(5, "ac")
    assert camera.events == [("b", "opened")]
    camera.see(4)
    assert camera.events == [("b", "opened"), ("b", "resolved")]
    assert [(one.episode, one.number) for one in camera.told] == [(1, 1), (1, 2)]


def test_a_facing_that_left_the_planogram_is_retracted_and_kept_for_its_numbers(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, "ac")
    saved = camera.shelf.saved(camera.state)
    without = replace(camera.planogram, facings=camera.planogram.facings[::2])
    later = Camera(scenes, planogram=without)
    state, told = later.shelf.initial(saved)
    assert [(one.facing, one.kind.value, one.reason) for one in told] == [("b", "retracted", "facing_removed")]
    assert later.shelf.saved(state)["b"].episode == 1


def test_frames_of_another_resolution_are_judged_too_and_of_another_aspect_are_not(scenes) -> None:
    import cv2

    camera = Camera(scenes)
    for number in range(20):
        pixels = cv2.resize(scenes.picture(seed=number), (640, 360), interpolation=cv2.INTER_CUBIC)
        view = camera.shelf.look(camera.state, scenes.frame(pixels, number))
        camera.state = camera.shelf.conclude(camera.state, view, {}).state
    assert {status.value for status in camera.shelf.statuses(camera.state).values()} == {"stocked"}
    view = camera.shelf.look(camera.state, scenes.frame(np.zeros((240, 320, 3), np.uint8), 50))
    readings = camera.shelf.conclude(camera.state, view, {}).readings
    assert {one.reason.value for one in readings.values()} == {"camera_moved"}


def test_a_reference_of_another_size_than_the_planogram_s_is_refused(scenes) -> None:
    with pytest.raises(PlanogramError, match=r"320 x 180"):
        Shelf(scenes.planogram(), RULES, sample_fps=5, models={}, reference_pixels=np.zeros((90, 160, 3), np.uint8))


def test_while_the_store_is_closed_facings_pause_with_the_reason_and_go_on_when_it_opens(scenes) -> None:
    camera = Camera(scenes).see(3).see(0.8, "ac")
    before = camera.state.facings
    for _ in range(50):
        frame = scenes.frame(scenes.picture("ac", seed=camera.number), camera.number)
        conclusion = camera.shelf.conclude(camera.state, camera.shelf.closed(camera.state, frame), {})
        camera.state, camera.number = conclusion.state, camera.number + 1
        assert conclusion.transitions == ()
        assert {one.reason.value for one in conclusion.readings.values()} == {"closed"}
    assert {name: (one.held_s, one.since_s) for name, one in camera.state.facings.items()} == {
        name: (one.held_s, one.since_s) for name, one in before.items()
    }
    camera.see(4, "ac")
    assert camera.events == [("b", "opened")]


def test_while_staff_fill_the_shelf_openings_wait_and_come_when_the_quiet_time_is_over(scenes) -> None:
    def told(**settings):
        rules = RULES.model_copy(update=settings)
        camera = Camera(scenes, rules=rules).see(3)
        for _ in range(10):
            frame = scenes.frame(scenes.picture("ac", seed=camera.number), camera.number)
            covered = {name: Evidence(name, 0.1, False, None, UnknownReason.OCCLUDED) for name in camera.state.facings}
            view = replace(camera.shelf.look(camera.state, frame), gates=covered)
            camera.state, camera.number = camera.shelf.conclude(camera.state, view, {}).state, camera.number + 1
        camera.see(4, "ac")
        return camera.events, camera.see(4, "ac").events

    opened = [("b", "opened")]
    assert told() == (opened, opened)
    assert told(restocking_quiet_s=5.0, restocking_s=1.0) == ([], opened)


@pytest.mark.parametrize("fps", [1.0, 5.0])
def test_samples_that_come_slower_than_asked_for_still_count_as_seen(scenes, fps) -> None:
    camera = Camera(scenes)
    for number in range(60):
        present = "abc" if number < 30 else "ac"
        frame = scenes.frame(scenes.picture(present, seed=number), number, fps=fps)
        conclusion = camera.shelf.conclude(camera.state, camera.shelf.look(camera.state, frame), {})
        camera.state = conclusion.state
        camera.told += conclusion.transitions
    assert camera.events == [("b", "opened")]
