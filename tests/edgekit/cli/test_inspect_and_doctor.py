from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import DecoderSpec, Provenance
from edgekit.bundle.summary import summary_of
from edgekit.cli import doctor as doctor_command
from edgekit.cli import inspect as inspect_command
from edgekit.doctor import diagnose
from edgekit.errors import BundleTampered

MakeBundle = Callable[..., Path]
LONG = {
    "provenance": Provenance(source="tiny.onnx", edgekit_version="0.1.0", architecture="tiny [net]"),
    "decoder": DecoderSpec(name="boxes_scores", parameters={"box_format": "xyxy"}),
    "licence": "Apache-2.0",
}


@pytest.mark.parametrize("width", [60, 120])
def test_inspect_fits_its_terminal_and_says_what_matters(width: int, tiny_bundle: MakeBundle) -> None:
    console = Console(record=True, width=width, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    inspect_command.show(summary_of(Bundle.open(tiny_bundle(task="detect", manifest=LONG))), console)
    console.file.close()
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    for said in (
        "tiny.onnx, tiny [net]",
        "letterbox top left, pad 114",
        "float 0.0 MB 0.0% 0.0% 40 dB",
        "int8-cpu 0.0 MB 66.7% unknown 18 dB",
        "Apache-2.0",
    ):
        assert said in " ".join(text.split())


def test_inspect_prints_everything_as_json(tiny_bundle: MakeBundle, capsys: pytest.CaptureFixture[str]) -> None:
    path = tiny_bundle(members={"report.json": b'{"map": 0.3}'})
    inspect_command.inspect(path, as_json=True)
    summary = json.loads(capsys.readouterr().out)
    assert summary["graphs"]["float"]["macs"]["total"] == 9
    assert summary["report"] == {"map": 0.3}
    assert {entry["path"] for entry in summary["files"]} >= {"graphs/float.onnx", "golden/inputs.npy"}


def test_inspect_refuses_a_changed_bundle(tiny_bundle: MakeBundle) -> None:
    path = tiny_bundle()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleTampered):
        inspect_command.inspect(path)


@pytest.mark.parametrize("width", [60, 120])
def test_doctor_fits_its_terminal(width: int) -> None:
    console = Console(record=True, width=width, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    doctor_command.show(diagnose(), console)
    console.file.close()
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    assert "What works here" in text


def test_doctor_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    doctor_command.doctor(as_json=True)
    assert set(json.loads(capsys.readouterr().out)) == {"findings", "abilities"}
