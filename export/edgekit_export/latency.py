"""How long graphs take on this machine's CPU, measured in turns."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final

import numpy as np

from edgekit.backends.machine import cpu_model
from edgekit.bundle.manifest import Encoding
from edgekit_export.report.content import Latency

__all__ = ["ON_CPU", "latencies"]

ON_CPU: Final = (Encoding.FLOAT, Encoding.INT8_CPU)
"""What a CPU is meant to run; the other encodings are TensorRT's."""

_WARM_UP: Final = 5


def latencies(graphs: Mapping[Encoding, Any], *, threads: int = 2, rounds: int = 31) -> dict[Encoding, Latency]:
    """Time graphs (onnx.ModelProto) by ONNX Runtime in turns, so that what else the machine does meets all alike.

    Args:
        graphs: those to compare; only float and int8-cpu are timed.
        threads: CPU threads.
        rounds: how often each is timed, one picture a run.
    """
    from edgekit_export.graph.running import session

    timed = {encoding: session(graphs[encoding], threads=threads) for encoding in ON_CPU if encoding in graphs}
    feeds = {encoding: _pixels(runner) for encoding, runner in timed.items()}
    spent: dict[Encoding, list[float]] = {encoding: [] for encoding in timed}
    for done in range(_WARM_UP + rounds):
        for encoding, runner in timed.items():
            started_s = perf_counter()
            runner.run(None, feeds[encoding])
            if done >= _WARM_UP:
                spent[encoding].append(1000.0 * (perf_counter() - started_s))
    return {
        encoding: Latency(
            p50_ms=float(np.percentile(found, 50)),
            p95_ms=float(np.percentile(found, 95)),
            backend="onnxruntime",
            device=cpu_model(),
            runs=rounds,
            threads=threads,
        )
        for encoding, found in spent.items()
    }


def _pixels(runner: Any) -> dict[str, Any]:
    entry = runner.get_inputs()[0]
    sizes = [size if isinstance(size, int) else 1 for size in entry.shape]
    return {entry.name: np.random.default_rng(0).integers(0, 256, sizes).astype(np.uint8)}
