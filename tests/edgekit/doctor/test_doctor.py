from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edgekit.backends.driver import Driver, Gpu
from edgekit.backends.protocols import LoadOptions
from edgekit.bundle.manifest import Encoding
from edgekit.doctor import Ability, Diagnosis, Finding, Status, diagnose
from edgekit.doctor.accelerators import gpu
from edgekit.doctor.cameras import cameras
from edgekit.doctor.diagnosis import abilities
from edgekit.doctor.machine import cache
from edgekit.doctor.models import graph_choice
from edgekit.doctor.packages import clashing, optional
from edgekit.doctor.vision import built_with
from edgekit.errors import BundleError

BUILD_INFORMATION = """
  Video I/O:
    DC1394:                      NO
    FFMPEG:                      YES
      avcodec:                   YES (59.37.100)
    GStreamer:                   YES (1.20.3)
    v4l/v4l2:                    YES (linux/videodev2.h)
"""


def device_files(folder: Path, *numbered: tuple[int, str, int]) -> tuple[Path, Path]:
    devices, classes = folder / "dev", folder / "class"
    devices.mkdir()
    (devices / "video-codec0").touch()
    for number, name, index in numbered:
        (devices / f"video{number}").touch()
        described = classes / f"video{number}"
        described.mkdir(parents=True)
        (described / "name").write_text(f"{name}\n")
        (described / "index").write_text(f"{index}\n")
    return devices, classes


def test_a_diagnosis_covers_every_part_and_is_json() -> None:
    diagnosis = diagnose()
    sections = {finding.section for finding in diagnosis.findings}
    assert sections >= {"Machine", "GPU", "ONNX Runtime", "Video", "Cameras", "Export"}
    assert {ability.name for ability in diagnosis.abilities} >= {
        "run bundles with tensorrt",
        "run bundles with onnxruntime",
        "export ONNX files",
        "read USB cameras",
    }
    assert json.loads(json.dumps(diagnosis.to_json()))["findings"][0]["name"] == "edgekit"


def test_what_is_not_usable_comes_with_what_to_do() -> None:
    for ability in diagnose().abilities:
        assert ability.usable or ability.remedy, ability


def test_everything_is_one_line() -> None:
    diagnosis = diagnose()
    assert not [finding for finding in diagnosis.findings if "\n" in finding.value + (finding.advice or "")]
    assert not [ability for ability in diagnosis.abilities if "\n" in ability.reason + (ability.remedy or "")]


def test_cameras_are_named_by_sysfs_and_metadata_files_are_left_out(tmp_path: Path) -> None:
    found = cameras(*device_files(tmp_path, (10, "Shelf cam", 0), (2, "HD Webcam", 0), (3, "HD Webcam", 1)))
    assert [finding.value for finding in found] == [
        "HD Webcam (edgekit run --camera 2)",
        "Shelf cam (edgekit run --camera 10)",
    ]


def test_no_camera_is_said_with_what_to_do(tmp_path: Path) -> None:
    [none] = cameras(tmp_path, tmp_path)
    assert none.status is Status.ABSENT
    assert "--device /dev/video0" in (none.advice or "")


def test_two_packages_of_one_module_are_a_warning_with_a_command() -> None:
    both = {"onnxruntime": "1.20", "onnxruntime-gpu": "1.20"}
    clash = clashing("ONNX Runtime", "onnxruntime", both, "onnxruntime-gpu")
    assert clash is not None
    assert clash.status is Status.WARNING
    assert clash.advice == "pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu"
    assert clashing("ONNX Runtime", "onnxruntime", {"onnxruntime": "1.20"}, "onnxruntime") is None


@pytest.mark.parametrize(
    ("name", "version"), [("FFMPEG", "yes"), ("GStreamer", "1.20.3"), ("DC1394", None), ("OpenNI", None)]
)
def test_opencvs_build_information_is_read_by_line(name: str, version: str | None) -> None:
    assert built_with(BUILD_INFORMATION, name) == version


def test_a_driver_with_a_gpu_is_shown_and_a_broken_one_is_a_warning() -> None:
    shown = gpu(Driver("550.54", "12.4", (Gpu(0, "RTX 4000", "8.9", 20 * 10**9),), None))
    assert [finding.value for finding in shown] == ["550.54, up to CUDA 12.4", "RTX 4000, SM 8.9, 20.0 GB"]
    [broken] = gpu(Driver("550.54", None, (), "the NVIDIA driver does not start (cuInit: error 803)"))
    assert broken.status is Status.WARNING
    [none] = gpu(Driver("unknown", None, (), "no NVIDIA driver"))
    assert none.status is Status.ABSENT


def test_the_cache_is_judged_where_it_will_be_made(tmp_path: Path) -> None:
    [finding] = cache(tmp_path / "not" / "yet" / "there")
    assert str(tmp_path / "not" / "yet" / "there") in finding.value
    assert not (tmp_path / "not").exists()


def test_a_missing_package_is_absent_with_what_to_type() -> None:
    finding = optional("Export", "no-such-package", "`edgekit export`", "pip install 'edgekit[export]'")
    assert (finding.status, finding.advice) == (Status.ABSENT, "pip install 'edgekit[export]'")


def test_abilities_follow_from_findings() -> None:
    found = (
        Finding("Video", "FFmpeg", "yes"),
        Finding("Video", "GStreamer", "not in this OpenCV", Status.ABSENT, "use another"),
        Finding("Cameras", "/dev/video0", "Webcam"),
    )
    by_name = {ability.name: ability for ability in abilities(found)}
    assert by_name["read videos and RTSP cameras"] == Ability(
        "read videos and RTSP cameras", True, "OpenCV with FFmpeg", None
    )
    assert by_name["read GStreamer and CSI cameras"].remedy == "use another"
    assert by_name["read USB cameras"].reason == "/dev/video0"


def test_warnings_are_what_should_be_mended() -> None:
    bad = Finding("a", "b", "c", Status.WARNING)
    assert Diagnosis((Finding("a", "b", "c"), bad), ()).warnings == (bad,)


def test_a_bundles_choice_is_told_with_its_reason(tiny_bundle: Callable[..., Path], tmp_path: Path) -> None:
    path = tiny_bundle(wrong=(Encoding.INT8_CPU,))
    chosen, *mismatched = graph_choice(path, tmp_path / "cache", LoadOptions(threads=1))
    assert not chosen.value.startswith("int8-cpu")
    assert mismatched, "one for each backend that is usable here"
    for finding in mismatched:
        assert finding.status is Status.WARNING
        assert finding.name.startswith("int8-cpu by ")
        assert "does not reproduce its golden outputs" in finding.value
        assert finding.advice == "Export it again."
    with pytest.raises(BundleError, match=r"none\.edgekit"):
        graph_choice(tmp_path / "none.edgekit")
