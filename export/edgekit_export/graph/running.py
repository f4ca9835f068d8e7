"""Graphs run by ONNX Runtime on this machine's CPU while they are rebuilt, for proofs and measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit.backends.onnxruntime import import_onnxruntime
from edgekit.errors import ModelError

__all__ = ["input_specs", "random_inputs", "relative_difference", "run", "session"]


def session(
    model: onnx.ModelProto, *, optimise: bool = True, threads: int = 2, optimised_to: Path | None = None
) -> Any:
    """An onnxruntime.InferenceSession over `model` on the CPU.

    Args:
        model: any graph that fits into one message (2 GB).
        optimise: let ONNX Runtime rewrite it; False runs it exactly as written.
        threads: threads within one operator.
        optimised_to: write the rewritten graph here, before any change of memory layout.

    Raises:
        ModelError: ONNX Runtime refuses the graph.
    """
    ort = import_onnxruntime()

    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    # Spinning threads take the cores that numpy, or whoever else runs here, needs between two runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    level = ort.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimise else level.ORT_DISABLE_ALL
    if optimised_to is not None:
        options.graph_optimization_level = level.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimised_to)
    try:
        return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions have no common base of their own
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"ONNX Runtime refuses the graph: {first_line}") from error


def run(model: onnx.ModelProto, feeds: Mapping[str, NDArray[Any]], *, optimise: bool = False) -> list[NDArray[Any]]:
    """The outputs of one run, in the graph's order; exactly as written unless `optimise`."""
    try:
        outputs: list[NDArray[Any]] = session(model, optimise=optimise).run(None, dict(feeds))
    except ModelError:
        raise
    except Exception as error:  # as above
        raise ModelError(f"ONNX Runtime cannot run the graph: {str(error).splitlines()[0]}") from error
    return outputs


def input_specs(model: onnx.ModelProto) -> list[tuple[str, int, list[int | None]]]:
    """Name, element type and shape (None where symbolic) of every input that is not an initializer."""
    constant = {tensor.name for tensor in model.graph.initializer}
    return [
        (
            value.name,
            value.type.tensor_type.elem_type,
            [dim.dim_value if dim.HasField("dim_value") else None for dim in value.type.tensor_type.shape.dim],
        )
        for value in model.graph.input
        if value.name not in constant
    ]


def random_inputs(model: onnx.ModelProto, *, batch: int, seed: int = 0) -> dict[str, NDArray[Any]]:
    """Inputs drawn from a fixed seed: uint8 over 0-255, floats from a normal distribution.

    Raises:
        ModelError: an input has a symbolic size besides the batch.
    """
    rng = np.random.default_rng(seed)
    feeds: dict[str, NDArray[Any]] = {}
    for name, element, shape in input_specs(model):
        sizes = [batch, *(size for size in shape[1:] if size is not None)]
        if len(sizes) != len(shape):
            raise ModelError(f"Input {name} has sizes that are not fixed: {shape}.", hint="Export it with fixed sizes.")
        dtype = onnx.helper.tensor_dtype_to_np_dtype(element)
        if dtype == np.uint8:
            feeds[name] = rng.integers(0, 256, sizes, dtype=np.uint8)
        else:
            feeds[name] = rng.standard_normal(sizes).astype(dtype)
    return feeds


def relative_difference(expected: Sequence[NDArray[Any]], got: Sequence[NDArray[Any]]) -> float:
    """The largest of |expected - got| over the largest |expected|, over all outputs; inf where shapes differ."""
    worst = 0.0
    for one, other in zip(expected, got, strict=True):
        if one.shape != other.shape:
            return float("inf")
        if one.size == 0:
            continue
        first, second = one.astype(np.float64), other.astype(np.float64)
        if not np.array_equal(np.isfinite(first), np.isfinite(second)):
            return float("inf")
        finite = np.isfinite(first)
        difference = np.abs(first - second)[finite].max(initial=0.0)
        worst = max(worst, float(difference / max(np.abs(first[finite]).max(initial=0.0), 1e-12)))
    return worst
