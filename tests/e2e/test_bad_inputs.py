"""Bad input at the command line: one clear line, the documented exit code, nothing half written."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml


def complaint(ran: subprocess.CompletedProcess[str], code: int, *words: str) -> str:
    """The one line that a failed command says."""
    assert ran.returncode == code, (ran.returncode, ran.stdout, ran.stderr)
    lines = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert lines[0] == ran.stderr.splitlines()[-1]
    for word in words:
        assert word in lines[0]
    return lines[0]


@pytest.fixture
def shelf(tmp_path: Path, assets_dir: Path) -> Path:
    """A folder with a clip, a planogram and an edgekit.yaml that works without a model."""
    bottles = assets_dir / "restock-video-bottles"
    for name in ("bottle-detection.mp4", "planogram.yaml", "reference.jpg"):
        shutil.copyfile(bottles / name, tmp_path / name)
    write_config(tmp_path)
    return tmp_path


def write_config(folder: Path, **changed: object) -> None:
    raw = {
        "cameras": [{"id": "table", "source": "bottle-detection.mp4", "planogram": "planogram.yaml"}],
        **changed,
    }
    (folder / "edgekit.yaml").write_text(yaml.safe_dump(raw, sort_keys=False))


def test_the_folder_works_when_nothing_is_wrong(program, shelf: Path) -> None:
    ran = program("run", "--max-seconds", "1", "--json", cwd=shelf)
    assert ran.returncode == 0, ran.stderr


def test_without_a_config_run_and_export_say_exactly_what_is_missing(program, tmp_path: Path) -> None:
    complaint(program("run", cwd=tmp_path), 2, "edgekit.yaml", "--camera", "--planogram", "edgekit init")
    complaint(program("run", "--camera", "0", cwd=tmp_path), 2, "--planogram")
    complaint(program("export", "--int8", cwd=tmp_path), 2, "edgekit.yaml", "MODEL")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_and_a_corrupt_model(program, shelf: Path) -> None:
    (shelf / "calibration").mkdir()
    shutil.copyfile(shelf / "reference.jpg", shelf / "calibration/a.jpg")
    common = ("--int8", "--task", "detect", "--decoder", "yolox", "--calibration", "calibration", "-o", "x.edgekit")
    complaint(program("export", "nowhere.onnx", *common, cwd=shelf), 3, "nowhere.onnx")
    (shelf / "broken.onnx").write_bytes(b"not an onnx file at all")
    complaint(program("export", "broken.onnx", *common, cwd=shelf), 3, "broken.onnx")
    complaint(program("export", "mobilnet_v2", *common, cwd=shelf), 3, "mobilnet_v2", "mobilenet_v2")
    assert not list(shelf.glob("*.edgekit"))


def test_calibration_that_is_missing_empty_or_corrupt(program, shelf: Path, assets_dir: Path) -> None:
    model = assets_dir / "models/yolox_nano.onnx"
    common = ("export", model, "--int8", "--task", "detect", "--decoder", "yolox", "-o", "x.edgekit")
    complaint(program(*common, cwd=shelf), 2, "--calibration")
    complaint(program(*common, "--calibration", "nowhere", cwd=shelf), 3, "nowhere")
    (shelf / "pictures").mkdir()
    complaint(program(*common, "--calibration", "pictures", cwd=shelf), 3, "pictures")
    (shelf / "pictures/a.jpg").write_bytes(b"\xff\xd8\xff not a jpeg")
    complaint(program(*common, "--calibration", "pictures", cwd=shelf), 3, "a.jpg")
    assert not list(shelf.glob("*.edgekit"))


def test_a_class_list_of_the_wrong_length(program, shelf: Path, assets_dir: Path) -> None:
    (shelf / "classes.txt").write_text("bottle\ncup\n")
    ran = program(
        "export",
        assets_dir / "models/yolox_nano.onnx",
        *("--task", "detect", "--decoder", "yolox", "--classes", "classes.txt", "-o", "x.edgekit"),
        cwd=shelf,
    )
    complaint(ran, 3, "classes.txt", "2", "80")
    assert not list(shelf.glob("*.edgekit"))


def test_sources_that_are_missing_broken_or_no_camera(program, shelf: Path) -> None:
    complaint(program("run", "--camera", "nowhere.mp4", "--out", "out", cwd=shelf), 3, "nowhere.mp4")
    (shelf / "broken.mp4").write_bytes(b"\0" * 4096)
    complaint(program("run", "--camera", "broken.mp4", "--out", "out", cwd=shelf), 3, "broken.mp4")
    assert not (shelf / "out/summary.json").exists()
    # No camera 97 here: that is a live source, which may come back; with none at all the run gives up.
    ran = program("run", "--camera", "97", "--out", "out", cwd=shelf)
    complaint(ran, 5, "97")


def test_a_gstreamer_source_without_gstreamer_is_a_missing_capability_and_not_retried(program, shelf: Path) -> None:
    import cv2

    if "GStreamer:                   YES" in cv2.getBuildInformation():
        pytest.skip("this OpenCV has GStreamer")
    ran = program("run", "--camera", "gst: videotestsrc ! appsink", "--out", "out", cwd=shelf, timeout_s=60)
    complaint(ran, 4, "GStreamer")


def test_a_stream_that_never_answers_is_given_up_within_its_timeout_and_its_password_stays_secret(
    program, shelf: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        source = {"url": f"rtsp://staff:hunter2@127.0.0.1:{port}/shelf", "open_timeout_s": 1.0, "read_timeout_s": 1.0}
        write_config(shelf, cameras=[{"id": "table", "source": source, "planogram": "planogram.yaml"}])
        ran = program("run", "--out", "out", cwd=shelf, timeout_s=60)
    complaint(ran, 5, "127.0.0.1")
    written = b"".join(path.read_bytes() for path in shelf.rglob("*") if path.is_file() and path.name != "edgekit.yaml")
    assert "hunter2" not in ran.stdout + ran.stderr
    assert b"hunter2" not in written


def test_a_video_that_ends_early_says_so(program, shelf: Path) -> None:
    whole = (shelf / "bottle-detection.mp4").read_bytes()
    (shelf / "half.mp4").write_bytes(whole[: len(whole) // 2])
    ran = program("run", "--camera", "half.mp4", "--out", "out", cwd=shelf)
    complaint(ran, 3, "half.mp4")


@pytest.mark.parametrize(
    ("polygon", "words"),
    [
        ([[600, 100], [700, 100], [700, 200], [600, 200]], ["outside"]),
        ([[100, 100], [200, 200], [200, 100], [100, 200]], ["crosses itself"]),
    ],
)
def test_a_planogram_polygon_outside_the_picture_or_crossing_itself(
    program, shelf: Path, polygon: list[list[int]], words: list[str]
) -> None:
    raw = yaml.safe_load((shelf / "planogram.yaml").read_text())
    raw["facings"][1]["polygon"] = polygon
    (shelf / "planogram.yaml").write_text(yaml.safe_dump(raw))
    complaint(program("run", "--out", "out", cwd=shelf), 3, "planogram.yaml", "middle", *words)


def test_unknown_keys_are_named_with_line_and_nearest_valid_key(program, shelf: Path) -> None:
    text = (shelf / "edgekit.yaml").read_text()
    (shelf / "edgekit.yaml").write_text(f"{text}stor: s-1\n")
    complaint(program("run", cwd=shelf), 3, f"edgekit.yaml:{len(text.splitlines()) + 1}", "stor", "store")
    planogram = (shelf / "planogram.yaml").read_text()
    (shelf / "edgekit.yaml").write_text(text)
    (shelf / "planogram.yaml").write_text(planogram.replace("polygon:", "polygone:", 1))
    complaint(program("run", cwd=shelf), 3, "planogram.yaml:", "polygone", "polygon")


def test_a_second_run_on_the_same_state_is_refused(program, shelf: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "edgekit", "run", "--realtime", "--json"]
    first = subprocess.Popen(command, cwd=shelf, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (shelf / ".edgekit/outbox.sqlite3").exists():
            assert first.poll() is None
        complaint(program("run", cwd=shelf), 3, ".edgekit")
    finally:
        first.kill()
        first.wait()


def test_options_that_make_no_sense(program, shelf: Path) -> None:
    complaint(program("run", "--annotate", cwd=shelf), 2, "--out")
    complaint(program("run", "--encoding", "int4", cwd=shelf), 2, "int4")
    assert program("run", "--camer", "0", cwd=shelf).returncode == 2


def test_a_bundle_with_a_changed_byte_is_refused_and_the_member_named(program, bottles, tmp_path: Path) -> None:
    raw = bytearray(bottles.bundle.read_bytes())
    with zipfile.ZipFile(bottles.bundle) as archive:
        raw[archive.getinfo("graphs/float.onnx").header_offset + 1000] ^= 1
    (tmp_path / "changed.edgekit").write_bytes(raw)
    for command in (("inspect",), ("run", "--config", bottles.config, "--model")):
        complaint(program(*command, "changed.edgekit", cwd=tmp_path), 3, "changed.edgekit", "graphs/float.onnx")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file size limit")
@pytest.mark.parametrize(("limit_kib", "victim"), [(100, "outbox.sqlite3"), (2000, "annotated.mp4")])
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(
    bottles, environment, tmp_path: Path, limit_kib: int, victim: str
) -> None:
    """`ulimit -f` stands for the full disk: writing on fails the same way, whoever runs the tests."""
    command = f"ulimit -f {limit_kib}; trap '' XFSZ; exec {sys.executable} -m edgekit run --config {bottles.config} "
    command += f"--encoding float --out {tmp_path / 'out'} --annotate"
    ran = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    complaint(ran, 3, victim)
    assert {path.name for path in (tmp_path / "out").iterdir()} <= {".edgekit", "events.jsonl", "pictures"}
    for picture in (tmp_path / "out" / "pictures").rglob("*.jpg"):
        assert picture.read_bytes().endswith(b"\xff\xd9"), f"{picture.name} is half a picture"
