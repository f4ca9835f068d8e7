from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgekit.backends.openvino import OpenVinoBackend
from edgekit.backends.protocols import LoadOptions, Session
from edgekit.bundle.bundle import Bundle
from edgekit.errors import BackendUnavailable

pytest.importorskip("openvino", reason="openvino is not installed")
MakeBundle = Callable[..., Bundle]
CPU = OpenVinoBackend()
ONE_THREAD = LoadOptions(threads=1)


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, 16, 16, 3), np.uint8)


def logits(session: Session, batch: np.ndarray) -> np.ndarray:
    return np.asarray(session.result(session.submit(batch))["logits"])


def test_outputs_are_the_graphs(opened: MakeBundle) -> None:
    bundle = opened()
    golden = bundle.golden()
    session = CPU.load(bundle.graph("float"), ONE_THREAD)
    np.testing.assert_allclose(logits(session, golden.inputs), golden.expected[bundle.encodings[0]][0], rtol=1e-5)


def test_availability_names_the_version_and_the_processor() -> None:
    available = CPU.availability()
    assert available.usable
    assert available.reason.startswith("openvino 20")
    assert "-" not in available.reason.split()[1], "a version, without the build"
    assert " on the CPU (" in available.reason


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 8])
def test_a_batch_of_any_size_is_run_in_pieces_of_the_best_batch_and_of_one(count: int, opened: MakeBundle) -> None:
    graph = opened(batch=(1, 4, 8)).graph("float")
    session = CPU.load(graph, ONE_THREAD)
    single = CPU.load(replace(graph, opt_batch=1), ONE_THREAD)
    expected = [logits(single, picture[None])[0].copy() for picture in pictures(count)]
    np.testing.assert_allclose(logits(session, pictures(count)), expected, rtol=1e-6)


def test_outputs_are_written_into_the_same_buffers_again(opened: MakeBundle) -> None:
    session = CPU.load(opened().graph("float"), ONE_THREAD)
    batch = np.zeros((2, 16, 16, 3), np.uint8)
    first = logits(session, batch)
    batch[:] = 255
    assert np.shares_memory(logits(session, batch), first)
    assert first.all()


def test_a_slot_keeps_its_outputs_while_the_other_is_used(opened: MakeBundle) -> None:
    session = CPU.load(opened().graph("float"), replace(ONE_THREAD, in_flight=2))
    first = logits(session, pictures(1))
    kept = first.copy()
    assert not np.shares_memory(logits(session, np.zeros((1, 16, 16, 3), np.uint8)), first)
    assert np.array_equal(first, kept)
    session.close()


def test_it_makes_no_reference_outputs(opened: MakeBundle) -> None:
    with pytest.raises(BackendUnavailable, match=r"cannot make reference outputs.*--backend onnxruntime"):
        CPU.load(opened().graph("float"), LoadOptions(optimise=False))


def test_a_graph_that_is_not_onnx_is_refused_in_one_line(opened: MakeBundle) -> None:
    graph = replace(opened().graph("float"), onnx=b"nonsense")
    with pytest.raises(BackendUnavailable, match=r"OpenVINO refuses the float graph: .+") as caught:
        CPU.load(graph, LoadOptions())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [{"name": "scores"}, {"dtype": "float16"}])
def test_a_graph_with_other_outputs_than_its_manifest_is_refused(change: dict[str, str], opened: MakeBundle) -> None:
    graph = opened().graph("float")
    other = replace(graph, outputs=(replace(graph.outputs[0], **change),))
    with pytest.raises(BackendUnavailable, match="its manifest says"):
        CPU.load(other, LoadOptions())


def test_outputs_of_unknown_size_are_taken_as_they_come(opened: MakeBundle) -> None:
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("NonZero", ["float"], ["where"]),
        helper.make_node("Transpose", ["where"], ["bright"], perm=[1, 0]),
    ]
    shapes = [("images", TensorProto.UINT8, [1, 16, 16, 3]), ("bright", TensorProto.INT64, [None, 4])]
    given, taken = (helper.make_tensor_value_info(*shape) for shape in shapes)
    model = helper.make_model(
        helper.make_graph(nodes, "bright", [given], [taken]),
        opset_imports=[helper.make_opsetid("", 20)],
        ir_version=10,
    )
    graph = opened().graph("float")
    output = replace(graph.outputs[0], name="bright", dtype="int64", shape=(None, 4))
    session = CPU.load(replace(graph, onnx=model.SerializeToString(), outputs=(output,), max_batch=1), ONE_THREAD)
    picture = np.zeros((1, 16, 16, 3), np.uint8)
    picture[0, 3, 5, 1] = picture[0, 7, 2, 0] = 9
    found = session.result(session.submit(picture))["bright"]
    assert found.tolist() == [[0, 3, 5, 1], [0, 7, 2, 0]]


def test_a_closed_session_says_so(opened: MakeBundle) -> None:
    session = CPU.load(opened().graph("float"), replace(ONE_THREAD, in_flight=2))
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.submit(pictures(1))


def run_in_a_new_home(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"XDG_CACHE_HOME": str(home), "HOME": str(home)}
    return subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)


def test_openvino_reports_nothing_to_anybody(tmp_path: Path) -> None:
    """Its import alone would leave an id in ~/intel and send an event."""
    code = (
        "import sys, threading\n"
        "from edgekit.backends.openvino import import_openvino\n"
        "openvino = import_openvino()\n"
        "print('openvino_telemetry' in sys.modules, threading.active_count(), callable(openvino.convert_model))"
    )
    ran = run_in_a_new_home(code, tmp_path)
    assert ran.stdout.split() == ["False", "1", "True"], "nothing hidden stays hidden, and nothing of openvino is lost"
    assert list(tmp_path.rglob("*")) == []


def test_a_signal_after_another_thread_freed_the_last_session_is_handled(opened: MakeBundle, tmp_path: Path) -> None:
    """Ctrl-C was a segmentation fault where a worker's garbage collection had freed what the main thread loaded."""
    code = (
        "import gc, os, signal, sys, threading\n"
        "from pathlib import Path\n"
        "from edgekit.backends.openvino import OpenVinoBackend\n"
        "from edgekit.backends.protocols import LoadOptions\n"
        "from edgekit.bundle.bundle import Bundle\n"
        f"bundle = Bundle.open(Path({str(opened().path)!r}))\n"
        "sessions = [OpenVinoBackend().load(bundle.graph('float'), LoadOptions(threads=1))]\n"
        "def free():\n"
        "    sessions.pop().close()\n"
        "    gc.collect()\n"
        "thread = threading.Thread(target=free)\n"
        "thread.start()\n"
        "thread.join()\n"
        "signal.signal(signal.SIGUSR1, lambda *_: print('handled'))\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
    )
    assert run_in_a_new_home(code, tmp_path).stdout.split() == ["handled"]
