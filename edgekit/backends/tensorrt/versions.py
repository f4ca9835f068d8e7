"""TensorRT 10.3 to 11 and TensorRT-RTX as one: which names exist where, and what differs.

Only names that exist in all of them are used, and `NAMES` lists them, so that a test can hold every installed
version against it. The rest is asked for by name, never by number: the bit of STRONGLY_TYPED is 1 in TensorRT 10 and
0 in 11. With strong typing INT8 comes from Q/DQ alone and FP16 from the graph's types, so one graph serves all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

import numpy as np

__all__ = ["NAMES", "OLDEST", "TensorRt", "creation_flags", "dtype_of", "missing_names", "tensorrt"]

OLDEST: Final = (10, 3)
"""JetPack 6's."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "": ("Builder", "ILogger", "IProgressMonitor", "LayerInformationFormat", "OnnxParser", "Runtime"),
        "Builder": (
            "create_network",
            "create_builder_config",
            "create_optimization_profile",
            "build_serialized_network",
        ),
        "IBuilderConfig": (
            "set_memory_pool_limit",
            "add_optimization_profile",
            "progress_monitor",
            "profiling_verbosity",
            "builder_optimization_level",
            "create_timing_cache",
            "set_timing_cache",
            "get_timing_cache",
        ),
        "INetworkDefinition": ("num_layers", "get_layer", "num_inputs", "get_input"),
        "ILayer": ("type", "name", "num_inputs", "num_outputs", "get_input", "get_output"),
        "OnnxParser": ("parse", "num_errors", "get_error"),
        "ParserError": ("desc", "node_name"),
        "ITimingCache": ("serialize",),
        "IOptimizationProfile": ("set_shape",),
        "Runtime": ("deserialize_cuda_engine",),
        "ICudaEngine": (
            "num_io_tensors",
            "get_tensor_name",
            "get_tensor_mode",
            "get_tensor_dtype",
            "create_execution_context",
            "create_engine_inspector",
        ),
        "IExecutionContext": (
            "set_input_shape",
            "set_tensor_address",
            "get_tensor_shape",
            "infer_shapes",
            "execute_async_v3",
        ),
        "EngineInspector": ("get_engine_information",),
        "NetworkDefinitionCreationFlag": ("STRONGLY_TYPED",),
        "MemoryPoolType": ("WORKSPACE",),
        "ProfilingVerbosity": ("DETAILED",),
        "LayerInformationFormat": ("JSON",),
        "TensorIOMode": ("INPUT", "OUTPUT"),
        "LayerType": ("CONVOLUTION", "DECONVOLUTION", "DEQUANTIZE", "MATRIX_MULTIPLY"),
        "DataType": ("FLOAT", "HALF", "INT8", "INT32", "INT64", "UINT8", "BOOL"),
    }
)

_DTYPES: Final = {
    "FLOAT": np.float32,
    "HALF": np.float16,
    "INT8": np.int8,
    "INT32": np.int32,
    "INT64": np.int64,
    "UINT8": np.uint8,
    "BOOL": np.bool_,
}


@dataclass(frozen=True, slots=True)
class TensorRt:
    """An imported TensorRT.

    Attributes:
        api: the module.
        package: "tensorrt" or "tensorrt_rtx".
        version: as it gives it, such as "10.3.0".
    """

    api: Any
    package: str
    version: str

    @property
    def rtx(self) -> bool:
        """TensorRT-RTX: compiles kernels when an engine is loaded, so it has no timings to cache."""
        return self.package == "tensorrt_rtx"

    @property
    def number(self) -> tuple[int, int]:
        """Major and minor version."""
        found = re.match(r"(\d+)\.(\d+)", self.version)
        return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def tensorrt(package: str) -> TensorRt:
    """Import TensorRT.

    Args:
        package: "tensorrt" or "tensorrt_rtx".

    Raises:
        ImportError: it is not installed, or its libraries are not.
    """
    try:
        api = import_module(package)
    except (OSError, RuntimeError) as error:  # its wheel stubs fail so where the real libraries are missing
        raise ImportError(str(error)) from error
    return TensorRt(api, package, str(api.__version__))


def missing_names(trt: TensorRt) -> list[str]:
    """Names that we use and this TensorRT lacks; there should be none."""
    missing = []
    for owner, names in NAMES.items():
        holder = getattr(trt.api, owner, None) if owner else trt.api
        missing += [f"{owner}.{name}".lstrip(".") for name in names if not hasattr(holder, name)]
    return missing


def creation_flags(trt: TensorRt) -> int:
    """Strongly typed, and (before TensorRT 11, which has no other) an explicit batch."""
    flags = trt.api.NetworkDefinitionCreationFlag
    wanted = [getattr(flags, name) for name in ("STRONGLY_TYPED", "EXPLICIT_BATCH") if hasattr(flags, name)]
    return sum({1 << int(flag) for flag in wanted})


def dtype_of(trt: TensorRt, dtype: Any) -> np.dtype[Any]:
    """The numpy dtype of a TensorRT type.

    Raises:
        ValueError: numpy has none (FP8, BF16, INT4).
    """
    for name, found in _DTYPES.items():
        if dtype == getattr(trt.api.DataType, name):
            return np.dtype(found)
    raise ValueError(f"{dtype} has no numpy type")
