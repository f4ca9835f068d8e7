"""A shelf whose camera shakes, drifts, is bumped or turned away: what is told of its facings."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edgekit.frame import Frame
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.shelf import Shelf
from edgekit.shelf.words import UnknownReason

FPS = 5.0
RULES = ShelfRules(hold_out_of_stock_s=2.0, hold_restocked_s=2.0, cooldown_s=2.0)
BOXES = {f"f{row}{column}": (60 + 130 * column, 70 + 180 * row) for row in range(3) for column in range(4)}
WIDTH, HEIGHT = 100, 130
NOISE = np.random.default_rng(1).integers(0, 9, (704, 704, 3), np.uint8)
NOISE_MEAN = np.full((640, 640, 3), 4, np.uint8)


@pytest.fixture(scope="module")
def photo(assets_dir):
    return cv2.imread(str(assets_dir / "shelf-photos" / "shelf-01.jpg"))


def shelf_of(photo) -> Shelf:
    facings = tuple(
        Facing(
            id=name,
            gtin=None,
            restricted=False,
            product="box",
            method="appearance",
            capacity=1,
            polygon_xy_px=((x, y), (x + WIDTH, y), (x + WIDTH, y + HEIGHT), (x, y + HEIGHT)),
        )
        for name, (x, y) in BOXES.items()
    )
    planogram = Planogram(Path("p.yaml"), Path("p.png"), photo.shape[:2], facings, {})
    return Shelf(planogram, RULES, sample_fps=FPS, models={}, reference_pixels=photo)


def emptied(photo, *names):
    pixels = photo.copy()
    for name in names:
        x, y = BOXES[name]
        pixels[y + 8 : y + HEIGHT - 8, x + 8 : x + WIDTH - 8] = (52, 60, 66)
    return pixels


def seen(pixels, number, shift_xy=(0.0, 0.0), turn_deg=0.0, shopper=None):
    """The picture of a camera that is off by so much, with noise and perhaps a shopper at x = `shopper`."""
    height, width = pixels.shape[:2]
    if shopper is not None:
        cloth = np.random.default_rng(5).integers(10, 150, (height // 40, 4, 3), np.uint8)
        pixels = pixels.copy()
        left, right = max(0, shopper), min(width, shopper + 160)
        if right > left:
            pixels[:, left:right] = cloth.repeat(40, 0).repeat(40, 1)[:height, left - shopper : right - shopper]
    if turn_deg or any(shift_xy):
        motion = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
        motion[:, 2] += shift_xy
        pixels = cv2.warpAffine(pixels, motion, (width, height), borderMode=cv2.BORDER_REFLECT)
    left = int(np.random.default_rng(number).integers(0, 64))
    return cv2.subtract(cv2.add(pixels, NOISE[left : left + height, left : left + width]), NOISE_MEAN)


class Watched:
    """Plays pictures and keeps what was told: (facing, kind), and in which samples the facings were frozen."""

    def __init__(self, photo, state=None):
        self.shelf = shelf_of(photo)
        self.state = state or self.shelf.initial()[0]
        self.number = 0
        self.told = []
        self.frozen = []

    def play(self, pictures):
        for pixels in pictures:
            view = self.shelf.look(self.state, Frame(pixels, self.number / FPS, self.number, 0))
            conclusion = self.shelf.conclude(self.state, view, {})
            self.state = conclusion.state
            self.told += [(one.facing, one.kind.value) for one in conclusion.transitions]
            self.reasons = {one.facing: one.reason for one in conclusion.readings.values()}
            self.outlines = {one.facing: one.outline_xy_px for one in conclusion.readings.values()}
            self.frozen.append({one.reason for one in conclusion.readings.values()} == {UnknownReason.CAMERA_MOVED})
            self.number += 1
        return self

    def still(self, pixels, seconds, **kwargs):
        return self.play(seen(pixels, self.number + n, **kwargs) for n in range(round(seconds * FPS)))

    @property
    def frozen_s(self) -> float:
        return sum(self.frozen) / FPS


@pytest.mark.parametrize(("shift_xy", "turn_deg"), [((30.0, -20.0), 0.0), ((-24.0, 28.0), 3.0), ((9.0, 5.0), -1.0)])
def test_a_bump_freezes_all_facings_raises_nothing_and_what_is_taken_later_is_still_noticed(
    photo, shift_xy, turn_deg
) -> None:
    bumped = {"shift_xy": shift_xy, "turn_deg": turn_deg}
    watched = Watched(photo).still(photo, 4)
    assert not any(watched.frozen)
    watched.still(photo, 14, **bumped)
    assert watched.told == []
    assert watched.frozen[round(4 * FPS)]
    assert 5.0 < watched.frozen_s < 9.0
    assert not watched.frozen[-1]
    watched.still(emptied(photo, "f12"), 6, **bumped).still(photo, 6, **bumped)
    assert watched.told == [("f12", "opened"), ("f12", "resolved")]


def test_people_who_watch_see_the_facings_where_a_bumped_camera_has_them_and_boxes_in_the_frame(photo) -> None:
    from edgekit.vision.detection import Detections

    watched = Watched(photo).still(photo, 2)
    assert set(watched.outlines.values()) == {None}
    watched.still(photo, 10, shift_xy=(30.0, -20.0))
    x, y = BOXES["f11"]
    assert watched.outlines["f11"] is not None
    assert np.allclose(watched.outlines["f11"][0], (x + 30, y - 20), atol=0.7)
    view = watched.shelf.look(watched.state, Frame(seen(photo, 99, (30.0, -20.0)), 99.0, 99, 0))
    found = Detections(np.array([[x, y, x + 50, y + 60]], np.float32), np.zeros(1, np.int64), np.ones(1, np.float32))
    there = watched.shelf.in_frame(view, found)
    assert there is not None
    assert np.allclose(there.boxes_xyxy_px[0], (x + 30, y - 20, x + 80, y + 40), atol=0.7)


def test_a_facing_that_a_bump_has_moved_out_of_the_picture_is_hidden_and_no_gap(photo) -> None:
    watched = Watched(photo).still(photo, 3)
    for n in range(8):
        black = seen(photo, n, (-118.0, 0.0))
        black[:, 520:] = 0
        watched.play([black] * 5)
    assert watched.told == []
    assert not watched.frozen[-1]
    assert watched.reasons["f00"] is UnknownReason.OCCLUDED
    assert watched.reasons["f01"] is None


def test_vibration_of_three_pixels_is_absorbed(photo) -> None:
    random = np.random.default_rng(2)
    watched = Watched(photo).still(photo, 2)
    for _ in range(40):
        watched.still(photo, 0.2, shift_xy=tuple(random.uniform(-3, 3, 2)))
    for _ in range(40):
        watched.still(emptied(photo, "f21"), 0.2, shift_xy=tuple(random.uniform(-3, 3, 2)))
    assert watched.told == [("f21", "opened")]
    assert not any(watched.frozen)


def test_a_handheld_camera_drifting_45_pixels_in_4_seconds_is_followed_past_a_shopper(photo) -> None:
    watched = Watched(photo).still(photo, 3)
    taken = emptied(photo, "f11")
    for n in range(20):
        off = 45 * (n + 1) / 20
        watched.still(taken, 0.2, shift_xy=(off * 0.9, off * 0.44), turn_deg=0.05 * n, shopper=-160 + 40 * n)
    watched.still(taken, 8, shift_xy=(40.5, 19.8), turn_deg=0.95)
    assert watched.told == [("f11", "opened")]
    assert watched.frozen_s == 0.0


def test_a_shaken_camera_that_comes_to_rest_where_it_was_goes_on_soon(photo) -> None:
    watched = Watched(photo).still(photo, 3)
    watched.still(photo, 0.6, shift_xy=(22.0, 10.0)).still(photo, 3)
    assert watched.told == []
    assert 0.2 <= watched.frozen_s <= 2.0


def test_a_camera_turned_away_stays_frozen_until_it_is_turned_back(photo, assets_dir) -> None:
    elsewhere = cv2.resize(cv2.imread(str(assets_dir / "shelf-photos" / "shelf-02.jpg")), photo.shape[1::-1])
    watched = Watched(photo).still(photo, 3).still(elsewhere, 20)
    assert watched.told == []
    assert all(watched.frozen[round(10 * FPS) :])
    watched.still(photo, 4).still(emptied(photo, "f00"), 6)
    assert watched.told == [("f00", "opened")]
    assert not watched.frozen[-1]


def test_a_camera_bumped_while_it_was_off_is_found_again_at_the_start(photo) -> None:
    watched = Watched(photo).still(photo, 8, shift_xy=(-30.0, 12.0), turn_deg=2.0)
    assert watched.told == []
    assert not watched.frozen[-1]
    assert watched.frozen_s < 3.0
    watched.still(emptied(photo, "f20"), 6, shift_xy=(-30.0, 12.0), turn_deg=2.0)
    assert watched.told == [("f20", "opened")]


@pytest.mark.parametrize("names", [("f00", "f01", "f02", "f03"), tuple(BOXES)])
def test_a_shelf_that_is_emptied_is_no_moved_camera(photo, names) -> None:
    watched = Watched(photo).still(photo, 3).still(emptied(photo, *names), 7)
    assert sorted(watched.told) == sorted((name, "opened") for name in names)
    assert not any(watched.frozen)


def test_light_that_goes_off_and_on_and_a_shopper_standing_in_front_are_no_moved_camera(photo) -> None:
    dimmed = (photo * 0.35).astype(np.uint8)
    watched = Watched(photo).still(photo, 3).still(dimmed, 4).still((photo * 0.03).astype(np.uint8), 4)
    watched.still(photo, 3).still(photo, 6, shopper=250).still(photo, 3)
    assert watched.told == []
    assert not any(watched.frozen)


def test_a_bump_of_five_pixels_is_told_too_and_a_slow_slide_of_five_is_not(photo) -> None:
    bumped = Watched(photo).still(photo, 3).still(photo, 11, shift_xy=(4.0, -3.0))
    assert bumped.told == []
    assert 5.0 < bumped.frozen_s < 8.0
    assert not bumped.frozen[-1]
    slid = Watched(photo).still(photo, 3)
    for n in range(20):
        slid.still(photo, 0.2, shift_xy=(0.2 * n, -0.15 * n))
    slid.still(photo, 5, shift_xy=(4.0, -3.0))
    assert slid.frozen_s == 0.0


def test_a_camera_just_switched_on_with_somebody_close_in_front_assumes_nothing(photo) -> None:
    def crowd(pixels, number):
        for place in (0, 150, 300, 470):
            pixels = seen(pixels, number, shopper=place)
        return pixels

    watched = Watched(photo).play([crowd(photo, n) for n in range(15)])
    assert watched.told == []
    assert {facing.seen for facing in watched.state.facings.values()} == {0}
    watched.still(photo, 4)
    assert not watched.frozen[-1]
