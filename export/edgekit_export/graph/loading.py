"""From the bytes of an ONNX file to a model that the rest of edgekit can take apart."""

from __future__ import annotations

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from edgekit.errors import ModelError

__all__ = ["check_not_quantized", "load_onnx"]

_MAX_BYTES = 2_000_000_000
"""A protobuf message, which every graph of a bundle is, holds no more."""

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


def load_onnx(path: Path, *, quantized_too: bool = False) -> onnx.ModelProto:
    """Read an ONNX file, and the weights that it keeps in files beside it.

    Args:
        path: the file.
        quantized_too: take one that is quantized already.

    Raises:
        ModelError: missing, unreadable, not ONNX, without a graph, quantized, or weights that are missing or too many.
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
    if not quantized_too:
        check_not_quantized(model, str(path))
    if external := _external_tensors(model):
        _load_external(model, path, external)
    return model


def _load_external(model: onnx.ModelProto, path: Path, external: list[str]) -> None:
    """Read the weights that lie in files beside `path` into `model`; onnx refuses files outside its folder."""
    lengths = [int(e.value) for t in model.graph.initializer for e in t.external_data if e.key == "length"]
    if sum(lengths) > _MAX_BYTES:
        raise ModelError(f"{path} has {sum(lengths) / 1e9:.1f} GB of weights; up to 2 GB can be exported.")
    try:
        onnx.load_external_data_for_model(model, str(path.absolute().parent))
    except (OSError, ValueError, RuntimeError, onnx.checker.ValidationError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(
            f"{path} keeps the weights of {len(external)} tensors (first {external[0]}) in other files: {first}",
            hint="Put the files that were written with it into the same folder.",
        ) from error
