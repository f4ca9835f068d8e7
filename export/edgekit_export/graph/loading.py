"""From the bytes of an ONNX file to a model that the rest of edgekit can take apart."""

from __future__ import annotations

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from edgekit.errors import ModelError

__all__ = ["check_not_quantized", "load_onnx"]

_QUANTIZED = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger", "QLinear")


def _external_tensors(model: onnx.ModelProto) -> list[str]:
    return [t.name for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]


def check_not_quantized(model: onnx.ModelProto, where: str) -> None:
    """Refuse a model that is quantized already.

    Its own quantizers would stay in every graph, int8-tensorrt too: TensorRT refuses their INT32 biases and offsets,
    and takes uint8 for int8 without a word.

    Raises:
        ModelError: it has operators that quantize.
    """
    found = next((node.op_type for node in model.graph.node if node.op_type.startswith(_QUANTIZED)), None)
    if found is not None:
        raise ModelError(
            f"{where} is quantized already (it has {found}).", hint="Give the float model that it was made from."
        )


def load_onnx(path: Path) -> onnx.ModelProto:
    """Read an ONNX file that holds its own weights.

    Raises:
        ModelError: missing, unreadable, not ONNX, without a graph, quantized, or its weights lie in other files.
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
    check_not_quantized(model, str(path))
    external = _external_tensors(model)
    if external:
        raise ModelError(
            f"{path} keeps its weights in other files ({len(external)} tensors, first {external[0]}).",
            hint="Save it as one file: onnx.save(onnx.load(path), 'one.onnx').",
        )
    return model
