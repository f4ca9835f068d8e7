"""What a backend is: it loads a graph and gives a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Availability", "Backend", "Graph", "LoadOptions", "Outputs", "Session", "TensorSpec", "Ticket"]

Outputs = Mapping[str, NDArray[np.generic]]
"""A graph's outputs by name; the first axis is the batch."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a backend works on this machine.

    Attributes:
        usable: it can load and run graphs here.
        reason: why, or why not, in one line (names versions and devices).
        remedy: what would mend it, or None.
    """

    usable: bool
    reason: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a graph.

    Attributes:
        name: its name in the ONNX graph.
        dtype: numpy dtype name, such as "uint8".
        shape: sizes; None where symbolic (the batch).
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """An ONNX graph of a bundle, ready to be loaded.

    Attributes:
        onnx: its serialized bytes.
        encoding: "float", "fp16", "int8-tensorrt" or "int8-cpu".
        sha256: hex digest of `onnx`.
        inputs: what it takes; the first is uint8 (batch, height, width, 3).
        outputs: what it gives.
        max_batch: the largest batch that it may be given.
        opt_batch: the batch it should be fastest at.
    """

    onnx: bytes
    encoding: str
    sha256: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    max_batch: int = 1
    opt_batch: int = 1


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a graph is to be loaded.

    Attributes:
        threads: CPU threads within one operator; None for one a core.
        device: accelerator index.
        in_flight: tickets that may be under way at once.
        optimise: let the backend rewrite the graph; False gives the reference that golden outputs are made of.
        engine_cache: folder for built engines; None for the user's cache.
    """

    threads: int | None = None
    device: int = 0
    in_flight: int = 1
    optimise: bool = True
    engine_cache: Path | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A batch under way; give it back to the session that issued it."""

    slot: int
    number: int


class Session(Protocol):
    """A loaded, warmed graph. One thread submits; close() frees everything."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What the graph takes."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What the graph gives."""

    def submit(self, batch: NDArray[np.uint8]) -> Ticket:
        """Start on (n, height, width, 3) prepared pixels, n <= max batch; at once while fewer than in_flight run."""

    def result(self, ticket: Ticket) -> Outputs:
        """Wait for a batch; views, valid until the ticket's slot is reused."""

    def close(self) -> None:
        """Free everything; twice is fine."""


class Backend(Protocol):
    """Something that runs graphs."""

    @property
    def name(self) -> str:
        """How config and CLI name it."""

    def availability(self) -> Availability:
        """Whether it works here; never raises."""

    def load(self, graph: Graph, options: LoadOptions) -> Session:
        """Load and warm `graph`.

        Raises:
            BackendUnavailable: it cannot run this graph here.
        """
