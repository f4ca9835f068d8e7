"""Shelves of products that a detector knows: where they come from, and how they stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shelf_bench.cases import Case, Group, take_of
from shelf_bench.known import Known, photos_of, read_known, write_known
from shelf_bench.known_scene import known_scene

from edgekit.replay.simulation.layers import layer_of
from edgekit.shelf.planogram import load_planogram


def products() -> tuple[Known, ...]:
    whole = np.full((60, 50), 255, np.uint8)
    colours = {"apple": (30, 160, 60), "orange": (20, 130, 240)}
    return tuple(
        Known(name, layer_of(np.full((60, 50, 3), colour, np.uint8), whole)) for name, colour in colours.items()
    )


def test_cut_out_products_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_known(products(), tmp_path / "known")
    read = read_known(tmp_path / "known")
    assert [one.class_name for one in read] == ["apple", "orange"]
    assert all(np.array_equal(one.layer.pixels, two.layer.pixels) for one, two in zip(read, products(), strict=True))


def test_no_photograph_is_both_tuned_with_and_held_out(tmp_path: Path) -> None:
    for split, coco in (("train", "calibration"), ("val", "images")):
        folder = tmp_path / "coco-64" / coco
        folder.mkdir(parents=True)
        (folder / "1.jpg").touch()
        listed = tmp_path / "grocerystore/dataset" / f"{split}.txt"
        listed.parent.mkdir(parents=True, exist_ok=True)
        listed.write_text(f"{split}/Fruit/Apple/Gala/1.jpg, 0, 0\n{split}/Packages/Milk/2.jpg, 1, 1\n")
    tuning, held_out = (photos_of(tmp_path, held_out=part) for part in (False, True))
    assert len(tuning) == len(held_out) == 2
    assert not set(tuning) & set(held_out)


@pytest.mark.parametrize("seed", range(4))
def test_every_facing_is_told_by_the_detector_and_is_clear_of_the_others(seed: int) -> None:
    scene = known_scene(np.random.default_rng(seed), products())
    assert len({facing.id for facing in scene.facings}) == len(scene.facings) >= 4
    assert {facing.method for facing in scene.facings} == {"detector"}
    assert {facing.product for facing in scene.facings} <= {"apple", "orange"}
    for place in scene.places:
        assert all(0 <= x <= 640 and 0 <= y <= 480 for x, y in place.facing.polygon_xy_px)
        assert len(place.others) == 1


def test_outlines_of_wide_products_stay_in_the_picture() -> None:
    wide = layer_of(np.full((60, 180, 3), 90, np.uint8), np.full((60, 180), 255, np.uint8))
    for seed in range(30):
        scene = known_scene(np.random.default_rng(seed), [Known("bowl", wide), Known("banana", wide)])
        for place in scene.places:
            assert all(0 <= x <= 640 and 0 <= y <= 480 for x, y in place.facing.polygon_xy_px)


def test_a_clip_of_known_products_is_watched_by_the_bundle(tmp_path: Path) -> None:
    write_known(products(), tmp_path / "known")
    case = Case(
        "deplete",
        Group.DETECTOR_TUNING,
        tmp_path,
        "deplete",
        seconds=2.0,
        bundle=tmp_path / "it.edgekit",
        known=tmp_path / "known",
    )
    site = take_of(case, tmp_path).site
    assert dict(site.models) == {"shelf": tmp_path / "it.edgekit"}
    planogram = load_planogram(site.cameras[0].planogram)
    assert {facing.method for facing in planogram.facings} == {"detector"}
