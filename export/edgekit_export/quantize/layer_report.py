"""What quantizing decided of each layer, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import onnx

from edgekit.bundle.manifest import Encoding
from edgekit_export.quantize.deciding import Decision
from edgekit_export.quantize.layers import find_layers, unquantizable
from edgekit_export.quantize.plan import LayerPlan

__all__ = ["LayerReport", "layer_reports"]


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One convolution or matrix product.

    Attributes:
        name, op_type, macs: of the node.
        sensitivity: per encoding, the mean noise over the groups of outputs with this layer alone in INT8;
            of int8-cpu only where INT8 is the faster one.
        int8: the encodings in which it is INT8.
        centred: whether int8-tensorrt subtracts the middle of its input's range.
        by_channel: whether int8-tensorrt has steps for each channel of its input.
        reason: why it can be INT8 in no encoding, or None.
    """

    name: str
    op_type: str
    macs: int
    sensitivity: Mapping[str, float]
    int8: tuple[str, ...]
    centred: bool = False
    by_channel: bool = False
    reason: str | None = None


def layer_reports(
    model: onnx.ModelProto,
    reasons: Mapping[str, str],
    decisions: Mapping[Encoding, Decision],
) -> tuple[LayerReport, ...]:
    """In graph order."""
    odd = unquantizable(model)
    signed = [plan for plan in decisions[Encoding.INT8_TENSORRT].chosen if isinstance(plan, LayerPlan)]
    centred = {plan.layer.name for plan in signed if plan.centred}
    by_channel = {plan.layer.name for plan in signed if plan.factors is not None}
    layers = {layer.name: layer for layer in find_layers(model)}
    reports = []
    for node in model.graph.node:
        layer = layers.get(node.name)
        if layer is None and node.name not in odd:
            continue
        int8 = tuple(one.value for one, decision in decisions.items() if node.name in decision.choice.quantized)
        reports.append(
            LayerReport(
                name=node.name,
                op_type=node.op_type,
                macs=odd[node.name] if layer is None else layer.macs,
                sensitivity={
                    one.value: decision.sensitivities[node.name]
                    for one, decision in decisions.items()
                    if node.name in decision.sensitivities
                },
                int8=int8,
                centred=node.name in centred,
                by_channel=node.name in by_channel,
                reason="its weight is not constant, or its form is unusual"
                if layer is None
                else reasons.get(node.name),
            )
        )
    return tuple(reports)
