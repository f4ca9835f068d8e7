"""How much faster INT8 is than float here: in turn, many times, and the median of the ratios.

The machine may be busy with other things. What slows one run mostly slows its neighbours too, so each round's float
run is compared with the same round's INT8 run, and the median over rounds leaves out the rest.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import onnx
from edgekit_export.graph.running import input_specs
from numpy.typing import NDArray

from edgekit.backends.onnxruntime import import_onnxruntime

__all__ = ["Candidate", "Speed", "speeds"]

_WARM_UP = 3


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A graph to be timed, and the float graph that takes the same input."""

    model: onnx.ModelProto
    floating: onnx.ModelProto


@dataclass(frozen=True, slots=True)
class Speed:
    """One graph's time for one picture.

    Attributes:
        ratio: float's time over its own, median over rounds.
        milliseconds: its own, median.
        float_ms: float's, median.
    """

    ratio: float
    milliseconds: float
    float_ms: float


def speeds(
    candidates: Mapping[str, Candidate],
    pixels: NDArray[np.uint8],
    floats: NDArray[np.float32],
    *,
    rounds: int,
    threads: int,
) -> dict[str, Speed]:
    """Time every candidate by ONNX Runtime with its optimisations, in turn with its float graph.

    Args:
        candidates: by name.
        pixels: uint8 (1, height, width, 3), for graphs of a bundle.
        floats: the same picture as model files take it.
        rounds: how often each runs.
        threads: of one operator.
    """
    models = {id(candidate.floating): candidate.floating for candidate in candidates.values()}
    models |= {id(candidate.model): candidate.model for candidate in candidates.values()}
    loaded = {key: _session(model, threads) for key, model in models.items()}
    feeds = {
        key: {input_specs(model)[0][0]: pixels if _takes_pixels(model) else floats} for key, model in models.items()
    }
    taken: dict[int, list[float]] = {key: [] for key in models}
    for number in range(_WARM_UP + rounds):
        for key, session in loaded.items():
            started = time.perf_counter()
            session.run(None, feeds[key])
            if number >= _WARM_UP:
                taken[key].append(time.perf_counter() - started)
    found = {}
    for name, candidate in candidates.items():
        own, floating = taken[id(candidate.model)], taken[id(candidate.floating)]
        ratio = median(slow / fast for slow, fast in zip(floating, own, strict=True))
        found[name] = Speed(ratio, 1000 * median(own), 1000 * median(floating))
    return found


def _takes_pixels(model: onnx.ModelProto) -> bool:
    return bool(input_specs(model)[0][1] == onnx.TensorProto.UINT8)


def _session(model: onnx.ModelProto, threads: int) -> Any:
    ort = import_onnxruntime()
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
