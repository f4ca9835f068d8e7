"""A checkpoint or a factory's module as one side of a comparison: torch itself runs it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.manifest import ArithmeticSpec, Preprocessing
from edgekit.errors import ModelError
from edgekit.frame import Pixels
from edgekit_export.compare.comparison import SideFacts
from edgekit_export.compare.sides import Outputs, Side
from edgekit_export.models.options import ModelOptions
from edgekit_export.models.presets import describe
from edgekit_export.needs import need

__all__ = ["TorchModel", "TorchRunner"]


class TorchModel:
    """An architecture with --checkpoint, or package.module:factory.

    Raises:
        ModelError: there is no such architecture, checkpoint or factory, or it cannot be used.
        UsageError: an option is missing.
        MissingExtra: torch is not installed.
    """

    def __init__(self, name: str, options: ModelOptions) -> None:
        from edgekit_export.models import resolve_model

        self.name = name
        self._source = resolve_model(name, options)
        if self._source.module is None:
            raise ModelError(f"{name} is no model that torch runs.", hint="An ONNX file's name ends in .onnx.")

    @property
    def preprocessing(self) -> Preprocessing:
        """The architecture's or the factory's, or what --preprocess says."""
        return self._source.preprocessing

    def side(self, lent: Preprocessing | None) -> Side:
        """The module; `lent` is not needed. Its graph is what torch's exporter traces of it."""
        from edgekit_export.graph.head import with_head

        torch = need("torch", "torch", needed_for="running a checkpoint")
        source = self._source
        names = [value.name for value in source.onnx.graph.output]
        return Side(
            facts=SideFacts(
                name=self.name,
                what=f"{source.source}, run by torch {torch.__version__} on the CPU",
                preprocessing=describe(source.preprocessing),
            ),
            preprocessing=source.preprocessing,
            runner=TorchRunner(source.module, source.preprocessing.arithmetic, names, self.name),
            graph=with_head(source.onnx, source.preprocessing.arithmetic),
            task=source.task,
            decoder=source.decoder,
            class_names=source.class_names,
            notes=(f"Layers of {self.name} are those of the graph that torch traces of it.",),
        )


class TorchRunner:
    """Runs a torch module on one picture, in float32 on the CPU.

    Args:
        module: takes float32 pictures in the arithmetic's layout.
        arithmetic: from pixels to what it takes.
        names: its outputs, in order.
        name: for messages.
    """

    def __init__(self, module: Any, arithmetic: ArithmeticSpec, names: list[str], name: str) -> None:
        self._module, self._arithmetic, self._names, self._name = module.eval(), arithmetic, names, name

    def run(self, prepared: Pixels) -> Outputs:
        """Outputs of one picture.

        Raises:
            ModelError: the module fails, or gives other outputs than it was traced with.
        """
        import torch

        from edgekit_export.graph.head import float_preprocessing

        values = float_preprocessing(prepared[None], self._arithmetic)
        try:
            with torch.no_grad():
                given = _flat(self._module(torch.from_numpy(values)))
        except Exception as error:  # the user's forward() and torch raise whatever they like
            raise ModelError(f"{self._name} cannot be run: {str(error).strip().splitlines()[0]}") from error
        if len(given) != len(self._names):
            raise ModelError(f"{self._name} gives {len(given)} outputs; torch's exporter traced {len(self._names)}.")
        return dict(zip(self._names, given, strict=True))

    def close(self) -> None:
        """Nothing to free."""


def _flat(given: Any) -> list[NDArray[np.generic]]:
    """Tensors of whatever a module returns, in the exporter's order."""
    if isinstance(given, dict):
        return [array for value in given.values() for array in _flat(value)]
    if isinstance(given, (list, tuple)):
        return [array for value in given for array in _flat(value)]
    return [given.numpy()]
