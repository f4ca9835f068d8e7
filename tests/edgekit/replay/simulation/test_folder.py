"""What `edgekit simulate` writes is a folder that the other commands take as it is."""

import json

import pytest
from typer.testing import CliRunner

from edgekit.cli.app import build_app
from edgekit.config.loading import load_site
from edgekit.replay.truth import load_truth
from edgekit.shelf.planogram import load_planogram


def simulate(*arguments):
    return CliRunner().invoke(build_app(), ["simulate", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("clips")
    ran = simulate("--out", out, "--scenario", "deplete", "--minutes", "0.7", "--size", "320x240", "--seed", "4")
    assert ran.exit_code == 0, ran.output
    return out / "deplete"


def test_the_folder_holds_what_a_person_would_write(folder):
    names = {"clip.avi", "reference.png", "planogram.yaml", "edgekit.yaml", "truth.json"}
    assert {path.name for path in folder.iterdir()} == names
    planogram, truth = load_planogram(folder / "planogram.yaml"), load_truth(folder / "truth.json")
    assert planogram.reference_size_hw == (240, 320)
    assert truth.facings == tuple(facing.id for facing in planogram.facings)
    assert truth.duration_s == 42.0
    assert load_site(folder / "edgekit.yaml").cameras[0].sample_fps == 5.0


def test_edgekit_run_watches_it(folder, tmp_path):
    ran = CliRunner().invoke(
        build_app(), ["run", "--config", str(folder / "edgekit.yaml"), "--out", str(tmp_path), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    assert json.loads((tmp_path / "summary.json").read_text())["cameras"][0]["telemetry"]["frames"] == 210


def test_the_scenarios_can_be_listed(tmp_path):
    ran = simulate("--out", tmp_path, "--list")
    assert "shoppers " in ran.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--scenario", "shopers"], 2, "shoppers"),
        (["--size", "big"], 2, "640x480"),
        (["--picture", "shelf.jpg"], 2, "belong together"),
        (["--products", "nowhere"], 3, "nowhere"),
        (["--picture", "shelf.jpg", "--planogram", "nowhere.yaml"], 3, "nowhere.yaml"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, arguments, code, said):
    ran = simulate("--out", tmp_path, *arguments)
    assert ran.exit_code == code
    assert said in ran.output
