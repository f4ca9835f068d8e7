"""A backend that infers nothing: for measuring everything around the model, and for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.checks import checked_batch
from edgekit.backends.protocols import Availability, Graph, LoadOptions, Outputs, TensorSpec, Ticket
from edgekit.backends.slots import Slots
from edgekit.errors import BackendUnavailable

__all__ = ["Answer", "FakeBackend", "FakeSession"]

Answer = Callable[[NDArray[np.uint8]], Mapping[str, NDArray[np.generic]]]
"""From a batch (n, height, width, 3) to outputs by name, first axis n."""


class FakeBackend:
    """Answers at once: with zeros of the right shapes, or with what it is told."""

    name = "fake"
    faithful = False
    """Its answers are not the graph's, so golden outputs cannot be asked of it."""

    def __init__(self, answer: Answer | None = None) -> None:
        self._answer = answer

    def availability(self) -> Availability:
        """Always usable."""
        return Availability(usable=True, reason="fake: infers nothing, answers at once")

    def load(self, graph: Graph, options: LoadOptions) -> FakeSession:
        """A session with the graph's inputs and outputs; the graph itself is not looked at.

        Raises:
            BackendUnavailable: an output has a symbolic size besides the batch, and there is no answer for it.
        """
        unknown = [spec.name for spec in graph.outputs if None in spec.shape[1:]]
        if unknown and self._answer is None:
            raise BackendUnavailable(f"The fake backend does not know the shape of output {unknown[0]!r}.")
        return FakeSession(graph, options, self._answer)


class FakeSession:
    """A session of the fake backend."""

    def __init__(self, graph: Graph, options: LoadOptions, answer: Answer | None) -> None:
        self._graph = graph
        self._slots = Slots(options.in_flight)
        self._outputs: list[Mapping[str, NDArray[np.generic]]] = [{}] * options.in_flight
        self._answer = answer or self._zeros
        self._blank = {} if answer else {spec.name: _blank(spec, graph.max_batch) for spec in graph.outputs}

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """As the graph's."""
        return self._graph.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """As the graph's."""
        return self._graph.outputs

    def submit(self, batch: NDArray[np.uint8]) -> Ticket:
        """Note the answer; see Session."""
        batch = checked_batch(self._graph, batch)
        ticket = self._slots.take()
        self._outputs[ticket.slot] = self._answer(batch)
        return ticket

    def result(self, ticket: Ticket) -> Outputs:
        """The answer; see Session."""
        self._slots.give_back(ticket)
        return self._outputs[ticket.slot]

    def close(self) -> None:
        """Nothing to free."""

    def _zeros(self, batch: NDArray[np.uint8]) -> Mapping[str, NDArray[np.generic]]:
        return {name: values[: len(batch)] for name, values in self._blank.items()}


def _blank(spec: TensorSpec, batch: int) -> NDArray[np.generic]:
    zeros = np.zeros((batch, *(size or 1 for size in spec.shape[1:])), spec.dtype)
    zeros.flags.writeable = False
    return zeros
