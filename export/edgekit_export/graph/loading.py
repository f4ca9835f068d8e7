"""From the bytes of an ONNX file to a model that the rest of edgekit can take apart."""

from __future__ import annotations

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from edgekit.errors import ModelError

__all__ = ["load_onnx"]


def _external_tensors(model: onnx.ModelProto) -> list[str]:
    return [t.name for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]


def load_onnx(path: Path) -> onnx.ModelProto:
    """Read an ONNX file that holds its own weights.

    Raises:
        ModelError: missing, unreadable, not ONNX, without a graph, or its weights lie in other files.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"Cannot read the model {path}: {error.strerror or error}.") from error
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        raise ModelError(
            f"{path} is not an ONNX file.", hint="Give an .onnx file or an architecture's name."
        ) from error
    if not model.graph.node or not model.graph.output or not model.opset_import:
        raise ModelError(f"{path} is not an ONNX file with a graph.", hint="Export the model to ONNX again.")
    external = _external_tensors(model)
    if external:
        raise ModelError(
            f"{path} keeps its weights in other files ({len(external)} tensors, first {external[0]}).",
            hint="Save it as one file: onnx.save(onnx.load(path), 'one.onnx').",
        )
    return model
