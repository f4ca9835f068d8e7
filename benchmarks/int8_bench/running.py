"""Raw outputs of a graph for every picture, one picture at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from edgekit_export.graph.running import session
from numpy.typing import NDArray

from edgekit.backends.protocols import LoadOptions
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle

__all__ = ["Outputs", "outputs_of_bundle", "outputs_of_graph"]

Outputs = dict[str, NDArray[np.float32]]
"""By name, in the graph's order; the first axis is the picture."""


def outputs_of_graph(model: onnx.ModelProto, inputs: Iterable[NDArray[Any]], *, optimise: bool) -> Outputs:
    """By ONNX Runtime on the CPU.

    Args:
        model: one picture in.
        inputs: as it takes them: float32 (1, 3, height, width) each, or uint8 (1, height, width, 3) prepared.
        optimise: False runs it exactly as written.
    """
    loaded = session(model, optimise=optimise)
    names, first = [output.name for output in loaded.get_outputs()], loaded.get_inputs()[0].name
    return _stacked(names, (loaded.run(names, {first: picture}) for picture in inputs))


def outputs_of_bundle(path: Path, encoding: str, prepared: NDArray[np.uint8]) -> Outputs:
    """By the runtime's own way to load a graph, its golden check included.

    Args:
        path: of the bundle.
        encoding: which graph; int8-tensorrt is run as written.
        prepared: uint8 (pictures, height, width, 3).
    """
    model = load_model(Bundle.open(path), encoding=encoding, backend="onnxruntime", options=LoadOptions(threads=2))
    try:
        names = [output.name for output in model.session.outputs]
        rows = []
        for picture in prepared:
            found = model.session.result(model.session.submit(picture[None]))
            rows.append([np.array(found[name]) for name in names])
        return _stacked(names, rows)
    finally:
        model.close()


def _stacked(names: list[str], rows: Iterable[list[NDArray[Any]]]) -> Outputs:
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*rows, strict=True), strict=True)}
