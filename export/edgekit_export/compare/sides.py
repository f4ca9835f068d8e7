"""What a comparison runs: a model that takes prepared pixels and gives named outputs, whatever it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.manifest import DecoderSpec, Preprocessing, Task
from edgekit.errors import ModelError
from edgekit.frame import Pixels
from edgekit.vision.geometry import Geometry
from edgekit_export.compare.comparison import SideFacts

__all__ = ["GraphRunner", "Outputs", "Runner", "Side", "ran_by_onnxruntime"]

Outputs = Mapping[str, NDArray[np.generic]]
"""By name, in the model's order; the first axis is the batch of one."""


class Runner(Protocol):
    """Runs a model on one picture."""

    def run(self, prepared: Pixels) -> Outputs:
        """Outputs for uint8 (height, width, 3) BGR pixels of the side's geometry."""

    def close(self) -> None:
        """Free what it holds; twice is fine."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two models, ready to run.

    Attributes:
        facts: its name and what runs, for people.
        preprocessing: what happens to a picture before it.
        runner: runs it.
        graph: onnx.ModelProto that takes uint8 `images` (batch, height, width, 3), for the walk through layers; None
            of an engine.
        task, decoder, class_names: how its outputs are read; None and empty where not known.
        notes: what a person should be told, one line each.
    """

    facts: SideFacts
    preprocessing: Preprocessing
    runner: Runner
    graph: Any | None
    task: Task | None = None
    decoder: DecoderSpec | None = None
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def geometry(self) -> Geometry:
        """What `vision.prepare` does to a picture for it."""
        return self.preprocessing.geometry.to_geometry()


class GraphRunner:
    """A graph on pixels, run by ONNX Runtime on the CPU.

    Args:
        model: onnx.ModelProto, one uint8 input (batch, height, width, 3).
        name: for messages.
        optimise: let ONNX Runtime rewrite it, as a device would; False runs it as written.
    """

    def __init__(self, model: Any, name: str, *, optimise: bool = False) -> None:
        from edgekit_export.graph.running import session

        try:
            self._session = session(model, optimise=optimise)
        except ModelError as error:
            raise ModelError(f"{name}: {error.message}", hint=error.hint) from error
        self._name = name
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, prepared: Pixels) -> Outputs:
        """Outputs of one picture.

        Raises:
            ModelError: ONNX Runtime cannot run the graph.
        """
        try:
            values = self._session.run(self._outputs, {self._input: prepared[None]})
        except Exception as error:  # onnxruntime's exceptions have no common base of their own
            raise ModelError(f"{self._name} cannot be run: {str(error).splitlines()[0]}") from error
        return dict(zip(self._outputs, values, strict=True))

    def close(self) -> None:
        """Let go of the session."""
        self._session = None


def ran_by_onnxruntime(what: str, *, optimise: bool) -> str:
    """For people: what ran, and how."""
    from edgekit.backends.onnxruntime import import_onnxruntime

    how = "optimised as on a device" if optimise else "as written"
    return f"{what}, ONNX Runtime {import_onnxruntime().__version__} on the CPU, {how}"
