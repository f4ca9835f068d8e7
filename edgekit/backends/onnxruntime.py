"""ONNX Runtime: on CUDA where it is present and works, else on the CPU."""

from __future__ import annotations

import base64
import platform
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.checks import checked_batch
from edgekit.backends.machine import cpu_flags, cpu_model, usable_cores
from edgekit.backends.protocols import Availability, Graph, LoadOptions, Outputs, TensorSpec, Ticket
from edgekit.backends.slots import Slots
from edgekit.config.environment import decline_telemetry
from edgekit.errors import BackendUnavailable

__all__ = ["OnnxRuntimeBackend", "OnnxRuntimeSession", "cuda_works", "import_onnxruntime"]

Device = Literal["auto", "cuda", "cpu"]

_ERRORS_ONLY: Final = 3
_CUDA: Final = "CUDAExecutionProvider"
_CPU: Final = "CPUExecutionProvider"
_IDENTITY_ONNX: Final = "CAg6NgoQCgF4EgF5IghJZGVudGl0eRIIaWRlbnRpdHlaCwoBeBIGCgQIARIAYgsKAXkSBgoECAESAEIECgAQDQ=="
"""y = x for one float: the smallest graph that shows whether a device takes any."""


def import_onnxruntime() -> Any:
    """The onnxruntime module, imported so that it reports nothing to anybody.

    Raises:
        ImportError: it is not installed, or its libraries cannot be loaded.
    """
    decline_telemetry()
    return import_module("onnxruntime")


class OnnxRuntimeBackend:
    """Loads graphs with ONNX Runtime."""

    name = "onnxruntime"

    def __init__(self, device: Device = "auto") -> None:
        self._device = device

    @property
    def device(self) -> str:
        """Where graphs will run: "cuda" or "cpu"."""
        if self._device != "auto":
            return self._device
        return "cuda" if cuda_works() is None else "cpu"

    def availability(self) -> Availability:
        """Usable where onnxruntime is installed and the device works; the reason names version and device."""
        try:
            onnxruntime = import_onnxruntime()
        except Exception as error:  # noqa: BLE001 - a broken install fails with whatever its loader raises
            return Availability(False, f"onnxruntime cannot be imported: {error}", "pip install onnxruntime")
        version = f"onnxruntime {onnxruntime.__version__}"
        if self.device == "cuda":
            if problem := cuda_works():
                return Availability(
                    False,
                    f"{version} cannot use CUDA: {problem}",
                    "pip uninstall onnxruntime; pip install onnxruntime-gpu",
                )
            return Availability(True, f"{version} on CUDA")
        return Availability(True, f"{version} on the CPU ({cpu_model()}, {usable_cores()} cores)")

    def load(self, graph: Graph, options: LoadOptions) -> OnnxRuntimeSession:
        """Load and warm a graph.

        Raises:
            BackendUnavailable: the device is not there, the graph is refused, or it is `int8-tensorrt` and
                optimisations were not switched off: optimised, it is neither what TensorRT runs nor fast.
        """
        if graph.encoding == "int8-tensorrt" and options.optimise:
            raise BackendUnavailable(
                "ONNX Runtime runs int8-tensorrt only as a reference, with optimisations off.",
                hint="Use --encoding int8-cpu, or a backend of TensorRT.",
            )
        available = self.availability()
        if not available.usable:
            raise BackendUnavailable(available.reason + ".", hint=available.remedy)
        try:
            session = _inference_session(graph, options, self.device)
        except Exception as error:  # onnxruntime raises its own kinds, which differ between versions
            raise BackendUnavailable(
                f"ONNX Runtime refuses the {graph.encoding} graph: {_first_line(error)}"
            ) from error
        return OnnxRuntimeSession(graph, options, session)


class OnnxRuntimeSession:
    """A loaded graph.

    With one batch in flight (the default) `submit` computes on the caller's thread: on a CPU there is nothing to
    overlap with, and a hand-over to another thread costs more than it gives. With more, a worker computes.
    Outputs of known shape are written into buffers made once per slot and batch size.
    """

    def __init__(self, graph: Graph, options: LoadOptions, session: Any) -> None:
        self._graph = graph
        self._session = session
        self._slots = Slots(options.in_flight)
        self._bound: dict[tuple[int, int], tuple[Any, dict[str, NDArray[np.generic]]]] = {}
        self._fixed = all(None not in spec.shape[1:] for spec in graph.outputs)
        self._names = [spec.name for spec in graph.outputs]
        self._answers: list[Future[Outputs] | Outputs] = [{}] * options.in_flight
        self._worker = ThreadPoolExecutor(1, "edgekit-onnxruntime") if options.in_flight > 1 else None
        for batch in sorted({1, graph.opt_batch}):
            self.result(self.submit(np.zeros((batch, *_input_shape(graph)), np.uint8)))

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
        if self._session is None:
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
        """Free the graph; waits for what is under way."""
        if self._worker is not None:
            self._worker.shutdown(wait=True)
        self._session = None
        self._bound.clear()

    def _run(self, slot: int, batch: NDArray[np.uint8]) -> Outputs:
        if not self._fixed:
            values = self._session.run(self._names, {self._graph.inputs[0].name: batch})
            return dict(zip(self._names, values, strict=True))
        binding, outputs = self._binding(slot, len(batch))
        binding.bind_input(self._graph.inputs[0].name, "cpu", 0, np.uint8, batch.shape, batch.ctypes.data)
        self._session.run_with_iobinding(binding)
        return outputs

    def _binding(self, slot: int, batch: int) -> tuple[Any, dict[str, NDArray[np.generic]]]:
        if (slot, batch) not in self._bound:
            binding = self._session.io_binding()
            outputs = {}
            for spec in self._graph.outputs:
                shape = (batch, *(size or 1 for size in spec.shape[1:]))
                values = np.empty(shape, spec.dtype)
                binding.bind_output(spec.name, "cpu", 0, values.dtype, shape, values.ctypes.data)
                outputs[spec.name] = values
            self._bound[slot, batch] = binding, outputs
        return self._bound[slot, batch]


@lru_cache(maxsize=1)
def cuda_works() -> str | None:
    """Why ONNX Runtime cannot run on CUDA here; None where it can (tried with the smallest graph)."""
    onnxruntime = import_onnxruntime()

    if _CUDA not in onnxruntime.get_available_providers():
        return "this onnxruntime package is built without CUDA"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY + 1  # it would print the loader's error, which we return
    try:
        session = onnxruntime.InferenceSession(base64.b64decode(_IDENTITY_ONNX), options, providers=[_CUDA])
        session.run(None, {"x": np.array(1, np.float32)})
    except Exception as error:  # noqa: BLE001 - onnxruntime raises its own kinds, which differ between versions
        return _first_line(error)
    if session.get_providers()[0] != _CUDA:
        return "the CUDA libraries that this onnxruntime package wants cannot be loaded"
    return None


def _inference_session(graph: Graph, options: LoadOptions, device: str) -> Any:
    onnxruntime = import_onnxruntime()

    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = _ERRORS_ONLY
    settings.intra_op_num_threads = options.threads or usable_cores()
    settings.inter_op_num_threads = 1
    if not options.optimise:
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    if graph.encoding == "int8-cpu" and _saturates():
        # Products of unsigned and signed bytes are added in pairs into 16 bits there, and clip.
        settings.add_session_config_entry("session.x64quantprecision", "1")
    providers: list[Any] = [_CPU]
    if device == "cuda":
        providers.insert(0, (_CUDA, {"device_id": options.device}))
    session = onnxruntime.InferenceSession(graph.onnx, settings, providers=providers)
    _check_interface(graph, session)
    return session


def _check_interface(graph: Graph, session: Any) -> None:
    """The graph must have the inputs and outputs that its manifest says."""
    found = [value.name for value in (*session.get_inputs(), *session.get_outputs())]
    wanted = [spec.name for spec in (*graph.inputs, *graph.outputs)]
    if found != wanted:
        raise ValueError(f"it has inputs and outputs {found}, its manifest says {wanted}")


def _saturates() -> bool:
    """An x86 processor without VNNI."""
    flags = cpu_flags()
    x86 = platform.machine() in ("x86_64", "AMD64")
    return x86 and bool(flags) and not flags & {"avx512_vnni", "avx_vnni"}


def _input_shape(graph: Graph) -> tuple[int, ...]:
    return tuple(size or 1 for size in graph.inputs[0].shape[1:])


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
