"""From the bytes of an ONNX file to a model that the rest of edgekit can take apart."""

from __future__ import annotations

import math
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from edgekit.errors import ModelError
from edgekit_export.graph.running import session

__all__ = ["check_not_quantized", "load_onnx"]

_MAX_BYTES = 2_000_000_000
"""A protobuf message, which every graph of a bundle is, holds no more."""

_OLDEST_OPSET = 7
"""What ONNX Runtime supports (its compatibility page); operators of opset 6 and before it mostly does not have."""

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


def _check_runs(model: onnx.ModelProto, where: str) -> None:
    """Refuse an opset or a file format that the installed onnxruntime does not run: nothing could be proven of it."""
    default = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if default and default[0] < _OLDEST_OPSET:
        raise ModelError(
            f"{where} is written for opset {default[0]}; opsets from {_OLDEST_OPSET} on can be read.",
            hint="Export it again with opset 20, or convert it: onnx.version_converter.convert_version(model, 20)",
        )
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["x"], ["y"])],
        "probe",
        [value("x", onnx.TensorProto.FLOAT, [1])],
        [value("y", onnx.TensorProto.FLOAT, [1])],
    )
    probe = onnx.helper.make_model(graph, opset_imports=default and [onnx.helper.make_opsetid("", default[0])])
    probe.ir_version = model.ir_version
    try:
        session(probe)
    except ModelError as error:
        opset = f"opset {default[0]}" if default else "no opset"
        raise ModelError(
            f"{where} is written for {opset} and ONNX file format {model.ir_version}, "
            "which the installed onnxruntime does not run.",
            hint="Export it again with opset 20, or upgrade onnxruntime.",
        ) from error


def load_onnx(path: Path, *, quantized_too: bool = False) -> onnx.ModelProto:
    """Read an ONNX file, and the weights that it keeps in files beside it.

    Args:
        path: the file.
        quantized_too: take one that is quantized already.

    Raises:
        ModelError: missing, unreadable, not ONNX, without a graph, of an opset too old or too new, quantized, or with
            weights that are missing or too many.
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
    _check_runs(model, str(path))
    if not quantized_too:
        check_not_quantized(model, str(path))
    if external := _external_tensors(model):
        _load_external(model, path, external)
    return model


def _external_bytes(tensor: onnx.TensorProto) -> int:
    """How much of a tensor lies in another file: as its entry says, or, where that says nothing, by its shape."""
    if tensor.data_location != onnx.TensorProto.EXTERNAL:
        return 0
    lengths = [int(entry.value) for entry in tensor.external_data if entry.key == "length"]
    itemsize = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    return lengths[0] if lengths else int(math.prod(tensor.dims)) * int(itemsize)


def _load_external(model: onnx.ModelProto, path: Path, external: list[str]) -> None:
    """Read the weights that lie in files beside `path` into `model`; onnx refuses files outside its folder."""
    total = sum(_external_bytes(tensor) for tensor in model.graph.initializer)
    if total > _MAX_BYTES:
        raise ModelError(
            f"{path} has {total / 1e9:.1f} GB of weights; up to 2 GB can be exported.",
            hint="A smaller variant of the model is what runs on a device at the edge.",
        )
    try:
        onnx.load_external_data_for_model(model, str(path.absolute().parent))
    except (OSError, ValueError, RuntimeError, onnx.checker.ValidationError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(
            f"{path} keeps the weights of {len(external)} tensors (first {external[0]}) in other files: {first}",
            hint="Put the files that were written with it into the same folder.",
        ) from error
