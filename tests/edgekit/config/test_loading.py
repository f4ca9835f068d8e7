from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from edgekit.config.loading import load_site
from edgekit.config.schema import SiteConfig
from edgekit.errors import ConfigError

CAMERA = "cameras:\n  - id: a\n    source: 0\n    planogram: a.yaml\n"


def load(folder: Path, text: str, environment: dict[str, str] | None = None) -> SiteConfig:
    path = folder / "edgekit.yaml"
    path.write_text(text)
    return load_site(path, environment=environment or {})


def refusal(folder: Path, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, environment)
    assert str(caught.value).startswith(f"{folder / 'edgekit.yaml'}:")
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{folder / 'edgekit.yaml'}:")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stroe: x\n", "1: unknown key `stroe`. Did you mean `store`?"),
        (CAMERA + "    smaple_fps: 5\n", "5: unknown key `smaple_fps` in cameras[0]. Did you mean `sample_fps`?"),
        (
            "cameras:\n - id: a\n   planogram: x\n   source:\n     url: 0\n     transprt: tcp\n",
            "6: unknown key `transprt` in cameras[0].source. Did you mean `transport`?",
        ),
        ("shelf:\n  windw: 3\n", "2: unknown key `windw` in shelf. Did you mean `window`?"),
        ('shelf: {"rtsp://u:hunter2@h/p": 3}\n', "1: unknown key `rtsp://u:***@h/p` in shelf."),
        (
            "sinks:\n  - {type: jsonl, pth: e}\n",
            "2: unknown key `pth` in sinks[0] (and 1 more problem). Did you mean `path`?",
        ),
        ("retention:\n  weeks: 3\n", "2: unknown key `weeks` in retention. Known here: days, megabytes."),
        ("models: {'a b': c}\n", "1: models.a b: expected text that matches"),
    ],
)
def test_an_unknown_key_is_named_with_line_and_nearest_valid_key(tmp_path: Path, text: str, says: str) -> None:
    assert refusal(tmp_path, text).startswith(says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("shelf:\n  window: 0\n", "2: shelf.window: expected 1 or more, got 0."),
        ("store: 12\n", '1: store: expected text, got 12. Write it in quotes: "12".'),
        (
            "encoding: int8\n",
            "1: encoding: expected 'auto', 'float', 'fp16', 'int8-tensorrt' or 'int8-cpu', got 'int8'.",
        ),
        ("threads: 1.5\n", "1: threads: expected a whole number, got 1.5."),
        ("cameras: {a: 1}\n", "1: cameras: expected a list, got a mapping (a)."),
        ("- 1\n", "1: the file: expected a mapping of keys to values, got a list of 1."),
        ("cameras:\n - id: a\n   planogram: b\n", "2: `source` is missing in cameras[0]."),
        ("model: [1]\n", "1: model: expected a path, got a list of 1."),
        ("\nmodel: a\nmodels: {b: c}\n", "2: give either `model` or `models`, not both."),
        ("sinks:\n  - {type: kafka}\n", "2: sinks[0].type: expected one of 'jsonl', 'stdout', got 'kafka'."),
        ("sinks:\n  - {path: x}\n", "2: `type` is missing in sinks[0]."),
        ("shelf: {stillness_s: .inf}\n", "1: shelf.stillness_s: expected a finite number, got inf."),
        (CAMERA.replace("source: 0", "source: {url: 0, read_timeout_s: .inf}"), "3: cameras[0].source.read_timeout_s:"),
        (CAMERA.replace("source: 0", "source: -1"), "3: cameras[0].source: a camera index is 0 or more, got -1."),
        (CAMERA.replace("source: 0", "source: yes"), "3: cameras[0].source: expected a camera index, a URL, a file"),
        (CAMERA.replace("source: 0", "source: [0]"), "3: cameras[0].source: expected a camera index, a URL, a file"),
        (CAMERA + "    started_at: noon\n", "5: cameras[0].started_at: expected a date and time, such as"),
        (CAMERA + "  - {id: a, source: 1, planogram: b}\n", "1: cameras: camera id 'a' is used more than once."),
        ("shelf: {window: 0, min_score: 2}\nthreads: 0\n", "1: shelf.window: expected 1 or more, got 0 (and 2 more"),
    ],
)
def test_a_wrong_value_says_expected_and_got_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    assert refusal(tmp_path, text).startswith(says)


def test_a_missing_file_points_at_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="edgekit init"):
        load_site(tmp_path / "edgekit.yaml")


def test_paths_are_relative_to_the_file_and_urls_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "preprocess.yaml").write_text("")
    site = load(
        tmp_path,
        "model: p.edgekit\n"
        "export: {model: m.onnx, calibration: cal/, preprocess: preprocess.yaml}\n"
        "cameras:\n"
        "  - {id: a, source: 'rtsp://cam/x', planogram: p.yaml}\n"
        "  - {id: b, source: clip.mp4, planogram: /abs/p.yaml}\n"
        "  - {id: c, source: {url: pics/, fps: 3}, planogram: p.yaml}\n"
        "  - {id: d, source: 'gst: v4l2src ! appsink', planogram: p.yaml}\n"
        "  - {id: e, source: 1, planogram: p.yaml}\n"
        "  - {id: f, source: /dev/video0, planogram: p.yaml}\n"
        "sinks: [{type: jsonl, path: e.jsonl}]\n",
    )
    assert [camera.source.url for camera in site.cameras] == [
        "rtsp://cam/x",
        str(tmp_path / "clip.mp4"),
        f"{tmp_path}/pics/",
        "gst: v4l2src ! appsink",
        1,
        "/dev/video0",
    ]
    assert [camera.planogram for camera in site.cameras[:2]] == [tmp_path / "p.yaml", Path("/abs/p.yaml")]
    assert site.models == {"shelf": tmp_path / "p.edgekit"}
    assert site.export is not None
    assert (site.export.model, site.export.calibration) == (str(tmp_path / "m.onnx"), tmp_path / "cal")
    assert site.export.preprocess == str(tmp_path / "preprocess.yaml")
    assert site.sinks[0].path == tmp_path / "e.jsonl"  # type: ignore[union-attr]
    assert site.state == tmp_path / ".edgekit"


def test_a_model_given_by_name_is_not_taken_for_a_path(tmp_path: Path) -> None:
    site = load(tmp_path, "export: {model: mobilenet_v2, checkpoint: m.pt}\n")
    assert site.export is not None
    assert (site.export.model, site.export.checkpoint) == ("mobilenet_v2", tmp_path / "m.pt")


def test_a_start_without_a_time_zone_is_utc(tmp_path: Path) -> None:
    site = load(tmp_path, CAMERA + "    started_at: 2026-01-02 03:04:05\n")
    assert site.cameras[0].started_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    text = CAMERA.replace("source: 0", "source: rtsp://u:${PASSWORD}@${HOST}/s")
    site = load(tmp_path, text, {"PASSWORD": "hush", "HOST": "cam"})
    assert site.cameras[0].source.url == "rtsp://u:hush@cam/s"
    assert "hush" not in repr(site)


def test_a_doubled_dollar_keeps_the_text(tmp_path: Path) -> None:
    site = load(tmp_path, "state: $${NAME}\n")
    assert site.state == tmp_path / "${NAME}"


def test_a_variable_that_is_not_set_is_named_with_its_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, "store: s\nbackend: ${NOWHERE}\n", {"OTHER": "hush"})
    assert said.startswith("2: the environment variable NOWHERE is not set.")
    assert refusal(tmp_path, "store: ${1X}\n").startswith("1: ${1X} does not name an environment variable.")


@pytest.mark.parametrize(
    "text",
    [
        "store: ${SECRET}\n",
        "threads: ${SECRET}\n",
        "encoding: x${SECRET}\n",
        CAMERA.replace("source: 0", "source: {url: 0, transport: '${SECRET}'}"),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown(tmp_path: Path, text: str) -> None:
    said = refusal(tmp_path, text, {"SECRET": "hu sh!"})
    assert "hu sh" not in said
    assert "what SECRET of the environment holds" in said


def test_a_password_typed_into_the_wrong_field_is_not_shown(tmp_path: Path) -> None:
    assert "hush" not in refusal(tmp_path, "encoding: rtsp://user:hush@cam/stream\n")
