"""An episode that was wrong from the first is retracted; what was restocked is resolved, whoever saw it."""

from dataclasses import replace

import numpy as np
import pytest

from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.saved import SavedFacing
from edgekit.shelf.shelf import Shelf
from edgekit.shelf.turning import SinceOpened, look_from, look_text
from edgekit.vision.detection import Detections

RULES = ShelfRules(
    window=3, initial_samples=4, stillness_s=0.4, hold_out_of_stock_s=1.0, hold_restocked_s=1.0, cooldown_s=1.0
)
OPENED, RETRACTED, RESOLVED = ("opened", None), ("retracted", "evidence_turned"), ("resolved", None)


class Camera:
    """A camera whose detector may miss what stands there."""

    def __init__(self, scenes):
        self.scenes, self.number, self.told = scenes, 0, []
        self.shelf = self.shelf_of(scenes.planogram("detector"))
        self.state = self.shelf.initial()[0]

    def shelf_of(self, planogram):
        models = {"shelf": ModelInfo("detect", ("person", "bottle"))}
        reference = self.scenes.picture(noise=0)
        return Shelf(planogram, RULES, sample_fps=5, models=models, reference_pixels=reference)

    def see(self, seconds, present="abc", *, found=None, **kwargs):
        for _ in range(int(seconds * 5)):
            pixels = self.scenes.picture(present, seed=self.number, **kwargs)
            view = self.shelf.look(self.state, self.scenes.frame(pixels, self.number))
            names = "abc" if view.of_reference else present if found is None else found
            conclusion = self.shelf.conclude(self.state, view, {"shelf": self.boxes(names)} if view.wants else {})
            self.state, self.number = conclusion.state, self.number + 1
            self.told += conclusion.transitions
        return self

    def boxes(self, names):
        scenes = self.scenes
        found = [(scenes.LEFTS[n], scenes.TOP, scenes.LEFTS[n] + scenes.WIDTH, scenes.BOTTOM) for n in names]
        scores = np.full(len(found), 0.9, np.float32)
        return Detections(np.array(found, np.float32).reshape(-1, 4), np.ones(len(found), np.int64), scores)

    def restarted(self, planogram=None):
        rows = {name: SavedFacing.from_json(row.to_json()) for name, row in self.shelf.saved(self.state).items()}
        self.shelf = self.shelf_of(planogram) if planogram else self.shelf
        self.state, told = self.shelf.initial(rows)
        self.number = 0
        assert told == ()
        return self

    @property
    def events(self):
        assert {one.facing for one in self.told} == {"b"}
        return [(one.kind.value, one.reason) for one in self.told]


def test_what_is_stocked_again_without_anything_having_moved_is_retracted(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, found="ac").see(4)
    assert camera.events == [OPENED, RETRACTED]
    assert camera.told[-1].state.value == "stocked"
    assert camera.shelf.statuses(camera.state)["b"].value == "stocked"
    assert camera.shelf.saved(camera.state)["b"].look is None


@pytest.mark.parametrize("light", [1.0, 0.9], ids=["same-light", "dimmer"])
def test_somebody_in_front_meanwhile_does_not_matter_where_the_facing_looks_as_when_it_was_opened(
    scenes, light
) -> None:
    camera = Camera(scenes).see(3).see(4, found="ac").see(3, found="ac", draw=scenes.person(125)).see(4, light=light)
    assert camera.events == [OPENED, RETRACTED]


def test_what_it_looked_like_is_kept_over_a_restart(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, found="ac").restarted().see(4, found="ac").see(4)
    assert camera.events == [OPENED, RETRACTED]


def test_of_a_facing_that_was_drawn_anew_nothing_is_kept(scenes) -> None:
    wider = scenes.planogram("detector")
    facings = tuple(
        replace(one, polygon_xy_px=tuple((x, y - 1) for x, y in one.polygon_xy_px)) for one in wider.facings
    )
    camera = Camera(scenes).see(3).see(4, found="ac").restarted(replace(wider, facings=facings)).see(4)
    assert camera.events == [OPENED, RESOLVED]


def test_a_true_restocking_is_resolved_before_all_eyes(scenes) -> None:
    assert Camera(scenes).see(3).see(4, "ac").see(4).events == [OPENED, RESOLVED]


def test_a_true_restocking_behind_somebody_is_resolved(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, "ac").see(2, "ac", draw=scenes.person(125))
    assert camera.see(2, draw=scenes.person(125)).see(4).events == [OPENED, RESOLVED]


def test_a_true_restocking_while_nothing_ran_is_resolved(scenes) -> None:
    assert Camera(scenes).see(3).see(4, "ac").restarted().see(4).events == [OPENED, RESOLVED]


def test_a_true_restocking_in_the_dark_is_resolved(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, "ac").see(2, "ac", light=0.03).see(2, light=0.03).see(4)
    assert camera.events == [OPENED, RESOLVED]


def test_a_look_survives_as_text_and_what_is_none_is_none() -> None:
    look = np.random.default_rng(1).integers(0, 255, (7, 5, 3), np.uint8)
    assert np.array_equal(look_from(look_text(look)), look)
    assert (look_text(None), look_from(None), look_from("7 5 nonsense"), look_from("")) == (None, None, None, None)


def test_a_plain_product_before_a_plain_wall_is_not_taken_for_light() -> None:
    wall, box = np.full((9, 9, 3), 180, np.uint8), np.full((9, 9, 3), 120, np.uint8)
    assert not SinceOpened(wall).turned(box)
    assert SinceOpened(wall).turned((wall * 0.9).astype(np.uint8))
    assert not SinceOpened(wall).turned(wall[:5])
    assert not SinceOpened().turned(wall)
