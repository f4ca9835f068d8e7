"""How long graphs take on this machine's CPU, run by the backends that a store device runs them with."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from hashlib import sha256
from typing import Any, Final

import numpy as np

from edgekit.backends.machine import cpu_model
from edgekit.backends.onnxruntime import OnnxRuntimeBackend
from edgekit.backends.openvino import OpenVinoBackend
from edgekit.backends.protocols import Backend, Graph, LoadOptions, Session, TensorSpec
from edgekit.backends.timing import Blocks, Times, runner, times_of
from edgekit.bundle.golden import Golden, check
from edgekit.bundle.manifest import Encoding
from edgekit.errors import BackendUnavailable
from edgekit_export.golden_choice import GoldenChoice
from edgekit_export.report.content import Latency

__all__ = ["graph_of", "latencies"]

_BLOCKS: Final = Blocks(rounds=4)


def latencies(
    graphs: Mapping[Encoding, Any], *, golden: GoldenChoice | None = None, threads: int = 2, blocks: Blocks = _BLOCKS
) -> dict[Encoding, Latency]:
    """Time graphs one picture at a time, in blocks (edgekit.backends.timing), by what `auto` would run here.

    ONNX Runtime is timed with float and int8-cpu; OpenVINO, where it is installed, with int8-tensorrt too. Of an
    encoding the faster backend counts.

    Args:
        graphs: onnx.ModelProto by encoding; fp16 is for GPUs and not timed.
        golden: what a backend must reproduce to be timed at all; None: not asked.
        threads: CPU threads.
        blocks: how often each is run.

    Raises:
        BackendUnavailable: ONNX Runtime cannot run the float or the int8-cpu graph.
    """
    with ExitStack() as opened:
        sessions = _sessions(graphs, golden, LoadOptions(threads=threads), opened)
        runs = {key: runner(session, _pixels(session)) for key, session in sessions.items()}
        timed = times_of(runs, blocks)
    found: dict[Encoding, Latency] = {}
    for (encoding, backend), times in timed.items():
        latency = _latency(times, backend, threads)
        if encoding not in found or latency.p50_ms < found[encoding].p50_ms:
            found[encoding] = latency
    return found


def graph_of(model: Any, encoding: Encoding) -> Graph:
    """A graph (onnx.ModelProto, uint8 pictures in) as a bundle would give it to a backend, for one picture."""
    import onnx

    def specs(values: Any) -> tuple[TensorSpec, ...]:
        kinds = [(value.name, value.type.tensor_type) for value in values]
        dtype_of = onnx.helper.tensor_dtype_to_np_dtype
        return tuple(TensorSpec(name, np.dtype(dtype_of(kind.elem_type)).name, _sizes(kind)) for name, kind in kinds)

    content = model.SerializeToString()
    constant = {tensor.name for tensor in model.graph.initializer}
    inputs = specs(value for value in model.graph.input if value.name not in constant)
    return Graph(content, encoding.value, sha256(content).hexdigest(), inputs, specs(model.graph.output))


def _sizes(tensor_type: Any) -> tuple[int | None, ...]:
    """None where symbolic; two of them where the model says nothing of a shape, so that nobody relies on any."""
    if not tensor_type.HasField("shape"):
        return (None, None)
    return tuple(size.dim_value if size.HasField("dim_value") else None for size in tensor_type.shape.dim)


def _sessions(
    graphs: Mapping[Encoding, Any], golden: GoldenChoice | None, options: LoadOptions, opened: ExitStack
) -> dict[tuple[Encoding, str], Session]:
    wanted: list[tuple[Backend, tuple[Encoding, ...]]] = [
        (OnnxRuntimeBackend("cpu"), (Encoding.FLOAT, Encoding.INT8_CPU))
    ]
    openvino = OpenVinoBackend()
    if openvino.availability().usable:
        wanted.append((openvino, (Encoding.FLOAT, Encoding.INT8_CPU, Encoding.INT8_TENSORRT)))
    found = {}
    for backend, encodings in wanted:
        for encoding in encodings:
            if encoding not in graphs:
                continue
            try:
                session = backend.load(graph_of(graphs[encoding], encoding), options)
            except BackendUnavailable:
                if backend is not openvino:
                    raise
                continue  # `auto` passes it over too
            opened.callback(session.close)
            if golden is None or _reproduces(session, golden, encoding):
                found[encoding, backend.name] = session
    return found


def _reproduces(session: Session, choice: GoldenChoice, encoding: Encoding) -> bool:
    picture = np.zeros((1, 1, 3), np.uint8)  # of `prepare`, which is not asked about here
    golden = Golden(choice.inputs, picture, picture, choice.outputs, choice.output_names)
    return check(session, golden, encoding, choice.min_sqnr_db[encoding]).passed


def _pixels(session: Session) -> Any:
    sizes = [size or 1 for size in session.inputs[0].shape]
    return np.random.default_rng(0).integers(0, 256, (1, *sizes[1:]), dtype=np.uint8)


def _latency(times: Times, backend: str, threads: int) -> Latency:
    return Latency(
        p50_ms=times.percentile_ms(50),
        p95_ms=times.percentile_ms(95),
        backend=backend,
        device=cpu_model(),
        runs=times.count,
        threads=threads,
    )
