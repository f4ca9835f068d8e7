"""The clips of a second author: what is written, that seeds part, and that a truth can be told from the pictures."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from shelf_bench.cases import HELD_OUT_FROM, Author, Group, blind_cases, take_of
from store_clips.catalogue import FIRST_HELD_OUT, clip_names, write_clip
from store_clips.errors import UnfairError
from store_clips.facing import Facing, Unit
from store_clips.fairness import check_story
from store_clips.making import Order, make_take
from store_clips.sprites import clear
from store_clips.story import Change

from edgekit.shelf.planogram import load_planogram


def told(name, assets_dir, *, seed):
    """All of a clip that is quickly made: its truth, its reference, a frame."""
    take = make_take(Order(name=name, held_out=False, seed=seed), assets_dir)
    story = take.story
    rows = [asdict(row) for row in (*story.changes, *story.nuisances, *story.troubles)]
    return rows, take.hidden, story.world.reference.tobytes(), take.film.frame(0).tobytes()


def test_every_kind_is_a_case_of_either_group() -> None:
    cases = [case for case in blind_cases(Path(), 2) if case.clips_by is Author.SECOND]
    assert len(clip_names()) == 44
    assert len(cases) == 4 * 44
    assert all((case.seed >= HELD_OUT_FROM) == (case.group is Group.SECOND_HELD_OUT) for case in cases)
    assert FIRST_HELD_OUT == HELD_OUT_FROM


def test_a_seed_gives_the_same_clip_and_another_one_another(assets_dir) -> None:
    first = told("photo-bump", assets_dir, seed=1)
    assert told("photo-bump", assets_dir, seed=1) == first
    other = told("photo-bump", assets_dir, seed=2)
    assert all(theirs != ours for theirs, ours in zip(other, first, strict=True))


def test_held_out_clips_show_other_photographs(assets_dir) -> None:
    products = []
    for held_out in (False, True):
        take = make_take(Order(name="photo-lamp-out-nothing", held_out=held_out, seed=0), assets_dir)
        products.append({facing.product for facing in take.story.world.facings})
    assert not products[0] & products[1]


def test_a_held_out_seed_that_belongs_to_tuning_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="held-out clips begin at 1000, not at 999"):
        write_clip("bakery", held_out=True, seed=999, data=tmp_path, folder=tmp_path)


def test_a_written_clip_is_a_take_whose_truth_fits_its_planogram(assets_dir, tmp_path) -> None:
    (case,) = (one for one in blind_cases(assets_dir, 1) if one.name == f"photo-frozen-{HELD_OUT_FROM}")
    truth = take_of(replace(case, data=assets_dir), tmp_path).truth
    facings = load_planogram(tmp_path / "take" / "planogram.yaml").facings
    assert truth.facings == tuple(facing.id for facing in facings)
    assert {change.facing for change in truth.changes} <= set(truth.facings)
    assert 3 <= len(truth.changes) <= 8
    (lost,) = truth.camera
    assert lost.kind == "lost"
    for spans in (truth.hidden[name] for name in truth.facings):
        assert any(from_s <= lost.from_s and lost.until_s <= until_s for from_s, until_s in spans)
    (path,) = (tmp_path / "take").glob("clip.*")
    clip = cv2.VideoCapture(str(path))
    assert clip.get(cv2.CAP_PROP_FRAME_COUNT) / clip.get(cv2.CAP_PROP_FPS) == pytest.approx(truth.duration_s)


def test_mere_nuisance_changes_nothing(assets_dir) -> None:
    story = make_take(Order(name="photo-lamp-out-nothing", held_out=False, seed=1), assets_dir).story
    assert not story.changes
    assert {"lamp out", "flicker", "hand"} <= {spell.kind for spell in story.nuisances}


@pytest.mark.parametrize(("left", "state"), [(6, "stocked"), (4, "stocked"), (3, "low"), (0, "out_of_stock")])
def test_a_place_for_six_is_low_when_half_is_left(left, state) -> None:
    facing = Facing("eggs", [Unit(clear(4, 4), 0, 0) for _ in range(6)])
    for _ in range(6 - left):
        facing.here[facing.next_out(np.random.default_rng(0))] = False
    assert facing.state == state


@pytest.mark.parametrize(
    ("hidden", "is_fair"), [([], False), ([(30.0, 40.0)], True), ([(30.0, 39.0)], False), ([(60.0, 70.0)], False)]
)
def test_a_state_that_lasts_ten_seconds_must_be_hidden(hidden, is_fair) -> None:
    changes = [Change("f01", time_s, "any", "cause") for time_s in (30.0, 40.0, 60.0)]
    story = SimpleNamespace(changes=changes, duration_s=100.0)
    if is_fair:
        check_story(story, {"f01": hidden})
    else:
        with pytest.raises(UnfairError):
            check_story(story, {"f01": hidden})
