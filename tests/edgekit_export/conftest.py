"""Small models and pictures that are made on the spot: trained by nobody, yet real ONNX files and JPEGs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

SIDE = 32


def _weights(rng: np.random.Generator, name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array((rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32), name)


def _save(path: Path, graph: onnx.GraphProto, metadata: Mapping[str, str] | None) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, dict(metadata or {}))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def _classifier(
    path: Path,
    classes: int = 4,
    *,
    side: int | None = SIDE,
    softmax: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    rng = np.random.default_rng(1)
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], name="conv0", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c0"], ["r0"], name="relu0"),
        helper.make_node("Conv", ["r0", "w1", "b1"], ["c1"], name="conv1", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"], name="relu1"),
        helper.make_node("GlobalAveragePool", ["r1"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "w2", "b2"], ["logits"], name="head", transB=1),
    ]
    output = "logits"
    if softmax:
        nodes.append(helper.make_node("Softmax", ["logits"], ["scores"], name="softmax", axis=1))
        output = "scores"
    size = side or "side"
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, size, size])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, classes])],
        [
            _weights(rng, "w0", 8, 3, 3, 3),
            _weights(rng, "b0", 8),
            _weights(rng, "w1", 16, 8, 3, 3),
            _weights(rng, "b1", 16),
            numpy_helper.from_array(rng.standard_normal((classes, 16)).astype(np.float32), "w2"),
            _weights(rng, "b2", classes),
        ],
    )
    return _save(path, graph, metadata)


def _yolox(path: Path, classes: int = 3, *, metadata: Mapping[str, str] | None = None) -> Path:
    """Three strides, boxes undecoded, objectness and classes through a sigmoid: (1, 21, 5 + classes)."""
    rng = np.random.default_rng(2)
    nodes, initializers, flat = [], [], []
    for stride in (8, 16, 32):
        for part, channels in (("box", 4), ("score", 1 + classes)):
            name = f"{part}{stride}"
            # Pixels come as 0-255: small weights keep boxes within a cell and scores between 0 and 1.
            weights = numpy_helper.to_array(_weights(rng, "w", channels, 3, stride, stride))
            weights = weights / (1024 if part == "box" else 64)
            initializers.append(numpy_helper.from_array(weights.astype(np.float32), f"w_{name}"))
            initializers.append(_weights(rng, f"b_{name}", channels))
            nodes.append(
                helper.make_node(
                    "Conv", ["x", f"w_{name}", f"b_{name}"], [f"c_{name}"], name=f"conv_{name}", strides=[stride] * 2
                )
            )
        nodes.append(helper.make_node("Sigmoid", [f"c_score{stride}"], [f"s{stride}"], name=f"sigmoid{stride}"))
        nodes.append(helper.make_node("Concat", [f"c_box{stride}", f"s{stride}"], [f"k{stride}"], axis=1))
        initializers.append(numpy_helper.from_array(np.array([1, 5 + classes, -1], np.int64), f"shape{stride}"))
        nodes.append(helper.make_node("Reshape", [f"k{stride}", f"shape{stride}"], [f"f{stride}"]))
        flat.append(f"f{stride}")
    nodes.append(helper.make_node("Concat", flat, ["all"], axis=2))
    nodes.append(helper.make_node("Transpose", ["all"], ["output"], perm=[0, 2, 1]))
    graph = helper.make_graph(
        nodes,
        "yolox",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 21, 5 + classes])],
        initializers,
    )
    return _save(path, graph, metadata)


def _pictures(folder: Path, count: int, *, size_hw: tuple[int, int] = (40, 60), first: int = 0) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in range(first, first + count):
        rng = np.random.default_rng(index)
        small = rng.integers(0, 256, (5, 7, 3), np.uint8)
        paths.append(folder / f"{index:03d}.png")
        cv2.imwrite(str(paths[-1]), cv2.resize(small, size_hw[::-1], interpolation=cv2.INTER_CUBIC))
    return paths


@pytest.fixture(scope="session")
def write_classifier() -> Callable[..., Path]:
    """(path, classes=4, *, side=32, softmax=False, metadata=None): an ONNX classifier; side None leaves it open."""
    return _classifier


@pytest.fixture(scope="session")
def write_yolox() -> Callable[..., Path]:
    """(path, classes=3, *, metadata=None): an ONNX detector of 32x32 pixels in YOLOX's layout."""
    return _yolox


@pytest.fixture(scope="session")
def write_pictures() -> Callable[..., list[Path]]:
    """(folder, count, *, size_hw=(40, 60), first=0): PNG pictures of coloured blobs, 000.png and so on."""
    return _pictures


@pytest.fixture
def rtx(tmp_path: Path) -> Callable[..., list[dict[str, object]]]:
    """(*models): what TensorRT-RTX's parser and builder make of each, in a process that may crash (rtx_child.py)."""
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed")

    def look(*models: onnx.ModelProto) -> list[dict[str, object]]:
        paths = [tmp_path / f"{index}.onnx" for index in range(len(models))]
        for path, model in zip(paths, models, strict=True):
            onnx.save(model, str(path))
        child = Path(__file__).with_name("rtx_child.py")
        done = subprocess.run([sys.executable, str(child), *map(str, paths)], capture_output=True, text=True)
        assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[-2000:]}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    return look
