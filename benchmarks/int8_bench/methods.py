"""The ways to INT8 that are compared, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

__all__ = ["METHODS", "Method", "Tool"]


class Tool(str, Enum):
    """Who quantizes."""

    EDGEKIT = "edgekit"
    EDGEKIT_PURE = "edgekit, every layer in INT8"
    ONNXRUNTIME = "onnxruntime"
    MODELOPT = "modelopt"


@dataclass(frozen=True, slots=True)
class Method:
    """One way.

    Attributes:
        name: for people and the command line.
        tool: who quantizes.
        setting: what the tool is told: an encoding of edgekit's, or a name that the peer's script knows.
        for_tensorrt: meant for TensorRT: scored exactly as written, by ONNX Runtime with its graph optimisations off;
            the others are scored with them, as they would run.
    """

    name: str
    tool: Tool
    setting: str
    for_tensorrt: bool


METHODS: Final = (
    Method("int8-tensorrt", Tool.EDGEKIT, "int8-tensorrt", True),
    Method("int8-cpu", Tool.EDGEKIT, "int8-cpu", False),
    Method("ours-pure", Tool.EDGEKIT_PURE, "int8-tensorrt", True),
    Method("ort-defaults", Tool.ONNXRUNTIME, "defaults", False),
    Method("ort-u8s8", Tool.ONNXRUNTIME, "u8s8", False),
    Method("ort-trt-minmax", Tool.ONNXRUNTIME, "trt-minmax", True),
    Method("ort-trt-entropy", Tool.ONNXRUNTIME, "trt-entropy", True),
    Method("ort-trt-percentile", Tool.ONNXRUNTIME, "trt-percentile", True),
    Method("modelopt-max", Tool.MODELOPT, "max", True),
    Method("modelopt-entropy", Tool.MODELOPT, "entropy", True),
)
