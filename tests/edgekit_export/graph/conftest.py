"""Tiny ONNX models from text and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
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
