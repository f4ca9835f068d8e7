from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgekit.backends.candidates import Candidate, candidates_for
from edgekit.backends.fake import FakeBackend, FakeSession
from edgekit.backends.onnxruntime import OnnxRuntimeBackend, OnnxRuntimeSession
from edgekit.backends.protocols import Availability, Graph, LoadOptions, Outputs, Session, Ticket
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.golden import bytes_of, golden_members
from edgekit.bundle.manifest import Encoding
from edgekit.config.environment import cache_folder
from edgekit.errors import BackendUnavailable, BundleError, GoldenMismatch, UsageError

MakeBundle = Callable[..., Bundle]
ONE_THREAD = LoadOptions(threads=1)


class Delayed:
    """A session of onnxruntime that computes a graph's outputs several times over."""

    def __init__(self, session: OnnxRuntimeSession, times: int, closed: list[str], encoding: str) -> None:
        self._session, self._times, self._closed, self._encoding = session, times, closed, encoding
        self.inputs, self.outputs = session.inputs, session.outputs

    def submit(self, batch: np.ndarray) -> Ticket:
        for _ in range(self._times - 1):
            self._session.result(self._session.submit(batch))
        return self._session.submit(batch)

    def result(self, ticket: Ticket) -> Outputs:
        return self._session.result(ticket)

    def close(self) -> None:
        self._closed.append(self._encoding)
        self._session.close()


class Weighted(OnnxRuntimeBackend):
    """onnxruntime, where some encodings are made slower; remembers what it loaded and closed."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        super().__init__("cpu")
        self.weights, self.loaded, self.closed = weights, [], []
        self.refused: set[str] = set()

    def load(self, graph: Graph, options: LoadOptions) -> Session:  # type: ignore[override]
        if graph.encoding in self.refused:
            raise BackendUnavailable("out of memory.")
        self.loaded.append((graph.encoding, options.optimise))
        return Delayed(super().load(graph, options), self.weights.get(graph.encoding, 1), self.closed, graph.encoding)


def names(groups: Sequence[Sequence[Candidate]]) -> list[list[str]]:
    return [[str(each) for each in group] for group in groups]


def test_auto_tries_candidates_in_the_documented_order() -> None:
    every = [encoding.value for encoding in Encoding]
    assert names(candidates_for(every, encoding="auto", backend_name="auto")) == [
        ["int8-tensorrt by tensorrt", "fp16 by tensorrt"],
        ["int8-tensorrt by tensorrt-rtx", "fp16 by tensorrt-rtx"],
        ["fp16 by onnxruntime on CUDA", "float by onnxruntime on CUDA"],
        [
            "int8-cpu by openvino",
            "int8-tensorrt by openvino",
            "float by openvino",
            "int8-cpu by onnxruntime on the CPU",
            "float by onnxruntime on the CPU",
        ],
    ]


def test_encodings_that_the_bundle_lacks_are_no_candidates() -> None:
    assert names(candidates_for(["float"], encoding="auto", backend_name="onnxruntime")) == [
        ["float by onnxruntime on CUDA"],
        ["float by onnxruntime on the CPU"],
    ]


def test_by_name_more_is_possible_than_auto_would_take() -> None:
    found = names(candidates_for(["float", "int8-tensorrt"], encoding="int8-tensorrt", backend_name="auto"))
    assert found[-2:] == [["int8-tensorrt by openvino"], ["int8-tensorrt by onnxruntime on the CPU"]]
    automatic = names(candidates_for(["float", "int8-tensorrt"], encoding="auto", backend_name="auto"))
    assert ["int8-tensorrt by onnxruntime on the CPU"] not in automatic
    assert names(candidates_for(["float", "fp16"], encoding="fp16", backend_name="openvino")) == [["fp16 by openvino"]]


@pytest.mark.parametrize(("weights", "chosen"), [({"float": 30}, "int8-cpu"), ({"int8-cpu": 30}, "float")])
def test_auto_measures_and_takes_the_faster_and_closes_the_other(
    weights: Mapping[str, int], chosen: str, opened: MakeBundle, tmp_path: Path
) -> None:
    backend = Weighted(weights)
    model = load_model(opened(), backend=backend, options=ONE_THREAD, cache_dir=tmp_path)
    assert model.encoding == chosen
    assert model.reason.startswith(f"{chosen} by onnxruntime: {chosen} ")
    assert model.reason.endswith("measured now")
    assert [each for each, _ in backend.loaded] == ["float", "int8-cpu"]
    assert backend.closed == [({"float", "int8-cpu"} - {chosen}).pop()]
    assert all(each.latency_ms for each in model.candidates)
    assert {each.encoding: each.outcome for each in model.candidates}[chosen] == "chosen"


def test_a_choice_is_remembered_and_not_measured_again(opened: MakeBundle, tmp_path: Path) -> None:
    bundle = opened()
    first = load_model(bundle, backend=Weighted({"float": 30}), options=ONE_THREAD, cache_dir=tmp_path)
    # Were it measured again, float would win now.
    second_backend = Weighted({"int8-cpu": 30})
    second = load_model(bundle, backend=second_backend, options=ONE_THREAD, cache_dir=tmp_path)
    assert (first.encoding, second.encoding) == ("int8-cpu", "int8-cpu")
    assert "measured now" in first.reason
    assert "measured earlier" in second.reason
    assert second_backend.loaded == [("int8-cpu", True)]
    unmeasured = load_model(bundle, backend=Weighted({}), options=ONE_THREAD, cache_dir=tmp_path, measure=False)
    assert unmeasured.encoding == "int8-cpu"


def test_a_remembered_choice_that_no_longer_works_is_left(opened: MakeBundle, tmp_path: Path) -> None:
    bundle = opened()
    load_model(bundle, backend=Weighted({"float": 30}), options=ONE_THREAD, cache_dir=tmp_path)
    backend = Weighted({})
    backend.refused = {"int8-cpu"}
    model = load_model(bundle, backend=backend, options=ONE_THREAD, cache_dir=tmp_path)
    assert model.encoding == "float"
    assert "the int8-cpu by onnxruntime that was faster before no longer works" in model.reason


@pytest.mark.parametrize("changed", ["threads", "graph"])
def test_a_choice_holds_only_for_what_was_measured(changed: str, opened: MakeBundle, tmp_path: Path) -> None:
    load_model(opened(), backend=Weighted({"float": 30}), options=ONE_THREAD, cache_dir=tmp_path)
    options = replace(ONE_THREAD, threads=2) if changed == "threads" else ONE_THREAD
    bundle = opened("other") if changed == "threads" else opened("other", batch=(1, 2, 4))
    model = load_model(bundle, backend=Weighted({"int8-cpu": 30}), options=options, cache_dir=tmp_path)
    assert "measured now" in model.reason
    assert model.encoding == "float"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"choice": {}}', b'{"choice": {"measured_ms": 3}}', b"\xff"])
def test_a_spoilt_memory_is_measured_anew(content: bytes, opened: MakeBundle, tmp_path: Path) -> None:
    bundle = opened()
    load_model(bundle, backend=Weighted({"float": 30}), options=ONE_THREAD, cache_dir=tmp_path)
    [file] = (tmp_path / "choices").iterdir()
    assert json.loads(file.read_bytes())["facts"]["threads"] == 1
    file.write_bytes(content)
    model = load_model(bundle, backend=Weighted({"int8-cpu": 30}), options=ONE_THREAD, cache_dir=tmp_path)
    assert model.encoding == "float"


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(opened: MakeBundle, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    load_model(opened(), backend=Weighted({}), options=ONE_THREAD, cache_dir=blocked)


def test_unmeasured_the_first_in_order_is_taken_and_it_says_so(opened: MakeBundle, tmp_path: Path) -> None:
    model = load_model(opened(), backend="onnxruntime", options=ONE_THREAD, measure=False, cache_dir=tmp_path)
    assert (model.backend, model.encoding) == ("onnxruntime", "int8-cpu")
    assert model.reason == "int8-cpu by onnxruntime on the CPU: first in order, not measured"


def test_auto_passes_over_a_graph_that_does_not_reproduce_its_golden_outputs(
    opened: MakeBundle, tmp_path: Path
) -> None:
    bundle = opened(wrong=(Encoding.INT8_CPU,))
    model = load_model(bundle, backend="onnxruntime", options=ONE_THREAD, cache_dir=tmp_path)
    assert model.encoding == "float"
    assert "not int8-cpu by onnxruntime on the CPU, which does not reproduce its golden outputs" in model.reason
    outcomes = {str(each): each.outcome for each in model.candidates}
    assert outcomes["int8-cpu by onnxruntime on the CPU"] == "golden mismatch"
    assert outcomes["float by onnxruntime on the CPU"] == "chosen"


def test_backends_of_one_processor_compete_and_the_choice_names_the_backend(opened: MakeBundle, tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    model = load_model(opened(), options=ONE_THREAD, cache_dir=tmp_path)
    measured = {str(each) for each in model.candidates if each.latency_ms}
    assert measured == {
        "int8-cpu by openvino",
        "int8-tensorrt by openvino",
        "float by openvino",
        "int8-cpu by onnxruntime on the CPU",
        "float by onnxruntime on the CPU",
    }
    [file] = (tmp_path / "choices").iterdir()
    kept = json.loads(file.read_bytes())
    assert kept["choice"]["chosen"][::2] == [model.backend, model.encoding]
    assert [reason.split()[0] for reason in kept["facts"]["where"]] == ["onnxruntime", "openvino"], "with versions"
    again = load_model(opened("again.edgekit"), options=ONE_THREAD, cache_dir=tmp_path)
    assert (again.backend, again.encoding) == (model.backend, model.encoding)
    assert "measured earlier" in again.reason


def test_an_encoding_by_name_is_run_by_the_faster_backend(opened: MakeBundle, tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    model = load_model(opened(), encoding="float", options=ONE_THREAD, cache_dir=tmp_path)
    assert {str(each) for each in model.candidates if each.latency_ms} == {
        "float by openvino",
        "float by onnxruntime on the CPU",
    }
    assert model.encoding == "float"
    assert "measured now" in model.reason


def test_the_reference_competes_with_nothing(opened: MakeBundle, tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    model = load_model(opened(), encoding="int8-tensorrt", options=ONE_THREAD, cache_dir=tmp_path)
    assert (model.backend, model.reason) == ("openvino", "int8-tensorrt by openvino: asked for by name")


def test_an_encoding_asked_for_by_name_fails_when_its_golden_outputs_do(opened: MakeBundle, tmp_path: Path) -> None:
    bundle = opened(wrong=(Encoding.INT8_CPU,))
    with pytest.raises(GoldenMismatch, match=r"int8-cpu does not reproduce its golden outputs .* Use --encoding auto"):
        load_model(bundle, encoding="int8-cpu", options=ONE_THREAD, cache_dir=tmp_path)


def wrapping() -> bytes:
    """A graph on which CPUs' backends part: ONNX Runtime lets an INT8 product wrap around, OpenVINO saturates it."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=kind.FLOAT),
        helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
        helper.make_node("Clip", ["mean", "", "most"], ["small"]),
        helper.make_node("Cast", ["small"], ["int8"], to=kind.INT8),
        helper.make_node("Mul", ["int8", "factor"], ["product"]),
        helper.make_node("Cast", ["product"], ["logits"], to=kind.FLOAT),
    ]
    constants = {"axes": np.array([1, 2]), "most": np.float32(2), "factor": np.array([100], np.int8)}
    graph = helper.make_graph(
        nodes,
        "wrapping",
        [helper.make_tensor_value_info("images", kind.UINT8, ["batch", 16, 16, 3])],
        [helper.make_tensor_value_info("logits", kind.FLOAT, ["batch", 3])],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    content: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10
    ).SerializeToString()
    return content


def test_of_an_encoding_asked_for_by_name_the_backend_is_taken_that_reproduces_the_golden_outputs(
    opened: MakeBundle, tmp_path: Path
) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    golden = opened().golden()
    expected = {Encoding.FLOAT: [np.full((len(golden.inputs), 3), 200 - 256, np.float32)]}
    members = {
        Encoding.FLOAT.member: wrapping(),
        **golden_members(golden.inputs, expected, golden.picture, golden.prepared),
    }
    bundle = opened("wrapping.edgekit", encodings=(Encoding.FLOAT,), members=members)
    model = load_model(bundle, encoding="float", options=ONE_THREAD, cache_dir=tmp_path)
    assert (model.backend, model.encoding) == ("onnxruntime", "float")
    assert "not float by openvino, which does not reproduce its golden outputs" in model.reason
    outcomes = {str(each): each.outcome for each in model.candidates}
    assert outcomes["float by openvino"] == "golden mismatch"
    with pytest.raises(GoldenMismatch, match="by openvino here"):
        load_model(bundle, encoding="float", backend="openvino", options=ONE_THREAD, cache_dir=tmp_path)


def test_auto_fails_when_no_graph_reproduces_its_golden_outputs(opened: MakeBundle, tmp_path: Path) -> None:
    bundle = opened(wrong=(Encoding.INT8_CPU, Encoding.FLOAT, Encoding.INT8_TENSORRT))
    with pytest.raises(GoldenMismatch, match="no graph reproduces"):
        load_model(bundle, options=ONE_THREAD, cache_dir=tmp_path)


def test_another_preparation_of_pictures_is_refused(opened: MakeBundle, tmp_path: Path) -> None:
    other = opened(members={"golden/prepared.npy": bytes_of(np.zeros((16, 16, 3), np.uint8))})
    with pytest.raises(GoldenMismatch, match="prepares the golden picture otherwise"):
        load_model(other, options=ONE_THREAD, cache_dir=tmp_path)


def test_int8_tensorrt_by_name_is_a_reference_on_the_cpu(opened: MakeBundle, tmp_path: Path) -> None:
    backend = Weighted({})
    model = load_model(opened(), encoding="int8-tensorrt", backend=backend, options=ONE_THREAD, cache_dir=tmp_path)
    assert backend.loaded == [("int8-tensorrt", False)]
    assert "its speed says nothing" in model.reason


def test_a_graph_that_a_backend_refuses_is_passed_over(opened: MakeBundle, tmp_path: Path) -> None:
    backend = Weighted({})
    backend.refused = {"int8-cpu"}
    model = load_model(opened(), backend=backend, options=ONE_THREAD, cache_dir=tmp_path)
    assert model.encoding == "float"
    assert next(each for each in model.candidates if each.encoding == "int8-cpu").detail == "out of memory."


def test_an_encoding_that_the_bundle_lacks_is_bad_input(opened: MakeBundle) -> None:
    with pytest.raises(BundleError, match="no graph 'fp16'"):
        load_model(opened(), encoding="fp16")


def test_a_backend_that_cannot_run_here_says_why(opened: MakeBundle) -> None:
    class Broken(FakeBackend):
        name = "tensorrt"

        def availability(self) -> Availability:
            return Availability(False, "no NVIDIA driver", "install one")

    with pytest.raises(BackendUnavailable, match="nothing here can run it: tensorrt: no NVIDIA driver"):
        load_model(opened(), backend=Broken())


def test_an_unknown_backend_is_a_usage_error(opened: MakeBundle) -> None:
    with pytest.raises(UsageError, match="no backend 'onnxrt'"):
        load_model(opened(), backend="onnxrt")


def test_the_fake_backend_is_not_asked_for_golden_outputs(opened: MakeBundle) -> None:
    model = load_model(opened(), backend="fake")
    assert isinstance(model.session, FakeSession)
    assert "infers nothing" in model.reason


def test_the_cache_lies_where_xdg_says() -> None:
    assert cache_folder().name == "edgekit"
