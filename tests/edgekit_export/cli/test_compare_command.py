"""`edgekit compare` as it is typed: what is printed where, and one line with an exit code for whatever is wrong."""

import json

import pytest
import typer
from edgekit_export.cli import compare, export
from typer.testing import CliRunner

from edgekit.cli.failure import guarded


@pytest.fixture
def run(monkeypatch, tmp_path, write_classifier, write_pictures):
    """Run a command line in a folder with net.onnx, shop.edgekit (float only) and p/."""
    app = typer.Typer()
    app.command("export")(guarded(export))
    app.command("compare")(guarded(compare))
    monkeypatch.chdir(tmp_path)
    write_classifier(tmp_path / "net.onnx")
    write_pictures(tmp_path / "p", 3)

    def invoke(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    assert invoke("export", "net.onnx", "--task", "classify", "-o", "shop.edgekit").exit_code == 0
    return invoke


def test_a_person_reads_both_names_a_verdict_and_figures(run):
    done = run("compare", "net.onnx", "shop.edgekit", "--data", "p", "--layers")
    assert done.exit_code == 0, done.stderr
    for text in ("net.onnx", "shop.edgekit", "Pictures of both: RGB", "logits", "1x4", "On 3 pictures.", "results of"):
        assert text in done.stdout
    assert "the same" in done.stdout or "equal to the last bit" in done.stdout


def test_json_is_one_line_on_standard_output_and_everything_else_elsewhere(run, tmp_path):
    (tmp_path / "p" / "bad.png").write_bytes(b"bad")
    done = run("compare", "net.onnx", "shop.edgekit", "--data", "p", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert (found["pictures"], found["decisions"]["same"]) == (3, 3)
    assert "Left out: p/bad.png" in done.stderr


def test_without_pictures_a_bundles_golden_ones_are_taken(run):
    done = run("compare", "net.onnx", "shop.edgekit", "--json")
    assert done.exit_code == 0, done.stderr
    assert "golden picture of shop.edgekit" in json.loads(done.stdout)["most_parted"][0]["name"]


def test_the_threshold_can_be_said(run):
    done = run("compare", "net.onnx", "shop.edgekit", "--layers", "--below", "1000", "--json")
    assert json.loads(done.stdout)["walk"]["threshold_db"] == 1000


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("net.onnx", "gone.onnx", "--data", "p"), 3, "gone.onnx: no such model file"),
        (("net.onnx", "gone.edgekit"), 3, "gone.edgekit"),
        (("net.onnx", "shop.edgekit:int8-cpu"), 3, "has no graph 'int8-cpu'; it has float"),
        (("net.onnx", "shop.edgekit", "--data", "gone"), 3, "gone: no such folder, picture, video or list"),
        (("net.onnx", "shop.edgekit", "--data", "empty"), 3, "holds no picture"),
        (("net.onnx", "net.onnx", "--data", "p"), 2, "says how pictures are prepared"),
        (("net.onnx", "net.onnx", "--preprocess", "unit"), 2, "--data is missing"),
        (("net.onnx", "net.onnx", "--data", "p", "--preprocess", "imgnet"), 2, "Did you mean imagenet?"),
        (("net.onnx", "net.onnx", "--data", "p", "--task", "clasify"), 2, "Tasks: classify, detect, embed"),
        (("net.onnx", "shop.edgekit", "--checkpoint", "w.pt"), 2, "neither A nor B is its name"),
        (("net.onnx", "resnet18", "--data", "p", "--checkpoint", "gone.pt"), 3, "gone.pt: no such checkpoint"),
        (("resnet18", "net.onnx", "--data", "p", "--checkpoint", "gone.pt"), 3, "gone.pt: no such checkpoint"),
        (("net.onnx", "weights.pt", "--data", "p"), 3, "weights without an architecture"),
        (("net.onnx", "mobilnet_v2", "--data", "p"), 3, "mobilenet_v2"),
        (("net.onnx", "p", "--data", "p"), 3, "p is a folder"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line_with_its_exit_code(run, tmp_path, arguments, code, what):
    (tmp_path / "empty").mkdir()
    done = run("compare", *arguments)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert done.exit_code == code, done.stderr
    assert len(errors) == 1
    assert what in errors[0]
    assert done.stdout == ""


def test_help_teaches_by_examples(run):
    done = run("compare", "--help")
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    assert "Example: edgekit compare yolox_nano.onnx shop.edgekit:int8-tensorrt" in text
    assert "Which layers does INT8 lose?" in text
