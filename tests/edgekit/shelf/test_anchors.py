"""What a restocked facing looks like is kept beside the reference, and never leads away from it."""

from dataclasses import replace

import numpy as np

from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.saved import SavedFacing
from edgekit.shelf.shelf import Shelf

RULES = ShelfRules(
    window=3, initial_samples=4, stillness_s=0.4, hold_out_of_stock_s=1.0, hold_restocked_s=1.0, cooldown_s=1.0
)


class Camera:
    """Plays pictures of a shelf whose products may be printed otherwise."""

    def __init__(self, scenes, *, empty_in_reference=False):
        self.scenes, self.number, self.told = scenes, 0, []
        facings = tuple(
            replace(one, empty_in_reference=empty_in_reference) for one in scenes.planogram("appearance").facings
        )
        self.planogram = replace(scenes.planogram("appearance"), facings=facings)
        self.shelf = self.shelf_of(self.planogram)
        self.state = self.shelf.initial()[0]

    def shelf_of(self, planogram, reference=None):
        reference = self.scenes.picture(noise=0) if reference is None else reference
        return Shelf(planogram, RULES, sample_fps=5, models={}, reference_pixels=reference)

    def see(self, seconds, present="abc", *, other=0.0, **kwargs):
        """`other`: share of product b's printed fields that show another of its fields than in the reference."""
        draw = kwargs.pop("draw", None)

        def drawn(pixels):
            self.print(pixels, other)
            if draw is not None:
                draw(pixels)

        for _ in range(int(seconds * 5)):
            pixels = self.scenes.picture(present, seed=self.number, draw=drawn if "b" in present else draw, **kwargs)
            view = self.shelf.look(self.state, self.scenes.frame(pixels, self.number))
            conclusion = self.shelf.conclude(self.state, view, {})
            self.state, self.readings = conclusion.state, conclusion.readings
            self.told += conclusion.transitions
            self.number += 1
        return self

    def print(self, pixels, share):
        left, top = self.scenes.LEFTS["b"], self.scenes.TOP
        random, own = np.random.default_rng(11), pixels.copy()
        for place, shown in zip(random.permutation(32)[: round(32 * share)], random.permutation(32), strict=False):
            (row, column), (from_row, from_column) = (
                (top + 10 * (at // 4), left + 10 * (at % 4)) for at in (place, shown)
            )
            field = own[from_row : from_row + 10, from_column : from_column + 10]
            pixels[row : row + 10, column : column + 10] = field

    @property
    def events(self):
        return [(one.facing, one.kind.value) for one in self.told]


OPENED, RESOLVED = ("b", "opened"), ("b", "resolved")
LIKE, LESS = 0.12, 0.55


def test_after_a_restocking_the_facing_may_look_as_it_did_then(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, "ac").see(4, other=LIKE)
    assert camera.events == [OPENED, RESOLVED]
    assert camera.state.anchors.keys() == {"b"}
    doubts = [1 - one.see(1, other=LESS).readings["b"].fill for one in (camera, Camera(scenes).see(3))]
    assert doubts[0] < 0.5 * doubts[1]


def test_an_emptied_facing_is_still_told_after_a_restocking(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, "ac").see(4, other=LIKE).see(6, "ac").see(4)
    assert camera.events == [OPENED, RESOLVED] * 2


def test_what_is_not_like_enough_to_the_reference_is_no_baseline(scenes) -> None:
    camera = Camera(scenes)
    place = camera.shelf._layout(scenes.SIZE_HW).places[1]
    taken = []
    for other in np.linspace(0, 1, 9):
        pixels = scenes.picture(draw=lambda pixels, other=other: camera.print(pixels, other))
        taken.append(bool(camera.shelf._judges.anchored(pixels, [place])))
    assert taken[0]
    assert not any(taken[5:])
    assert taken == sorted(taken, reverse=True)


def test_however_often_it_is_restocked_a_little_otherwise_the_baseline_does_not_wander_off(scenes) -> None:
    camera = Camera(scenes).see(3)
    for other in np.linspace(0.0, 1.0, 8):
        camera.see(3, "ac").see(3, other=float(other))
    judges = camera.shelf._judges
    place = camera.shelf._layout(scenes.SIZE_HW).places[1]
    look = camera.state.anchors["b"].look
    assert judges.bound([place], {"b": look}), "still bound to the reference alone"
    camera.see(6, "ac")
    assert camera.shelf.statuses(camera.state)["b"].value == "out_of_stock"


def test_a_retracted_event_and_one_that_goes_on_leave_the_baseline_alone(scenes) -> None:
    assert Camera(scenes).see(3).see(4, "ac").state.anchors == {}


def test_a_facing_that_the_reference_shows_empty_keeps_the_reference_alone(scenes) -> None:
    camera = Camera(scenes, empty_in_reference=True)
    camera.see(4).see(4, "ac")
    assert camera.state.anchors == {}


def test_the_baseline_is_kept_over_a_restart_while_reference_and_polygon_are_the_same(scenes) -> None:
    camera = Camera(scenes).see(3).see(4, "ac").see(4, other=LIKE)
    rows = {name: SavedFacing.from_json(row.to_json()) for name, row in camera.shelf.saved(camera.state).items()}
    look = camera.state.anchors["b"].look
    assert np.array_equal(camera.shelf.initial(rows)[0].anchors["b"].look, look)
    moved = tuple(replace(one, polygon_xy_px=one.polygon_xy_px[::-1]) for one in camera.planogram.facings)
    assert camera.shelf_of(replace(camera.planogram, facings=moved)).initial(rows)[0].anchors == {}
    another = camera.shelf_of(camera.planogram, scenes.picture("ac", noise=0))
    assert another.initial(rows)[0].anchors == {}
