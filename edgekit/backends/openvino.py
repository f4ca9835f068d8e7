"""OpenVINO on the CPU."""

from __future__ import annotations

import functools
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.checks import checked_batch
from edgekit.backends.machine import cpu_model, usable_cores
from edgekit.backends.openvino_graph import made_float32, quantized_before_concat
from edgekit.backends.protocols import Availability, Graph, LoadOptions, Outputs, TensorSpec, Ticket
from edgekit.backends.slots import Slots
from edgekit.errors import BackendUnavailable

__all__ = ["OpenVinoBackend", "OpenVinoSession", "import_openvino"]

_REMEDY: Final = "pip install 'edgekit[openvino]'"
_REPORTER: Final = "openvino_telemetry"


def import_openvino() -> Any:
    """The openvino module, imported so that it reports nothing to anybody.

    Its import alone otherwise leaves an id in the user's home and sends an event. It does neither, and takes a stub
    of its own instead, where the package that reports is not installed; so it is hidden while openvino is imported.
    A host that has imported either before keeps what it has.

    Raises:
        ImportError: it is not installed, or its libraries cannot be loaded.
    """
    if "openvino" in sys.modules or _REPORTER in sys.modules:
        return import_module("openvino")
    sys.modules[_REPORTER] = None  # type: ignore[assignment]  # makes its import an ImportError
    try:
        return import_module("openvino")
    finally:
        del sys.modules[_REPORTER]


class OpenVinoBackend:
    """Loads graphs with OpenVINO's CPU plug-in."""

    name = "openvino"

    def availability(self) -> Availability:
        """Usable where openvino is installed; the reason names its version and the processor."""
        try:
            openvino = import_openvino()
        except Exception as error:  # noqa: BLE001 - a broken install fails with whatever its loader raises
            if isinstance(error, ModuleNotFoundError) and error.name == "openvino":
                return Availability(False, "openvino is not installed", _REMEDY)
            return Availability(False, f"openvino cannot be imported: {_one_line(error)}", _REMEDY)
        version = str(openvino.__version__).partition("-")[0]
        return Availability(True, f"openvino {version} on the CPU ({cpu_model()}, {usable_cores()} cores)")

    def load(self, graph: Graph, options: LoadOptions) -> OpenVinoSession:
        """Compile and warm a graph: for one picture, and for its best batch where that is another.

        Raises:
            BackendUnavailable: openvino is not there, the graph is refused, or it should be run exactly as written,
                which OpenVINO cannot.
        """
        if not options.optimise:
            raise BackendUnavailable(
                "OpenVINO always rewrites a graph, so it cannot make reference outputs.",
                hint="Use --backend onnxruntime.",
            )
        available = self.availability()
        if not available.usable:
            raise BackendUnavailable(available.reason + ".", hint=available.remedy)
        try:
            compiled = _compiled(graph, options)
        except Exception as error:  # openvino raises RuntimeError, TypeError and its own kinds
            raise BackendUnavailable(f"OpenVINO refuses the {graph.encoding} graph: {_one_line(error)}") from error
        return OpenVinoSession(graph, options, compiled)


class OpenVinoSession:
    """A compiled graph.

    OpenVINO compiles for fixed shapes; a model whose batch is left open is up to 40 % slower, and stops for 0.1 s and
    more at each size that it has not seen (EfficientNet-B0 and YOLOX-nano, 2 threads, 2026.4.1). So there is one model
    for a picture and one for the graph's best batch, and a batch of any size is run through them in pieces.

    Outputs are written into buffers made once per slot. With one batch in flight (the default) `submit` computes on
    the caller's thread; with more, a worker computes.
    """

    def __init__(self, graph: Graph, options: LoadOptions, compiled: dict[int, Any]) -> None:
        self._graph = graph
        self._requests = {size: model.create_infer_request() for size, model in compiled.items()}
        self._slots = Slots(options.in_flight)
        self._fixed = all(port.partial_shape.is_static for model in compiled.values() for port in model.outputs)
        self._buffers: list[dict[str, NDArray[np.generic]]] = []
        if self._fixed:
            self._buffers = [_buffers(graph, compiled[1]) for _ in range(options.in_flight)]
        self._tensors: dict[tuple[int, int, int], list[Any]] = {}
        self._answers: list[Future[Outputs] | Outputs] = [{}] * options.in_flight
        self._worker = ThreadPoolExecutor(1, "edgekit-openvino") if options.in_flight > 1 else None
        for batch in sorted(self._requests):
            self.result(self.submit(np.zeros((batch, *_picture_shape(graph)), np.uint8)))

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """As the graph's."""
        return self._graph.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """As the graph's."""
        return self._graph.outputs

    def submit(self, batch: NDArray[np.uint8]) -> Ticket:
        """Start on a batch, which must stay as it is until its result is fetched; see Session."""
        if not self._requests:
            raise RuntimeError("the session is closed")
        batch = checked_batch(self._graph, batch)
        ticket = self._slots.take()
        if self._worker is None:
            self._answers[ticket.slot] = self._run(ticket.slot, batch)
        else:
            self._answers[ticket.slot] = self._worker.submit(self._run, ticket.slot, batch)
        return ticket

    def result(self, ticket: Ticket) -> Outputs:
        """Wait for a batch; see Session."""
        self._slots.give_back(ticket)
        answer = self._answers[ticket.slot]
        return answer.result() if isinstance(answer, Future) else answer

    def close(self) -> None:
        """Free the models; waits for what is under way."""
        if self._worker is not None:
            self._worker.shutdown(wait=True)
        self._requests.clear()
        self._tensors.clear()

    def _run(self, slot: int, batch: NDArray[np.uint8]) -> Outputs:
        loose: list[list[NDArray[np.generic]]] = []
        start = 0
        while start < len(batch):
            size = max(size for size in self._requests if size <= len(batch) - start)
            request = self._requests[size]
            if self._fixed:
                for index, tensor in enumerate(self._rows(slot, start, size)):
                    request.set_output_tensor(index, tensor)
            request.infer([batch[start : start + size]], share_inputs=True, share_outputs=True)
            if not self._fixed:
                loose.append([np.array(tensor.data) for tensor in request.output_tensors])
            start += size
        if self._fixed:
            return {name: values[: len(batch)] for name, values in self._buffers[slot].items()}
        names = [spec.name for spec in self._graph.outputs]
        return {name: np.concatenate(parts) for name, parts in zip(names, zip(*loose, strict=True), strict=True)}

    def _rows(self, slot: int, start: int, size: int) -> list[Any]:
        """OpenVINO's tensors over `size` rows of a slot's buffers."""
        if (slot, start, size) not in self._tensors:
            openvino = import_openvino()
            rows = [values[start : start + size] for values in self._buffers[slot].values()]
            self._tensors[slot, start, size] = [openvino.Tensor(values, shared_memory=True) for values in rows]
        return self._tensors[slot, start, size]


@functools.cache
def _core() -> Any:
    """The process's one Core, kept until the process ends.

    OpenVINO's CPU plug-in gives the thread that loads it a stack of its own for signal handlers, and unmaps that when
    the last of Core and models is freed. Where another thread frees it (Python's collector runs on any), the first
    thread keeps the address, and its next signal, Ctrl-C too, is a segmentation fault (2026.4.1).
    """
    return import_openvino().Core()


def _compiled(graph: Graph, options: LoadOptions) -> dict[int, Any]:
    """The graph's compiled models by batch."""
    core = _core()
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": options.threads or usable_cores(),
        "INFERENCE_PRECISION_HINT": "f32",  # else a processor with bfloat16 rounds to 8 bits of mantissa
    }
    found = {}
    for batch in sorted({1, graph.opt_batch}):
        model = core.read_model(bytes(graph.onnx))
        model.reshape([batch, *_picture_shape(graph)])
        made_float32(model)
        _check_interface(graph, model)
        quantized_before_concat(model)
        found[batch] = core.compile_model(model, "CPU", settings)
    return found


def _check_interface(graph: Graph, model: Any) -> None:
    """The graph must have the inputs and outputs that its manifest says; a tensor may have several names."""
    ports = (*model.inputs, *model.outputs)
    specs = (*graph.inputs, *graph.outputs)
    if len(ports) == len(specs) and all(map(_is, ports, specs)):
        return
    found = [f"{min(port.get_names(), default='')} {_dtype(port)}" for port in ports]
    raise ValueError(
        f"it has inputs and outputs {found}, its manifest says {[f'{spec.name} {spec.dtype}' for spec in specs]}"
    )


def _is(port: Any, spec: TensorSpec) -> bool:
    return spec.name in port.get_names() and _dtype(port) == np.dtype(spec.dtype)


def _dtype(port: Any) -> np.dtype[Any]:
    found: np.dtype[Any] = np.dtype(port.get_element_type().to_dtype())
    return found


def _buffers(graph: Graph, model: Any) -> dict[str, NDArray[np.generic]]:
    """Empty outputs for the largest batch, shaped as the compiled model says."""
    return {
        spec.name: np.empty((graph.max_batch, *list(port.shape)[1:]), spec.dtype)
        for spec, port in zip(graph.outputs, model.outputs, strict=True)
    }


def _picture_shape(graph: Graph) -> tuple[int, ...]:
    return tuple(size or 1 for size in graph.inputs[0].shape[1:])


def _one_line(error: Exception) -> str:
    """The last line that says something: OpenVINO puts where it happened first, over many lines."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
