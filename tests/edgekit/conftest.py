"""Fixtures of the runtime library's tests: small bundles with real graphs in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgekit.bundle.archive import write_bundle
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.golden import golden_members, threshold_db
from edgekit.bundle.manifest import (
    ArithmeticSpec,
    BatchSpec,
    DecoderSpec,
    Encoding,
    GeometrySpec,
    GoldenSpec,
    GraphSpec,
    Macs,
    Manifest,
    Preprocessing,
    Provenance,
    Task,
    TensorSpecModel,
)
from edgekit.vision.geometry import Geometry, ResizeMode, prepare

TinyBundle = Callable[..., Path]
SIDE = 16
GEOMETRY = Geometry(ResizeMode.LETTERBOX, (SIDE, SIDE))
ALL = (Encoding.FLOAT, Encoding.INT8_TENSORRT, Encoding.INT8_CPU)


def classifier_onnx(gain: float = 1.0) -> bytes:
    """Three logits: `gain` times the mean blue, green and red."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "weight"], ["logits"]),
    ]
    weight = np.eye(3, dtype=np.float32) * gain / 32
    return _model(nodes, {"axes": np.array([1, 2]), "weight": weight}, {"logits": ["batch", 3]})


def detector_onnx(gain: float = 1.0) -> bytes:
    """One box, (2, 2, 10, 6), whose score is the mean brightness, 0-1."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "gain"], ["bright"]),
        helper.make_node("Reshape", ["bright", "shape"], ["scores"]),
        helper.make_node("Expand", ["scores", "four"], ["wide"]),
        helper.make_node("Mul", ["wide", "none"], ["zeros"]),
        helper.make_node("Add", ["zeros", "box"], ["boxes"]),
    ]
    constants = {
        "axes": np.array([1, 2, 3]),
        "gain": np.float32(gain / 255),
        "shape": np.array([-1, 1, 1]),
        "four": np.array([1, 1, 4]),
        "none": np.float32(0),
        "box": np.array([[[2, 2, 10, 6]]], np.float32),
    }
    return _model(nodes, constants, {"boxes": ["batch", 1, 4], "scores": ["batch", 1, 1]})


def _model(nodes: list[Any], constants: Mapping[str, Any], outputs: Mapping[str, list[Any]]) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["batch", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    content: bytes = model.SerializeToString()
    return content


def reference_outputs(onnx: bytes, inputs: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"images": inputs}), strict=True))


@pytest.fixture
def tiny_bundle(tmp_path: Path) -> TinyBundle:
    """Write a small bundle and say where: `tiny_bundle(task="detect", encodings=(...), batch=(1, 1, 4))`.

    `wrong` names encodings whose golden outputs are not theirs; `manifest` overrides fields.
    """

    def make(
        name: str = "tiny.edgekit",
        *,
        task: str = "classify",
        encodings: tuple[Encoding, ...] = ALL,
        batch: tuple[int, int, int] = (1, 1, 4),
        wrong: tuple[Encoding, ...] = (),
        members: Mapping[str, bytes] | None = None,
        manifest: Mapping[str, Any] | None = None,
    ) -> Path:
        onnx_of = classifier_onnx if task == "classify" else detector_onnx
        graphs = {encoding: onnx_of(1 - 0.01 * index) for index, encoding in enumerate(encodings)}
        rng = np.random.default_rng(7)
        inputs = rng.integers(0, 256, (2, SIDE, SIDE, 3), np.uint8)
        picture = rng.integers(0, 256, (20, 30, 3), np.uint8)
        golden = {encoding: reference_outputs(onnx, inputs) for encoding, onnx in graphs.items()}
        outputs = tuple(
            TensorSpecModel(name=key, dtype="float32", shape=(None, *value.shape[1:]))
            for key, value in next(iter(golden.values())).items()
        )
        expected = {
            encoding: [np.ones_like(a) if encoding in wrong else a for a in arrays.values()]
            for encoding, arrays in golden.items()
        }
        fields: dict[str, Any] = {
            "name": "tiny",
            "task": Task(task),
            "class_names": ("blue", "green", "red") if task == "classify" else ("bright",),
            "preprocessing": Preprocessing(geometry=GeometrySpec.of(GEOMETRY), arithmetic=ArithmeticSpec(order="bgr")),
            "decoder": DecoderSpec(name="softmax" if task == "classify" else "boxes_scores"),
            "inputs": (TensorSpecModel(name="images", dtype="uint8", shape=(None, SIDE, SIDE, 3)),),
            "outputs": outputs,
            "batch": BatchSpec(min=batch[0], opt=batch[1], max=batch[2]),
            "graphs": {
                encoding: GraphSpec(
                    opset=20,
                    ir_version=10,
                    macs=Macs(total=9, planned_int8=6 if encoding.value.startswith("int8") else 0),
                    golden_sqnr_db=threshold_db(encoding, 99.0),
                )
                for encoding in encodings
            },
            "golden": GoldenSpec(inputs=2, outputs=tuple(spec.name for spec in outputs)),
            "provenance": Provenance(source="tiny.onnx", edgekit_version="0.1.0"),
            **(manifest or {}),
        }
        path = tmp_path / name
        contents = {
            **{encoding.member: onnx for encoding, onnx in graphs.items()},
            **golden_members(inputs, expected, picture, prepare(picture, GEOMETRY)),
            **(members or {}),
        }
        write_bundle(path, Manifest(**fields), contents)
        return path

    return make


@pytest.fixture
def opened(tiny_bundle: TinyBundle) -> Callable[..., Bundle]:
    """As `tiny_bundle`, opened."""
    return lambda *args, **kwargs: Bundle.open(tiny_bundle(*args, **kwargs))


SHORT_RULES = {
    "window": 3,
    "initial_samples": 3,
    "stillness_s": 0.2,
    "hold_out_of_stock_s": 2,
    "hold_restocked_s": 2,
    "cooldown_s": 1,
}
MakeTake = Callable[..., Path]


@pytest.fixture
def make_take(tmp_path: Path) -> MakeTake:
    """A folder as `edgekit simulate` writes one, its clip rendered: `make_take("name", scenes, changes, hidden=…)`.

    `scenes`: (seconds, facings whose products are gone); `changes`: (facing, seconds, state); the rest is the truth's.
    """

    def make(
        name: str,
        scenes: list[tuple[float, tuple[str, ...]]],
        changes: list[tuple[str, float, str]],
        *,
        facings: tuple[str, ...] = ("left", "middle", "right"),
        rules: Mapping[str, Any] = SHORT_RULES,
        **truth: Any,
    ) -> Path:
        import yaml

        from edgekit.replay.truth import Change, Truth, save_truth
        from edgekit.shelf.words import FacingStatus
        from edgekit.testing import FakeShelf

        folder = tmp_path / "takes" / name
        FakeShelf(folder, facings).write_clip(folder / "clip.avi", scenes)
        camera = {"id": "cam", "source": "clip.avi", "planogram": "planogram.yaml"}
        (folder / "edgekit.yaml").write_text(yaml.safe_dump({"cameras": [camera], "shelf": dict(rules)}))
        told = tuple(Change(facing=facing, time_s=at, state=FacingStatus(state)) for facing, at, state in changes)
        length_s = sum(seconds for seconds, _ in scenes)
        values = {"scenario": name, "duration_s": length_s, "facings": facings, "changes": told, **truth}
        save_truth(Truth(**values), folder / "truth.json")
        return folder

    return make
