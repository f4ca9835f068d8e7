"""The parts of benchmarks/shelf_events.py: what it compares with, which clips it makes, how it counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from shelf_bench.aisle import FACINGS, aisle_take
from shelf_bench.bottles import truth_of
from shelf_bench.cases import HELD_OUT_FROM, Case, Group, Looks, nuisance_cases, simulated_cases, take_of
from shelf_bench.peer import ColourDifference, samples_of
from shelf_bench.photos import PHOTOS, photo_planogram
from shelf_bench.running import judged
from shelf_bench.table import as_json, lines

from edgekit.shelf.planogram import load_planogram
from edgekit.testing import FakeShelf

ANNOTATIONS = {
    "fps": 10.0,
    "duration_s": 20.0,
    "events": [
        {"facing": "b", "frame": 90, "type": "restocked"},
        {"facing": "b", "frame": 40, "type": "out_of_stock"},
    ],
    "hand_intervals": {"a": [], "b": [[30, 44], [80, 99]]},
    "hand_in_frame": [[28, 46]],
}


def test_the_bottles_annotations_become_a_truth() -> None:
    truth = truth_of(ANNOTATIONS)
    assert truth.facings == ("a", "b")
    assert [(one.time_s, one.state.value) for one in truth.changes] == [(4.0, "out_of_stock"), (9.0, "stocked")]
    assert truth.hidden == {"a": (), "b": ((3.0, 4.5), (8.0, 10.0))}
    assert [(one.from_s, one.until_s) for one in truth.nuisances] == [(2.8, 4.7)]


def test_the_floor_tells_what_stays_another_colour_for_its_hold_and_nothing_shorter(tmp_path: Path) -> None:
    shelf = FakeShelf(tmp_path, ("left", "middle"))
    clip = shelf.write_clip(tmp_path / "clip.avi", [(3.0, ()), (6.0, ("left",)), (0.4, ("middle",)), (6.0, ())])
    site = shelf.site(str(clip))
    watched = ColourDifference().watch(samples_of(site), load_planogram(shelf.planogram), site.shelf)
    assert [(one.facing, one.kind.value, one.time_s) for one in watched.claims] == [
        ("left", "opened", pytest.approx(3.6)),
        ("left", "resolved", pytest.approx(9.6)),
    ]
    assert [one.state.value for one in watched.stretches["left"]] == ["stocked", "out_of_stock", "stocked"]


def test_tuning_and_held_out_clips_share_neither_seed_nor_photograph() -> None:
    cases = simulated_cases(Path(), ("deplete", "bump"), 4, tuple(Looks), None)
    assert len(cases) == 16
    assert all((case.seed >= HELD_OUT_FROM) == (case.group is Group.HELD_OUT) for case in cases)
    assert {case.looks for case in cases} == set(Looks)
    assert not set(PHOTOS[True]) & set(PHOTOS[False])
    assert sum(case.seconds or 0 for case in nuisance_cases(Path(), 60)) == 3600


@pytest.mark.parametrize("photo", [*PHOTOS[True], *PHOTOS[False]])
def test_the_facings_of_a_photograph_lie_in_it(photo: str, assets_dir: Path, tmp_path: Path) -> None:
    assert len(load_planogram(photo_planogram(photo, assets_dir, tmp_path)).facings) >= 7


def test_the_aisle_is_as_long_as_asked_and_nothing_happens_in_it(assets_dir: Path, tmp_path: Path) -> None:
    take = aisle_take(assets_dir, tmp_path, 3600)
    assert (take.truth.duration_s, take.truth.changes, len(take.truth.facings)) == (3600, (), len(FACINGS))


def test_a_case_is_judged_and_stands_in_table_and_json(assets_dir: Path) -> None:
    case = Case("still-0", Group.HELD_OUT, assets_dir, "still", HELD_OUT_FROM, 6.0)
    outcome = judged(case)
    assert outcome.ours.score.wrong == ()
    assert outcome.ours.stocked_s[1] > 0
    printed = "\n".join(lines([outcome]))
    assert "held-out: all 1" in printed
    assert max(map(len, printed.splitlines())) <= 130
    assert as_json([outcome])["groups"]["held-out"]["transitions"] == 0


def test_a_photograph_s_clip_can_be_made(assets_dir: Path, tmp_path: Path) -> None:
    case = Case("x", Group.HELD_OUT, assets_dir, "deplete", HELD_OUT_FROM, 4.0, Looks.PHOTO)
    take = take_of(case, tmp_path)
    assert set(take.truth.facings) == {facing.id for facing in load_planogram(tmp_path / "photo.yaml").facings}
