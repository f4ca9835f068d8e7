"""Any opset becomes 20, any IR version 10: what JetPack's onnxruntime reads and FP16 Q/DQ needs."""

from __future__ import annotations

import onnx
from onnx import version_converter

from edgekit.errors import ModelError
from edgekit_export.graph.running import random_inputs, relative_difference, run

__all__ = ["IR_VERSION", "OPSET", "opset_of", "to_opset"]

OPSET = 20
IR_VERSION = 10

# Operators whose result changed at opset 13 although attributes and inputs kept their names.
_MEANING_CHANGED = frozenset({"Softmax", "LogSoftmax", "Hardmax"})

# Both graphs run in float on the same CPU: only the order of sums may differ.
_MAX_DIFFERENCE = 1e-4


def opset_of(model: onnx.ModelProto) -> int:
    """The version of the default operator set.

    Raises:
        ModelError: the model has operators of another domain, which no backend of edgekit is sure to know.
    """
    foreign = sorted({node.domain for node in model.graph.node} - {"", "ai.onnx"})
    if foreign:
        raise ModelError(
            f"The model has operators of {', '.join(foreign)}.", hint="Export it with standard ONNX operators only."
        )
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if not versions:
        raise ModelError("The model names no version of the ONNX operator set.")
    return int(versions[0])


def _same_signature(op_type: str, one: int, other: int) -> bool:
    try:
        first = onnx.defs.get_schema(op_type, one, "")
        second = onnx.defs.get_schema(op_type, other, "")
    except onnx.defs.SchemaError:  # the older of the two does not have it
        return False
    if first.since_version == second.since_version:
        return True
    return (
        (op_type not in _MEANING_CHANGED or min(one, other) >= 13)
        and [value.name for value in first.inputs] == [value.name for value in second.inputs]
        and set(first.attributes) <= set(second.attributes)
    )


def _relabelled(model: onnx.ModelProto, version: int) -> onnx.ModelProto:
    """The same nodes under another opset: right where no operator of the graph changed its signature."""
    changed = sorted({n.op_type for n in model.graph.node if not _same_signature(n.op_type, version, OPSET)})
    if changed:
        raise ModelError(
            f"The model is written for opset {version}; its {', '.join(changed)} cannot be converted to opset {OPSET}.",
            hint=f"Export it again with opset {OPSET}.",
        )
    relabelled = onnx.ModelProto()
    relabelled.CopyFrom(model)
    del relabelled.opset_import[:]
    relabelled.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    return relabelled


def _without_inputs_of_initializers(model: onnx.ModelProto) -> None:
    constant = {tensor.name for tensor in model.graph.initializer}
    kept = [value for value in model.graph.input if value.name not in constant]
    del model.graph.input[:]
    model.graph.input.extend(kept)


def to_opset(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy at opset 20 and IR 10 that gives the same outputs, which is proven on random inputs.

    onnx's converter is tried first; where it gives up, the nodes are relabelled if none of them changed.

    Raises:
        ModelError: an operator cannot be converted, or the outputs come out different.
    """
    version = opset_of(model)
    if version == OPSET:
        converted = onnx.ModelProto()
        converted.CopyFrom(model)
    else:
        try:
            converted = version_converter.convert_version(model, OPSET)
        except Exception:  # noqa: BLE001 - the C++ converter raises bare RuntimeError, ConvertError and ValueError
            converted = _relabelled(model, version)
    converted.ir_version = IR_VERSION
    _without_inputs_of_initializers(converted)
    if version != OPSET:
        feeds = random_inputs(model, batch=1)
        difference = relative_difference(run(model, feeds), run(converted, feeds))
        if not difference <= _MAX_DIFFERENCE:
            raise ModelError(
                f"Converted from opset {version} to {OPSET} the outputs move by {difference:.2g} of their range.",
                hint=f"Export it again with opset {OPSET}.",
            )
    return converted
