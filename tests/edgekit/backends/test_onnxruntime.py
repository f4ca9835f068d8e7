from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgekit.backends.onnxruntime import OnnxRuntimeBackend
from edgekit.backends.protocols import LoadOptions
from edgekit.bundle.bundle import Bundle
from edgekit.errors import BackendUnavailable

MakeBundle = Callable[..., Bundle]
CPU = OnnxRuntimeBackend("cpu")


def test_outputs_are_the_graphs(opened: MakeBundle) -> None:
    bundle = opened()
    golden = bundle.golden()
    session = CPU.load(bundle.graph("float"), LoadOptions(threads=1))
    outputs = session.result(session.submit(golden.inputs))
    np.testing.assert_allclose(outputs["logits"], golden.expected[bundle.encodings[0]][0], rtol=1e-5)


def test_outputs_are_written_into_the_same_buffers_again(opened: MakeBundle) -> None:
    session = CPU.load(opened().graph("float"), LoadOptions(threads=1))
    batch = np.zeros((1, 16, 16, 3), np.uint8)
    first = session.result(session.submit(batch))["logits"]
    batch[:] = 255
    second = session.result(session.submit(batch))["logits"]
    assert second is first
    assert first.all()


def test_int8_tensorrt_is_a_reference_with_optimisations_off_only(opened: MakeBundle) -> None:
    graph = opened().graph("int8-tensorrt")
    with pytest.raises(BackendUnavailable, match=r"only as a reference.*int8-cpu"):
        CPU.load(graph, LoadOptions())
    CPU.load(graph, LoadOptions(optimise=False)).close()


def test_a_graph_that_is_not_onnx_is_refused_in_one_line(opened: MakeBundle) -> None:
    graph = replace(opened().graph("float"), onnx=b"nonsense")
    with pytest.raises(BackendUnavailable, match="refuses the float graph") as caught:
        CPU.load(graph, LoadOptions())
    assert "\n" not in str(caught.value)


def test_a_graph_with_other_outputs_than_its_manifest_is_refused(opened: MakeBundle) -> None:
    graph = opened().graph("float")
    other = replace(graph, outputs=(replace(graph.outputs[0], name="scores"),))
    with pytest.raises(BackendUnavailable, match="its manifest says"):
        CPU.load(other, LoadOptions())


def test_outputs_of_unknown_size_are_taken_as_they_come(opened: MakeBundle) -> None:
    graph = opened().graph("float")
    open_ended = replace(graph, outputs=(replace(graph.outputs[0], shape=(None, None)),))
    session = CPU.load(open_ended, LoadOptions(threads=1))
    assert session.result(session.submit(np.zeros((2, 16, 16, 3), np.uint8)))["logits"].shape == (2, 3)


def test_a_closed_session_says_so(opened: MakeBundle) -> None:
    session = CPU.load(opened().graph("float"), LoadOptions(in_flight=2, threads=1))
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.submit(np.zeros((1, 16, 16, 3), np.uint8))


def test_onnxruntime_reports_nothing_to_anybody(tmp_path: Path) -> None:
    """From 1.31 on its import alone leaves a device id and a queue of events in the user's cache."""
    code = "from edgekit.backends.onnxruntime import import_onnxruntime; import_onnxruntime()"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
