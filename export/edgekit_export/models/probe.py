"""What a float graph takes, and what it really gives: found by running it once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import ModelError

__all__ = ["InputInfo", "float_input", "run_once"]

# ONNX's names of element types that matter in messages (TensorProto.DataType).
_FLOAT32 = 1


@dataclass(frozen=True, slots=True)
class InputInfo:
    """The one input of a model file.

    Attributes:
        name: its name.
        layout: "nchw" or "nhwc".
        size_hw: height and width; None where the file leaves them open.
    """

    name: str
    layout: str
    size_hw: tuple[int | None, int | None]


def float_input(model: Any, where: str) -> InputInfo:
    """The picture input of an onnx.ModelProto.

    Raises:
        ModelError: it has several inputs, or one that is not float32 with 3 channels and a batch of 1 or open.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1:
        names = ", ".join(value.name for value in inputs) or "none"
        raise ModelError(
            f"{where} takes {len(inputs)} inputs ({names}); a bundle's graph takes one picture.",
            hint="Export it again with the picture as its only input.",
        )
    tensor = inputs[0].type.tensor_type
    dims = [dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None for dim in tensor.shape.dim]
    shown = "x".join("?" if dim is None else str(dim) for dim in dims)
    if tensor.elem_type != _FLOAT32:
        import onnx

        kind = onnx.TensorProto.DataType.Name(tensor.elem_type).lower()
        raise ModelError(
            f"{where}: input {inputs[0].name} is {kind} {shown}; edgekit takes models with a float32 input.",
            hint="Export it again in float32, without preprocessing inside the graph.",
        )
    if len(dims) == 4 and dims[0] not in (None, 1):
        raise ModelError(
            f"{where}: input {inputs[0].name} takes {dims[0]} pictures at once, no more and no fewer.",
            hint="Export the model with batch 1 or a dynamic batch.",
        )
    if len(dims) == 4 and dims[1] == 3:
        return InputInfo(inputs[0].name, "nchw", (dims[2], dims[3]))
    if len(dims) == 4 and dims[3] == 3:
        return InputInfo(inputs[0].name, "nhwc", (dims[1], dims[2]))
    raise ModelError(f"{where}: input {inputs[0].name} has shape {shown}; a picture of 3 channels was expected.")


def run_once(model: Any, info: InputInfo, size_hw: tuple[int, int]) -> dict[str, NDArray[np.generic]]:
    """Outputs by name for one grey picture, by ONNX Runtime with optimisations off.

    Raises:
        ModelError: ONNX Runtime cannot load or run it.
    """
    from edgekit_export.graph.running import run

    shape = (1, 3, *size_hw) if info.layout == "nchw" else (1, *size_hw, 3)
    outputs = run(model, {info.name: np.full(shape, 0.5, np.float32)})
    return {value.name: np.asarray(array) for value, array in zip(model.graph.output, outputs, strict=True)}
