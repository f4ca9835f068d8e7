"""`edgekit replay` on rendered clips, from the command line to what stands on the screen and on the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from edgekit.cli.app import build_app

SCENES = [(8.0, ()), (12.0, ("left",)), (6.0, ("middle",)), (8.0, ())]
LEFT_AND_RIGHT = [
    ("left", 8, "out_of_stock"),
    ("right", 9, "out_of_stock"),
    ("left", 20, "stocked"),
]
"""The clip empties left and middle; this truth knows of left, knows nothing of middle, and says right was emptied."""


def replay(*arguments: object, width: int = 140) -> Result:
    return CliRunner().invoke(build_app(), ["replay", *map(str, arguments)], env={"COLUMNS": str(width)})


def lines(result: Result) -> list[dict]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def faults(make_take) -> Path:
    nuisances = ({"kind": "shopper", "from_s": 19, "until_s": 22},)
    return make_take("faults", SCENES, LEFT_AND_RIGHT, nuisances=nuisances)


def test_wrong_and_missed_events_are_named_with_what_was_true_and_the_figures_count_them(faults) -> None:
    result = replay(faults)
    assert result.exit_code == 0, result.output
    said = result.stdout
    assert re.search(r"x wrong  0:2\d\.\d middle: said out of stock; truly stocked \(shopper 0:19\.0-0:22\.0\)", said)
    assert re.search(r"- missed 0:\d\d\.\d right: nothing said; truly out of stock since 0:09\.0", said)
    assert "read stocked 100%" in said
    assert "0.500 (2/4)" in said  # precision: left twice right, middle twice wrong
    assert "0.500 (1/2)" in said  # recall: left, not right


def test_a_late_event_is_right_and_named(make_take) -> None:
    scenes = [(30.0, ()), (8.0, ("left",))]
    result = replay(make_take("late", scenes, [("left", 10, "out_of_stock")]))
    assert re.search(
        r"~ late   0:3\d\.\d left: said out of stock after 2\d\.\d visible seconds; 10.0 s were allow", result.stdout
    )
    assert "1.000 (1/1)" in result.stdout


def test_where_all_is_right_it_says_so(make_take) -> None:
    scenes = [(8.0, ()), (12.0, ("left",)), (8.0, ())]
    result = replay(make_take("depletion", scenes, [("left", 8, "out_of_stock"), ("left", 20, "stocked")]))
    assert result.stdout.startswith("no wrong, missed or late event")


def test_json_is_a_line_a_take_and_a_last_one_for_all(faults, make_take) -> None:
    make_take("quiet", [(10.0, ())], [])
    first, second, last = lines(replay(faults.parent, "--json", "--jobs", 2))
    assert (first["take"], second["take"]) == ("faults", "quiet")
    assert {one["verdict"] for one in first["findings"]} == {"wrong", "missed"}
    assert second["findings"] == []
    assert last["all"]["clips"] == 2
    assert last["all"]["camera_s"] == 44
    assert set(last["scenarios"]) == {"faults", "quiet"}


def test_a_clip_without_a_truth_is_refused_with_what_a_truth_is(faults) -> None:
    (faults / "truth.json").unlink()
    result = replay(faults / "clip.avi")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1
    assert "a truth.json says which facing is in which state when" in result.stderr
    assert "docs/replay.md" in result.stderr


@pytest.mark.parametrize(
    ("facings", "said"), [(("left", "shelf-9"), "'shelf-9' is not in"), (("left",), "'middle' is not in")]
)
def test_the_truth_of_other_facings_is_refused(faults, facings, said) -> None:
    (faults / "truth.json").write_text(json.dumps({"duration_s": 34, "facings": facings}))
    result = replay(faults)
    assert (result.exit_code, said in result.stderr) == (3, True)


def test_the_truth_of_a_longer_clip_is_refused(faults) -> None:
    truth = json.loads((faults / "truth.json").read_text()) | {"duration_s": 300}
    (faults / "truth.json").write_text(json.dumps(truth))
    result = replay(faults)
    assert result.exit_code == 3
    assert "the clip lasts 33.8 s, its truth 300.0 s" in result.stderr


def test_a_clip_may_have_its_truth_and_its_planogram_elsewhere(faults, tmp_path) -> None:
    clip = (faults / "clip.avi").rename(tmp_path / "clip.avi")
    config = tmp_path / "other.yaml"
    config.write_text(yaml.safe_dump({"shelf": yaml.safe_load((faults / "edgekit.yaml").read_text())["shelf"]}))
    asked = (clip, "--truth", faults / "truth.json", "--planogram", faults / "planogram.yaml", "--config", config)
    assert lines(replay(*asked, "--json"))[-1]["all"]["right"] == 2
    assert replay(clip, "--truth", faults / "truth.json").exit_code == 2


def test_a_sweep_shows_what_each_value_does_and_marks_what_nothing_beats(faults, tmp_path) -> None:
    out = tmp_path / "out"
    asked = ("--sweep", "shelf.hold_out_of_stock_s=1,4,60", "--json", "--out", out)
    last = lines(replay(faults, *asked))[-1]
    by_value = {one["shelf"].get("hold_out_of_stock_s"): one["figures"] for one in last["sweep"]}
    assert list(by_value) == [None, "1", "4", "60"]
    assert by_value["1"]["delay_p50_s"] < by_value["4"]["delay_p50_s"]
    assert by_value["60"]["raised"] == 0
    assert [one["unbeaten"] for one in last["sweep"]] == [False, True, False, True]
    page = (out / "replay.html").read_text()
    assert page.count('<svg class="plot"') == 3
    assert "hold_out_of_stock_s=4" in page


def test_crossed_sweeps_try_every_combination(make_take) -> None:
    quiet = make_take("quiet", [(4.0, ())], [])
    last = lines(replay(quiet, "--sweep", "shelf.window=3,5", "--sweep", "cooldown_s=0,9", "--json"))[-1]
    assert [tuple(one["shelf"].values()) for one in last["sweep"]] == [
        (),
        ("3", "0"),
        ("3", "9"),
        ("5", "0"),
        ("5", "9"),
    ]


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("shelf.hold_out_of_stock=2,5", "Did you mean shelf.hold_out_of_stock_s?"),
        ("shelf.window", "has no values"),
        ("shelf.window=3,fast", "(got 'fast')"),
        ("shelf.empty_at=2", "shelf.empty_at"),
    ],
)
def test_a_sweep_of_what_is_no_setting_is_refused(make_take, sweep, said) -> None:
    result = replay(make_take("quiet", [(1.0, ())], []), "--sweep", sweep)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_two_configurations_are_compared_event_by_event(faults, tmp_path) -> None:
    other = tmp_path / "slow.yaml"
    other.write_text(yaml.safe_dump({"shelf": {"hold_out_of_stock_s": 60, "initial_samples": 3}}))
    out = tmp_path / "out"
    against = lines(replay(faults, "--against", other, "--json", "--out", out))[-1]["against"]
    assert against["both_right"] == 0
    assert [line.split(": ")[0] for line in against["only_a_right"]] == ["faults 0:08.0 left", "faults 0:20.0 left"]
    assert all("middle: the other said" in line for line in against["only_b_right"])
    assert against["sign_test_p"] == 1
    shown = replay(faults, "--against", other)
    assert "only A right: 2" in shown.stdout
    assert "only B right: 2" in shown.stdout
    assert "Two configurations" in (out / "replay.html").read_text()


@pytest.mark.parametrize("width", [60, 100, 140])
def test_the_table_fits_its_terminal(faults, make_take, width) -> None:
    for name in ("quiet", "silent", "still"):
        make_take(name, [(2.0, ())], [])
    shown = replay(faults.parent, width=width).stdout
    table = shown.split("\n\n")[-1].splitlines()
    assert max(map(len, table)) <= width
    assert "in all" in shown
    assert ("a camera-day" in shown) == (width == 140)
