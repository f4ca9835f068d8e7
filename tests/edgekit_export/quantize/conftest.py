"""Tiny ONNX models from text and arrays, and YOLOX-nano quantized once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from edgekit_export.quantize import Quantized
from onnx import numpy_helper

Build = Callable[..., onnx.ModelProto]


@pytest.fixture(scope="session")
def build() -> Build:
    """build("g (float[1,3,4,4] x) => (float[1,3,4,4] y) {y = Relu(x)}", opset=20, w=array, ...) -> a checked model."""

    def builder(text: str, *, opset: int = 20, ir_version: int = 10, **weights: Any) -> onnx.ModelProto:
        model = onnx.parser.parse_model(f'<ir_version: {ir_version}, opset_import: ["" : {opset}]>\n{text}')
        model.graph.initializer.extend(
            numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()
        )
        onnx.checker.check_model(model)
        return model

    return builder


@pytest.fixture(scope="session")
def yolox_int8(assets_dir: Path) -> Quantized:
    """YOLOX-nano, ranked on one image to save time."""
    import cv2
    from edgekit_export.graph import float_graph, load_onnx
    from edgekit_export.quantize import QuantizeOptions, quantize

    from edgekit.bundle.manifest import ArithmeticSpec
    from edgekit.vision.geometry import Geometry, ResizeMode, prepare

    geometry = Geometry(ResizeMode.LETTERBOX, (416, 416))
    paths = sorted((assets_dir / "coco-64" / "calibration").iterdir())[:16]
    images = [prepare(cv2.imread(str(path)), geometry) for path in paths]
    model = float_graph(load_onnx(assets_dir / "models" / "yolox_nano.onnx"), ArithmeticSpec(order="bgr")).model
    return quantize(model, images, options=QuantizeOptions(rank_images=1))
