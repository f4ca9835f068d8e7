"""Running an engine through PyCUDA: pinned buffers, one stream and one execution context a slot.

Thread rules: every call takes the device's primary context (shared with whatever else in the process uses CUDA's
runtime) for its own duration and gives it back, so calls may come from any thread, one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.checks import checked_batch
from edgekit.backends.protocols import Graph, LoadOptions, Outputs, TensorSpec, Ticket
from edgekit.backends.slots import Slots
from edgekit.backends.tensorrt.versions import TensorRt, dtype_of
from edgekit.errors import BackendUnavailable, CapabilityError

__all__ = ["TensorRtSession"]


@dataclass(slots=True, eq=False)
class _Slot:
    """One batch's place: its context, stream and buffers, sized for the largest batch."""

    context: Any
    stream: Any
    done: Any
    host_input: NDArray[np.uint8]
    device_input: Any
    host_outputs: dict[str, NDArray[np.generic]]
    device_outputs: dict[str, Any]
    batch: int = 0


class TensorRtSession:
    """A loaded engine.

    Args:
        trt: which TensorRT.
        cuda: `pycuda.driver`, initialised.
        engine: deserialized while `primary` was current.
        primary: the device's primary context, retained; detached by `close`.
        graph: what the engine was built from.
        options: device and slots.
    """

    def __init__(self, trt: TensorRt, cuda: Any, engine: Any, primary: Any, graph: Graph, options: LoadOptions) -> None:
        self._trt, self._cuda, self._engine, self._primary, self._graph = trt, cuda, engine, primary, graph
        self._input = graph.inputs[0].name
        self._slots = Slots(options.in_flight)
        self._places: list[_Slot] = []
        try:
            _check_interface(trt, engine, graph)
            with self._current():
                for _ in range(options.in_flight):
                    self._places.append(self._make_slot())
            size = tuple(side or 1 for side in graph.inputs[0].shape[1:])
            for batch in sorted({1, graph.opt_batch}):
                for _ in range(options.in_flight):
                    self.result(self.submit(np.zeros((batch, *size), np.uint8)))
        except BaseException:
            self.close()
            raise

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """As the graph's."""
        return self._graph.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """As the graph's."""
        return self._graph.outputs

    @property
    def engine(self) -> Any:
        """The engine, for the inspector."""
        return self._engine

    def submit(self, batch: NDArray[np.uint8]) -> Ticket:
        """Copy the batch into pinned memory and start on it; see Session.

        Raises:
            CapabilityError: TensorRT does not take it.
        """
        if self._engine is None:
            raise RuntimeError("the session is closed")
        batch = checked_batch(self._graph, batch)
        ticket = self._slots.take()
        place = self._places[ticket.slot]
        count = len(batch)
        try:
            np.copyto(place.host_input[:count], batch)
            with self._current():
                if place.batch != count:
                    place.context.set_input_shape(self._input, batch.shape)
                    place.batch = count
                self._cuda.memcpy_htod_async(place.device_input, place.host_input[:count], place.stream)
                if not place.context.execute_async_v3(place.stream.handle):
                    raise CapabilityError(f"{self._trt.package} could not run a batch of {count}.")
                for name, host in place.host_outputs.items():
                    self._cuda.memcpy_dtoh_async(host[:count], place.device_outputs[name], place.stream)
                place.done.record(place.stream)
        except BaseException:
            self._slots.give_back(ticket)
            raise
        return ticket

    def result(self, ticket: Ticket) -> Outputs:
        """Wait for a batch; views of pinned memory; see Session."""
        self._slots.give_back(ticket)
        place = self._places[ticket.slot]
        with self._current():
            place.done.synchronize()
        return {name: host[: place.batch] for name, host in place.host_outputs.items()}

    def close(self) -> None:
        """Wait for what is under way, then free contexts, buffers and engine."""
        if self._engine is None:
            return
        with self._current():
            for place in self._places:
                place.stream.synchronize()
            self._places.clear()
            self._engine = None
        self._primary.detach()

    @contextmanager
    def _current(self) -> Iterator[None]:
        self._primary.push()
        try:
            yield
        finally:
            self._primary.pop()

    def _make_slot(self) -> _Slot:
        graph, cuda = self._graph, self._cuda
        context = self._engine.create_execution_context()
        if context is None:
            raise BackendUnavailable(
                f"{self._trt.package} has no memory for {len(self._places) + 1} batches in flight."
            )
        shape = (graph.max_batch, *(side or 1 for side in graph.inputs[0].shape[1:]))
        context.set_input_shape(self._input, shape)
        if unset := context.infer_shapes():
            raise BackendUnavailable(f"The engine wants the shapes of {', '.join(unset)} as well.")
        host_input = cuda.pagelocked_empty(shape, np.uint8)
        device_input = cuda.mem_alloc(host_input.nbytes)
        context.set_tensor_address(self._input, int(device_input))
        host_outputs, device_outputs = {}, {}
        for spec in graph.outputs:
            size = tuple(context.get_tensor_shape(spec.name))
            if min(size, default=1) < 0:
                raise BackendUnavailable(f"The size of output {spec.name} depends on the picture; export a fixed one.")
            host = cuda.pagelocked_empty(size, np.dtype(spec.dtype))
            device = cuda.mem_alloc(max(1, host.nbytes))
            context.set_tensor_address(spec.name, int(device))
            host_outputs[spec.name], device_outputs[spec.name] = host, device
        stream, done = cuda.Stream(), cuda.Event(cuda.event_flags.DISABLE_TIMING)
        return _Slot(context, stream, done, host_input, device_input, host_outputs, device_outputs, graph.max_batch)


def _check_interface(trt: TensorRt, engine: Any, graph: Graph) -> None:
    """The engine must have the inputs and outputs that the manifest says, types included."""
    found = {}
    for index in range(engine.num_io_tensors):
        name = engine.get_tensor_name(index)
        given = engine.get_tensor_mode(name) == trt.api.TensorIOMode.INPUT
        found[name] = ("input" if given else "output", str(dtype_of(trt, engine.get_tensor_dtype(name))))
    wanted = {spec.name: ("input", spec.dtype) for spec in graph.inputs}
    wanted |= {spec.name: ("output", spec.dtype) for spec in graph.outputs}
    if found != wanted:
        raise BackendUnavailable(f"The engine has {found}, the bundle's manifest says {wanted}.")
