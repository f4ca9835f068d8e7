"""The clips of another author: what is written, that seeds part, and that a truth fits its planogram."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from blind_clips.catalogue import clip_names, write_clip
from shelf_bench.cases import HELD_OUT_FROM, Author, Group, blind_cases, take_of

from edgekit.config.loading import load_site
from edgekit.replay.grading import load_take


def test_every_kind_is_a_case_of_either_group() -> None:
    cases = [case for case in blind_cases(Path(), 2) if case.clips_by is Author.ANOTHER]
    assert len(clip_names()) == 44
    assert len(cases) == 4 * 44
    assert all((case.seed >= HELD_OUT_FROM) == (case.group is Group.BLIND_HELD_OUT) for case in cases)


def test_a_seed_gives_the_same_clip_and_another_one_another(assets_dir, tmp_path) -> None:
    name, folders = "hooks", [tmp_path / each for each in ("one", "two", "other")]
    for folder, seed in zip(folders, (3, 3, 4), strict=True):
        write_clip(name, held_out=False, seed=seed, data=assets_dir, folder=folder)
    one, two, other = ((folder / "clip.avi").read_bytes() for folder in folders)
    assert one == two
    assert one != other
    take = load_take(name, load_site(folders[0] / "edgekit.yaml"), folders[0] / "truth.json")
    assert take.truth.changes


def test_lights_that_are_off_are_told_as_a_blocked_camera(assets_dir, tmp_path) -> None:
    (case,) = (one for one in blind_cases(assets_dir, 1) if one.name == "lights-out-0")
    assert [one.kind for one in take_of(replace(case, data=assets_dir), tmp_path).truth.camera] == ["blocked"]
