"""A scene from a photograph: full it is the photograph, emptied it is not, and what does not fit is refused."""

import cv2
import numpy as np
import pytest

from edgekit.errors import DataError, PlanogramError
from edgekit.replay.simulation.clip import ClipOptions, scenario_clip
from edgekit.replay.simulation.photo import photo_scene
from edgekit.replay.simulation.pictures import read_products
from edgekit.replay.simulation.scene import picture_of
from edgekit.shelf.planogram import load_planogram
from edgekit.shelf.words import FacingStatus

PLANOGRAM = """
reference: shelf.png
facings:
  - {id: a, product: tea, polygon: [[40, 60], [100, 60], [100, 200], [40, 200]]}
  - {id: b, product: rice, polygon: [[120, 60], [180, 60], [186, 200], [120, 200]], capacity: 2}
  - {id: c, product: oats, polygon: [[200, 60], [280, 60], [280, 200], [200, 200]], empty_in_reference: true}
"""


@pytest.fixture
def photo(tmp_path):
    """A picture with some texture, and a planogram drawn on it."""
    coarse = np.random.default_rng(3).integers(30, 230, (24, 32, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "shelf.png"), cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_NEAREST))
    (tmp_path / "planogram.yaml").write_text(PLANOGRAM)
    return tmp_path / "shelf.png"


def scene_of(photo, picture=None):
    return photo_scene(picture or photo, load_planogram(photo.parent / "planogram.yaml"), np.random.default_rng(1))


def test_full_it_is_the_photograph_and_emptied_only_the_facings_differ(photo):
    scene, pixels, m = scene_of(photo), cv2.imread(str(photo)), 64
    assert np.array_equal(picture_of(scene, scene.full)[m:-m, m:-m], pixels)
    empty = picture_of(scene, dict.fromkeys(scene.full, ()))[m:-m, m:-m]
    changed = np.abs(empty.astype(int) - pixels).max(2) > 0
    assert changed[70:190, 50:90].mean() > 0.9
    assert not changed[:, 195:].any()
    assert not changed[:58].any()


def test_a_facing_that_is_empty_in_the_photograph_is_out_of_stock_from_the_start(photo):
    simulation = scenario_clip("deplete", 2, ClipOptions(seconds=60), scene=scene_of(photo))
    assert simulation.truth.state_at("c", 0.0) is FacingStatus.OUT_OF_STOCK
    assert {change.facing for change in simulation.truth.changes} == {"a", "b", "c"}
    assert FacingStatus.LOW in {change.state for change in simulation.truth.changes if change.facing == "b"}


def test_a_large_photograph_is_reduced_with_its_facings(photo):
    cv2.imwrite(str(photo), cv2.resize(cv2.imread(str(photo)), (1920, 1440)))
    scene = scene_of(photo)
    assert scene.size_wh == (960, 720)
    assert scene.facings[0].polygon_xy_px[0] == (20.0, 30.0)


def test_what_is_no_picture_or_of_another_size_is_refused_with_its_name(photo):
    other = photo.with_name("other.png")
    with pytest.raises(DataError, match=r"other\.png"):
        scene_of(photo, other)
    other.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"other\.png is not a picture"):
        scene_of(photo, other)
    cv2.imwrite(str(other), np.zeros((100, 200, 3), np.uint8))
    with pytest.raises(PlanogramError, match="320 x 240"):
        scene_of(photo, other)


def test_products_come_from_a_folder_and_an_empty_one_is_refused(photo, tmp_path):
    layers = read_products(photo.parent, np.random.default_rng(0))
    assert [layer.size_wh for layer in layers] == [(256, 192)]
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="none"):
        read_products(tmp_path / "none", np.random.default_rng(0))
    clip = scenario_clip("swapped", 1, ClipOptions(seconds=20, size_wh=(320, 240), products=layers))
    assert sum(1 for _ in clip.frames()) == 100
