import json

import pytest
import typer
from edgekit_export.cli import evaluate, export
from typer.testing import CliRunner

from edgekit.bundle.bundle import Bundle
from edgekit.cli.failure import guarded


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command line in an empty folder; gives the result with exit_code, stdout and stderr."""
    app = typer.Typer()
    app.command("export")(guarded(export))
    app.command("evaluate")(guarded(evaluate))
    monkeypatch.chdir(tmp_path)
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


@pytest.fixture
def net(tmp_path, write_classifier):
    return write_classifier(tmp_path / "net.onnx")


def graphs(path):
    bundle = Bundle.open(path)
    return {encoding: bundle.graph(encoding).onnx for encoding in bundle.manifest.graphs}


def test_a_person_reads_contract_classes_figures_and_what_to_do_next(run, tmp_path, net, write_pictures):
    write_pictures(tmp_path / "p", 20)[3].write_bytes(b"bad")
    done = run("export", net, "--task", "classify", "--int8", "--calibration", "p", "-o", "shop.edgekit")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    shown = " ".join(done.stderr.split())
    for text in (
        "RGB, 0-1, minus 0.485/0.456/0.406",
        "default of classifiers",
        "4: numbered (the model names none)",
        "003.png: not a picture that OpenCV can decode",
        "int8-tensorrt",
        "Bundle shop.edgekit",
        "Report shop.report/report.html",
        "Next edgekit run --model shop.edgekit",
    ):
        assert text in shown
    assert (tmp_path / "shop.report" / "report.html").is_file()


def test_a_second_export_takes_its_steps_from_the_cache_and_none_is_kept_without(run, tmp_path, net, write_pictures):
    write_pictures(tmp_path / "p", 20)
    asked, kept = ("export", net, "--task", "classify", "--int8", "--calibration", "p", "-o"), tmp_path / "cache"
    assert run(*asked, "without.edgekit", "--no-cache").exit_code == 0
    assert not kept.exists()
    assert run(*asked, "a.edgekit").exit_code == 0
    results = {path.name: path.stat().st_ino for path in (kept / "edgekit" / "quantizing").iterdir()}
    assert len(results) >= 3  # what was measured, both rankings, noise of choices
    assert run(*asked, "a.edgekit").exit_code == 0
    assert {path.name: path.stat().st_ino for path in (kept / "edgekit" / "quantizing").iterdir()} == results
    assert graphs(tmp_path / "a.edgekit") == graphs(tmp_path / "without.edgekit")


def test_several_calibration_sources_are_taken_together(run, tmp_path, net, write_pictures):
    write_pictures(tmp_path / "p", 10)
    write_pictures(tmp_path / "q", 10, first=10)
    done = run(
        "export", net, "--task", "classify", "--int8", "--calibration", "p", "--calibration", "q", "-o", "a.edgekit"
    )
    assert done.exit_code == 0, done.stderr
    assert Bundle.open(tmp_path / "a.edgekit").manifest.provenance.calibration == "20 pictures of p, q"


def test_a_bare_export_reads_edgekit_yaml_and_writes_its_model(run, tmp_path, net, write_pictures):
    write_pictures(tmp_path / "calibration", 20)
    (tmp_path / "edgekit.yaml").write_text(
        "model: products.edgekit\nexport: {model: net.onnx, task: classify, calibration: calibration/}\n"
    )
    done = run("export", "--int8")
    assert done.exit_code == 0, done.stderr
    assert len(Bundle.open(tmp_path / "products.edgekit").encodings) >= 3


def test_the_command_line_comes_before_edgekit_yaml(run, tmp_path, net):
    (tmp_path / "names.txt").write_text("a\nb\nc\nd\n")
    (tmp_path / "edgekit.yaml").write_text(
        "model: p.edgekit\nexport: {model: net.onnx, task: detect, decoder: yolox}\n"
    )
    assert run("export", "--task", "classify", "-o", "q.edgekit").exit_code == 2
    (tmp_path / "edgekit.yaml").write_text("model: p.edgekit\nexport: {model: net.onnx, task: detect}\n")
    done = run("export", "--task", "classify", "--classes", "names.txt", "-o", "q.edgekit")
    assert done.exit_code == 0, done.stderr
    assert Bundle.open(tmp_path / "q.edgekit").manifest.class_names == ("a", "b", "c", "d")
    assert not (tmp_path / "p.edgekit").exists()


@pytest.mark.parametrize(
    ("yaml", "arguments", "code", "what"),
    [
        (None, ("--int8",), 2, "MODEL is missing, and there is no edgekit.yaml"),
        ("model: p.edgekit", ("--int8",), 2, "edgekit.yaml has no section export:"),
        ("export: {model: net.onnx, task: classify}", (), 2, "edgekit.yaml names no model"),
        ("models: {a: a.edgekit, b: b.edgekit}\nexport: {model: net.onnx}", (), 2, "several models (a, b)"),
        ("model: p.edgekit\nexport: {model: net.onnx, task: classify}", ("--int8",), 2, "no export.calibration"),
        ("model: p.edgekit\nexport: {modle: net.onnx}", (), 3, "modle"),
        (None, ("net.onnx",), 2, "-o is missing"),
        (None, ("net.onnx", "-o", "a.edgekit", "--task", "clasify"), 2, "Tasks: classify, detect, embed"),
        (None, ("net.onnx", "-o", "a.edgekit", "--task", "classify", "--int8"), 2, "--calibration is missing"),
        (None, ("gone.onnx", "-o", "a.edgekit"), 3, "gone.onnx: no such model file"),
        (None, ("mobilnet_v2", "-o", "a.edgekit"), 3, "Nearest: mobilenet_v2"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line_with_its_exit_code(run, tmp_path, net, yaml, arguments, code, what):
    if yaml is not None:
        (tmp_path / "edgekit.yaml").write_text(yaml)
    done = run("export", *arguments)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert done.exit_code == code
    assert len(errors) == 1
    assert what in errors[0]
    assert not list(tmp_path.glob("*.edgekit"))


def test_evaluate_prints_exactly_the_contract(run, tmp_path, net, write_pictures):
    run("export", net, "--task", "classify", "-o", "shop.edgekit")
    for number in range(4):
        write_pictures(tmp_path / "d" / f"class_{number}", 2, first=10 * number)
    (tmp_path / "d" / "class_0" / "bad.png").write_bytes(b"bad")
    done = run("evaluate", "shop.edgekit", "--data", "d", "--encoding", "float", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert list(found) == ["task", "encoding", "backend", "images", "metrics"]
    assert (found["task"], found["encoding"], found["backend"], found["images"]) == (
        "classify",
        "float",
        "onnxruntime",
        8,
    )
    assert list(found["metrics"]) == ["top1", "top5"]
    assert found["metrics"]["top5"] == 1.0
    assert "bad.png" in done.stderr


def test_evaluate_shows_people_a_table(run, tmp_path, net, write_pictures):
    run("export", net, "--task", "classify", "-o", "shop.edgekit")
    write_pictures(tmp_path / "d" / "0", 3)
    done = run("evaluate", "shop.edgekit", "--data", "d", "--encoding", "float")
    assert "top-1" in done.stdout
    assert "matched by number" in done.stderr


def test_evaluate_of_a_detector_prints_average_precision(run, tmp_path, write_yolox, write_pictures):
    write_pictures(tmp_path / "d" / "images", 2)
    content = {
        "images": [{"id": index, "file_name": f"{index:03d}.png"} for index in range(2)],
        "categories": [{"id": 1, "name": "class_1"}],
        "annotations": [{"image_id": 0, "category_id": 1, "bbox": [1, 1, 20, 20]}],
    }
    (tmp_path / "d" / "annotations.json").write_text(json.dumps(content))
    write_yolox(tmp_path / "det.onnx")
    run("export", "det.onnx", "--task", "detect", "--decoder", "yolox", "-o", "det.edgekit")
    done = run("evaluate", "det.edgekit", "--data", "d", "--encoding", "float", "--json")
    assert done.exit_code == 0, done.stderr
    assert list(json.loads(done.stdout)["metrics"]) == ["map", "map50", "map75"]


@pytest.mark.parametrize(
    ("bundle", "data", "code", "what"),
    [
        ("gone.edgekit", "d", 3, "gone.edgekit"),
        ("shop.edgekit", "gone", 3, "no such folder or list"),
        ("shop.edgekit", "plums", 3, "none of the model's 4 classes"),
        ("torn.edgekit", "d", 3, "torn.edgekit"),
    ],
)
def test_evaluate_says_what_is_wrong(run, tmp_path, net, write_pictures, bundle, data, code, what):
    run("export", net, "--task", "classify", "-o", "shop.edgekit")
    (tmp_path / "torn.edgekit").write_bytes((tmp_path / "shop.edgekit").read_bytes()[:-100])
    write_pictures(tmp_path / "d" / "0", 1)
    write_pictures(tmp_path / "plums" / "plum", 1)
    done = run("evaluate", bundle, "--data", data, "--json")
    assert (done.exit_code, done.stdout) == (code, "")
    assert what in done.stderr


@pytest.mark.parametrize("command", ["export", "evaluate"])
def test_help_teaches_by_an_example(run, command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"Example: edgekit {command}" in " ".join(done.stdout.split())
