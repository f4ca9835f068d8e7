"""A real embedding bundle: exported from a small ONNX classifier that is made here, and photos that it tells apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def photo() -> Callable[..., np.ndarray]:
    """(kind, number): a photo of a rendered product; its look is the kind's, light and place the number's."""

    def draw(kind: int, number: int, size: int = 96) -> np.ndarray:
        look, one = np.random.default_rng(1000 + kind), np.random.default_rng(100 * kind + number)
        label = np.kron(look.integers(30, 226, (4, 4, 3)), np.ones((12, 12, 1)))
        pixels = np.full((size, size, 3), 128.0) + one.normal(0, 4, (size, size, 3))
        top, left = one.integers(12, 36, 2)
        pixels[top : top + 48, left : left + 48] = label
        return np.clip(pixels * one.uniform(0.8, 1.15), 0, 255).astype(np.uint8)

    return draw


def _onnx(path: Path, seed: int) -> Path:
    """Random filters over colour, pooled: enough to tell rendered labels apart; a layer of four classes at the end."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(seed)
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], name="conv0", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c0"], ["r0"], name="relu0"),
        helper.make_node("Conv", ["r0", "w1", "b1"], ["c1"], name="conv1", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"], name="relu1"),
        helper.make_node("GlobalAveragePool", ["r1"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "w2", "b2"], ["logits"], name="head", transB=1),
    ]

    def weights(name: str, *shape: int) -> onnx.TensorProto:
        values = rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
        return numpy_helper.from_array(values.astype(np.float32), name)

    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 48, 48])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 4])],
        [
            weights("w0", 32, 3, 3, 3),
            weights("b0", 32),
            weights("w1", 64, 32, 3, 3),
            weights("b1", 64),
            weights("w2", 4, 64),
            weights("b2", 4),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


@pytest.fixture(scope="session")
def embedders(tmp_path_factory: pytest.TempPathFactory, photo: Callable[..., np.ndarray]) -> tuple[Path, Path]:
    """Two bundles of different weights, made by `edgekit export --task embed --int8`."""
    pytest.importorskip("onnx", reason="onnx is not installed")
    import cv2
    from edgekit_export.export import ExportRequest, export
    from edgekit_export.models import ModelOptions

    from edgekit.bundle.manifest import Task

    folder = tmp_path_factory.mktemp("embedders")
    (folder / "calibration").mkdir()
    for number in range(24):
        cv2.imwrite(str(folder / "calibration" / f"{number:02d}.png"), photo(500 + number, number))
    made = []
    for seed in (1, 2):
        request = ExportRequest(
            str(_onnx(folder / f"net{seed}.onnx", seed)),
            folder / f"embed{seed}.edgekit",
            ModelOptions(task=Task.EMBED),
            int8=True,
            correct_bias=False,
            adaround=False,
            calibration=(folder / "calibration",),
        )
        made.append(export(request).bundle)
    return made[0], made[1]


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory, photo: Callable[..., np.ndarray]) -> Callable[..., list[Path]]:
    """(kind, count, first=0): files of photos of a product."""
    import cv2

    folder = tmp_path_factory.mktemp("photos")

    def write(kind: int, count: int, first: int = 0) -> list[Path]:
        paths = [folder / f"{kind}-{number}.png" for number in range(first, first + count)]
        for number, path in enumerate(paths, first):
            cv2.imwrite(str(path), photo(kind, number))
        return paths

    return write
