"""`edgekit calibrate` as it is typed, to check and to collect."""

import json

import cv2
import numpy as np
import pytest
import typer
from edgekit_export.calibration_check import CalibrationCheck
from edgekit_export.calibration_view import CheckView
from edgekit_export.cli import calibrate, export
from rich.console import Console
from typer.testing import CliRunner

from edgekit.cli.failure import guarded


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command line in an empty folder; gives the result with exit_code, stdout and stderr."""
    app = typer.Typer()
    app.command("export")(guarded(export))
    app.command("calibrate")(guarded(calibrate))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def clip(tmp_path):
    """A video of ten scenes, five frames each."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 5, (96, 64))
    for scene in range(10):
        products = np.random.default_rng(scene).integers(0, 256, (4, 6, 3), np.uint8)
        for _ in range(5):
            writer.write(cv2.resize(products, (96, 64), interpolation=cv2.INTER_NEAREST))
    writer.release()
    return path


def test_pictures_are_checked_and_a_person_reads_what_to_do(run, tmp_path, write_pictures):
    write_pictures(tmp_path / "p", 20)[3].write_bytes(b"bad")
    done = run("calibrate", "p")
    assert done.exit_code == 0, done.stderr
    for text in ("19 pictures", "Light: dark", "lightness", "Before calibrating on them", "Left out: p/003.png"):
        assert text in done.stdout


def test_with_a_model_and_the_deployments_pictures_more_is_said(run, tmp_path, write_classifier, write_pictures):
    write_pictures(tmp_path / "p", 20)
    write_pictures(tmp_path / "q", 5, first=50)
    write_classifier(tmp_path / "net.onnx")
    assert run("export", "net.onnx", "--task", "classify", "-o", "shop.edgekit").exit_code == 0
    done = run("calibrate", "p", "--check", "--model", "shop.edgekit", "--deployment", "q")
    assert done.exit_code == 0, done.stderr
    for text in ("Are they enough?", "after 10", "Do they look like the deployment's 5 pictures?", "sharpness"):
        assert text in done.stdout
    found = json.loads(run("calibrate", "p", "--model", "shop.edgekit", "--deployment", "q", "--json").stdout)
    assert found["pictures"] == 20
    assert {"alike", "differences"} <= set(found["similarity"])
    assert found["coverage"]["covered"] in (True, False)
    assert [point["images"] for point in found["convergence"]["points"]] == [2, 5, 10]


def test_a_recording_is_collected_into_a_folder_that_can_be_checked_and_used(run, tmp_path, clip):
    done = run("calibrate", "--collect", "--camera", clip, "--people", "keep", "-o", "p")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert "10 pictures in p, 10 taken now" in done.stderr
    assert "People are kept as they are." in done.stderr
    assert "Next   edgekit calibrate p" in done.stderr
    listed = json.loads((tmp_path / "p" / "collection.json").read_text())
    assert len(listed["pictures"]) == len(list((tmp_path / "p").glob("*.jpg"))) == 10
    assert run("calibrate", "p").exit_code == 0


def test_a_second_run_adds_and_says_how_many(run, tmp_path, clip):
    run("calibrate", "--collect", "--camera", clip, "--people", "keep", "-o", "p", "--count", "4")
    again = run("calibrate", "--collect", "--camera", clip, "--people", "keep", "-o", "p", "--json")
    found = json.loads(again.stdout)
    assert (found["pictures"], found["new"]) == (10, 6)
    assert found["left"]["alike"] > 0
    assert found["cameras"] == {"clip": 10}


def test_the_cameras_of_edgekit_yaml_are_taken_where_none_is_named(run, tmp_path, clip):
    (tmp_path / "edgekit.yaml").write_text("cameras:\n  - {id: aisle-3, source: clip.avi, planogram: p.yaml}\n")
    done = run("calibrate", "--collect", "--people", "keep", "-o", "p", "--json")
    assert done.exit_code == 0, done.stderr
    assert list(json.loads(done.stdout)["cameras"]) == ["aisle-3"]


def test_without_a_model_it_is_said_that_people_cannot_be_found(run, clip):
    done = run("calibrate", "--collect", "--camera", clip, "-o", "p")
    text = " ".join(done.stderr.split())
    assert "Without a model nobody can find people: pictures in which something moves are left out" in text
    assert "somebody who stands still is kept" in text


def test_where_something_always_moves_the_way_out_is_told(run, tmp_path):
    writer = cv2.VideoWriter("busy.avi", cv2.VideoWriter_fourcc(*"MJPG"), 10, (96, 64))
    products = cv2.resize(np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8), (96, 64))
    for index in range(40):
        writer.write(np.roll(products, 9 * index, axis=1))
    writer.release()
    done = run("calibrate", "--collect", "--camera", "busy.avi", "-o", "p")
    assert "Something moves nearly always" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        ((), 2, "There is nothing to do"),
        (("p", "--collect"), 2, "give one of both"),
        (("p", "--check", "--collect"), 2, "give one of both"),
        (("p", "--camera", "0"), 2, "--camera goes with --collect"),
        (("p", "-o", "q"), 2, "-o goes with --collect"),
        (("gone",), 3, "gone: no such folder, picture, video or list"),
        (("empty",), 3, "holds no picture"),
        (("p", "--model", "gone.edgekit"), 3, "gone.edgekit"),
        (("p", "--deployment", "empty"), 3, "holds no picture"),
        (("--collect", "--camera", "0"), 2, "-o is missing"),
        (("--collect", "-o", "q"), 2, "Which cameras?"),
        (("--collect", "-o", "q", "--camera", "gone.mp4"), 3, "gone.mp4 does not exist"),
        (("--collect", "-o", "q", "--camera", "p/000.png", "--people", "hide"), 2, "there are mask, skip and keep"),
        (("--collect", "-o", "q", "--camera", "p", "--people", "mask"), 2, "--people mask needs a model"),
        (("--collect", "-o", "q", "--camera", "p", "--model", "gone.edgekit"), 3, "gone.edgekit"),
        (("--collect", "-o", "q", "--camera", "p", "--hours", "1", "--max-seconds", "2"), 2, "say the same"),
        (("--collect", "-o", "q", "--camera", "p", "--hours", "-1"), 2, "must be more than 0"),
        (("--collect", "-o", "q", "--camera", "p", "--every", "0"), 2, "must be more than 0"),
        (("--collect", "-o", "q", "--camera", "p", "--deployment", "p"), 2, "--deployment goes with PICTURES"),
        (("--collect", "-o", "p/000.png", "--camera", "p"), 3, "is not a folder that can be written to"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line_with_its_exit_code(run, tmp_path, write_pictures, arguments, code, what):
    write_pictures(tmp_path / "p", 2)
    (tmp_path / "empty").mkdir()
    done = run("calibrate", *arguments)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert done.exit_code == code, done.stderr
    assert len(errors) == 1
    assert what in errors[0]
    assert done.stdout == ""
    assert not (tmp_path / "q").exists()


def test_help_teaches_both_by_examples(run):
    text = " ".join(run("calibrate", "--help").stdout.split())
    assert "Example: edgekit calibrate pictures/ --model shop.edgekit --deployment aisle-3.mp4" in text
    assert "Example: edgekit calibrate --collect --camera rtsp://10.0.0.5/live --hours 8 -o pictures/" in text


@pytest.mark.parametrize("width", [60, 80])
def test_no_line_of_a_check_is_wider_than_the_terminal(width):
    check = CalibrationCheck(
        available=900,
        pictures=256,
        skipped=("pictures/of/a/rather/long/folder/name/camera-1_20260301T120000Z.jpg: cut off in the middle",),
        doubts=("3 calibration pictures are the same as another one, the first a.jpg: duplicates say nothing new.",),
        lightness=(20.0, 41.0, 77.0),
        light=(0, 3, 40, 100, 80, 30, 3, 0),
    )
    console = Console(width=width, color_system=None, highlight=False)
    with console.capture() as capture:
        console.print(CheckView(check))
    text = capture.get()
    assert max(map(len, text.splitlines())) <= width
    assert "256 pictures of 900, evenly spread" in text
    assert "▁▄█▇▃▁" in text
