"""How much faster INT8 is than float here, by the runtime's own backends, in blocks (edgekit.backends.timing).

The machine may be busy with other things. What slows one block mostly slows its neighbours too, so each round's float
block is compared with the same round's INT8 block, and the median over rounds leaves out the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
from edgekit_export.latency import graph_of
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgekit.backends.onnxruntime import OnnxRuntimeBackend
from edgekit.backends.openvino import OpenVinoBackend
from edgekit.backends.protocols import Backend, LoadOptions
from edgekit.backends.timing import Blocks, Times, runner, times_of
from edgekit.bundle.manifest import Encoding
from edgekit.errors import BackendUnavailable

__all__ = ["Candidate", "Speed", "on_pixels", "speeds"]

_RUNS_IN_BLOCK: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A graph to be timed, and the float graph that takes the same input.

    Attributes:
        model: the graph, for batch 1.
        floating: what it was made of; the graph itself for float.
        encoding: what backends take it for; another tool's graph is `int8-cpu` whatever it was made for.
    """

    model: onnx.ModelProto
    floating: onnx.ModelProto
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Speed:
    """One graph's time for one picture; None where a backend is not here, or does not run it.

    Attributes:
        ratio: by ONNX Runtime: float's time over its own, median over rounds.
        milliseconds: by ONNX Runtime, median.
        openvino_ratio: float's time by ONNX Runtime over its own by OpenVINO, median over rounds.
        openvino_ms: by OpenVINO, median.
    """

    ratio: float | None
    milliseconds: float | None
    openvino_ratio: float | None
    openvino_ms: float | None


def speeds(candidates: Mapping[str, Candidate], *, rounds: int, threads: int) -> dict[str, Speed]:
    """Time every candidate, by ONNX Runtime with its optimisations and by OpenVINO where it is installed.

    Args:
        candidates: by name.
        rounds: at least so often each runs.
        threads: of one operator.
    """
    blocks = Blocks(rounds=math.ceil(rounds / _RUNS_IN_BLOCK), runs=_RUNS_IN_BLOCK)
    graphs = {id(each.floating): (each.floating, Encoding.FLOAT) for each in candidates.values()}
    graphs |= {id(each.model): (each.model, each.encoding) for each in candidates.values()}
    backends: list[Backend] = [OnnxRuntimeBackend("cpu")]
    if OpenVinoBackend().availability().usable:
        backends.append(OpenVinoBackend())
    with ExitStack() as opened:
        runs = {}
        for key, (model, encoding) in graphs.items():
            for backend in backends:
                run = _run(backend, model, encoding, threads, opened)
                if run is not None:
                    runs[key, backend.name] = run
        times = times_of(runs, blocks)
    return {name: _speed(candidate, times) for name, candidate in candidates.items()}


def _speed(candidate: Candidate, times: Mapping[tuple[int, str], Times]) -> Speed:
    floating = times.get((id(candidate.floating), "onnxruntime"))
    figures: list[float | None] = []
    for backend in ("onnxruntime", "openvino"):
        own = times.get((id(candidate.model), backend))
        figures.append(None if own is None or floating is None else floating.times_slower_than(own))
        figures.append(None if own is None else own.percentile_ms(50))
    return Speed(*figures)


def _run(
    backend: Backend, model: onnx.ModelProto, encoding: Encoding, threads: int, opened: ExitStack
) -> Callable[[], object] | None:
    graph = graph_of(on_pixels(model), encoding)
    try:
        session = backend.load(graph, LoadOptions(threads=threads))
    except BackendUnavailable:
        return None
    opened.callback(session.close)
    shape = (1, *(size or 1 for size in graph.inputs[0].shape[1:]))
    pixels: NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return runner(session, pixels)


def on_pixels(model: onnx.ModelProto) -> onnx.ModelProto:
    """`model` itself where it takes uint8; else a copy that takes uint8 of the same shape and makes 0 to 1 of it.

    The backends take nothing else. The two operators are the least that any of edgekit's own graphs does with pixels.
    """
    constant = {tensor.name for tensor in model.graph.initializer}
    [given] = [value for value in model.graph.input if value.name not in constant]
    if given.type.tensor_type.elem_type == TensorProto.UINT8:
        return model
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    graph: Any = changed.graph
    name = given.name
    for node in graph.node:
        for index, source in enumerate(node.input):
            if source == name:
                node.input[index] = f"{name}_scaled"
    nodes = [
        helper.make_node("Cast", [name], [f"{name}_cast"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}_cast", f"{name}_factor"], [f"{name}_scaled"]),
    ]
    for position, node in enumerate(nodes):
        graph.node.insert(position, node)
    graph.initializer.append(numpy_helper.from_array(np.array(1 / 255, np.float32), f"{name}_factor"))
    for value in graph.input:
        if value.name == name:
            value.type.tensor_type.elem_type = TensorProto.UINT8
    return changed
