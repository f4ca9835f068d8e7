"""The clips of a third author: what is written, that seeds part, and that a truth can be told from the pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from market_clips.catalogue import FIRST_HELD_OUT_SEED, clip_names, write_clip
from shelf_bench.cases import HELD_OUT_FROM, Author, Group, blind_cases, take_of

from edgekit.shelf.planogram import load_planogram


def written(name, folder, assets_dir, *, seed):
    (case,) = (one for one in blind_cases(assets_dir, seed + 1) if one.name == f"{name}-{seed}")
    take = take_of(replace(case, data=assets_dir), folder)
    (path,) = (folder / "take").glob("clip.*")
    return take.truth, path


def test_every_kind_is_a_case_of_either_group() -> None:
    cases = [case for case in blind_cases(Path(), 2) if case.clips_by is Author.THIRD]
    assert len(clip_names()) == 36
    assert len(cases) == 4 * 36
    assert all((case.seed >= HELD_OUT_FROM) == (case.group is Group.THIRD_HELD_OUT) for case in cases)
    assert FIRST_HELD_OUT_SEED == HELD_OUT_FROM


def test_a_seed_gives_the_same_clip_and_another_one_another(assets_dir, tmp_path) -> None:
    one, two, other = (
        written("tin_stacks", tmp_path / folder, assets_dir, seed=seed)
        for folder, seed in (("one", 0), ("two", 0), ("other", 1))
    )
    assert one[0] == two[0]
    assert one[1].read_bytes() == two[1].read_bytes()
    assert one[0].changes != other[0].changes


def test_an_emptied_facing_shows_something_else_and_its_truth_fits_the_planogram(assets_dir, tmp_path) -> None:
    truth, path = written("tin_stacks", tmp_path, assets_dir, seed=0)
    facings = {facing.id: facing for facing in load_planogram(tmp_path / "take" / "planogram.yaml").facings}
    assert truth.facings == tuple(facings)
    assert 3 <= len(truth.changes) <= 8
    clip = cv2.VideoCapture(str(path))
    assert clip.get(cv2.CAP_PROP_FRAME_COUNT) / clip.get(cv2.CAP_PROP_FPS) == pytest.approx(truth.duration_s)
    reference = cv2.imread(str(tmp_path / "take" / "reference.png")).astype(np.int16)
    change = next(one for one in truth.changes if one.state.value == "out_of_stock")
    clip.set(cv2.CAP_PROP_POS_MSEC, 1000 * truth.seen_for(change.facing, change.time_s, 5.0))
    now = clip.read()[1].astype(np.int16)
    (left, top), (right, bottom) = (
        np.round(edge(facings[change.facing].polygon_xy_px, axis=0)).astype(int) for edge in (np.min, np.max)
    )
    apart = np.abs(now - reference)[top:bottom, left:right].max(2)
    assert np.mean(apart > 24) > 0.3


def test_mere_nuisance_changes_nothing(assets_dir, tmp_path) -> None:
    truth, _ = written("quiet_lamps", tmp_path, assets_dir, seed=0)
    assert not truth.changes
    assert truth.nuisances


def test_a_seed_of_the_other_sort_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="held-out seeds begin at 1000"):
        write_clip("tin_stacks", held_out=True, seed=999, data=tmp_path, folder=tmp_path)
