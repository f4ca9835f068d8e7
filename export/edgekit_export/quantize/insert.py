"""Write a float graph with quantize/dequantize pairs: explicit zero points, int8 weights, float or int32 biases."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from edgekit_calibration import Quantizer
from numpy.typing import NDArray
from onnx import helper

from edgekit_export.graph.cleanup import unused_removed
from edgekit_export.graph.view import GraphView, attribute, initializer
from edgekit_export.quantize.biases import bias_of, takes_bias
from edgekit_export.quantize.gates import OPENNESS, Gate
from edgekit_export.quantize.placement import starts_silu
from edgekit_export.quantize.plan import LayerPlan, PassPlan, Plan, StemPlan, as_signed, centre_of

__all__ = ["with_int8"]


class _Writer:
    """Builds the node list of one quantized graph in order."""

    def __init__(self, model: onnx.ModelProto, plans: Iterable[Plan]) -> None:
        self.model = onnx.ModelProto()
        self.model.CopyFrom(model)
        self.graph = self.model.graph
        self.view = GraphView(model.graph)
        self.plans = {plan.node.name: plan for plan in plans}
        self.results = {
            plan.node.activation or plan.node.name: plan for plan in self.plans.values() if plan.result is not None
        }
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        # Tensor and quantizer -> the dequantized tensor that is there already.
        self.dequantized: dict[tuple[str, Quantizer], str] = {}
        # Tensor, quantizer and padding -> the dequantized tensor less its middle.
        self.centred: dict[tuple[str, Quantizer, tuple[int, ...]], str] = {}
        self.taken = {name for node in model.graph.node for name in (*node.input, *node.output)} | {
            tensor.name for tensor in model.graph.initializer
        }

    def name(self, wanted: str) -> str:
        """A tensor name that is not taken."""
        name, number = wanted, 1
        while name in self.taken:
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name

    def constant(self, wanted: str, value: object, dtype: type[np.generic]) -> str:
        """A new constant tensor's name."""
        name = self.name(wanted)
        self.constants[name] = initializer(name, np.asarray(value, dtype))
        return name

    def steps(self, label: str, chosen: Quantizer) -> list[str]:
        """Scale and zero point as constants."""
        zero_type = np.int8 if chosen.lowest < 0 else np.uint8
        return [
            self.constant(f"{label}_scale", chosen.scale, np.float32),
            self.constant(f"{label}_zero_point", chosen.zero_point, zero_type),
        ]

    def pair(self, source: str, label: str, chosen: Quantizer, target: str, plan: Plan | None = None) -> None:
        """QuantizeLinear and DequantizeLinear from `source` to `target`.

        A stem's bytes are unblocked between them, and may be dequantized in steps of their channels' own; those of a
        gate are read as other numbers than they were written.
        """
        read = self.steps(label, chosen)
        gate = plan.node.gate if isinstance(plan, PassPlan) and plan.node.op_type == "HardSigmoid" else None
        written = read if gate is None else self.steps(f"{label}_opening", gate.written)
        quantized = self.name(f"{label}_quantized")
        self.nodes.append(
            helper.make_node("QuantizeLinear", [source, *written], [quantized], name=f"{target}_QuantizeLinear")
        )
        if isinstance(plan, StemPlan):
            blocked, quantized = quantized, self.name(f"{label}_unblocked")
            self.add(*plan.stem.unblocked(blocked, quantized, label))
            if plan.steps is not None:
                tensors = plan.steps.tensors(label)
                self.add((), tensors)
                read = [tensor.name for tensor in tensors]
        name = f"{target}_DequantizeLinear"
        self.nodes.append(helper.make_node("DequantizeLinear", [quantized, *read], [target], name=name, axis=1))

    def add(self, nodes: Iterable[onnx.NodeProto], constants: Iterable[onnx.TensorProto]) -> None:
        """Nodes and what they read, under names of their own."""
        self.nodes.extend(nodes)
        self.constants.update({constant.name: constant for constant in constants})

    def data(self, tensor: str, chosen: Quantizer) -> str:
        """The dequantized form of `tensor`, shared by all layers that read it with the same quantizer."""
        key = (tensor, chosen)
        if key not in self.dequantized:
            target = self.name(f"{tensor}_dequantized")
            self.pair(tensor, tensor, chosen, target)
            self.dequantized[key] = target
        return self.dequantized[key]

    def weight(self, plan: LayerPlan | StemPlan) -> str:
        """The dequantized weight: int8 values, float scales, explicit int8 zero points."""
        label, quantized = f"{plan.layer.output}_weight", plan.weight
        values = self.constant(f"{label}_quantized", quantized.values, np.int8)
        scales = self.constant(f"{label}_scale", quantized.scales, np.float32)
        zeros = self.constant(f"{label}_zero_point", np.zeros(len(quantized.scales)), np.int8)
        target = self.name(f"{label}_dequantized")
        self.nodes.append(
            helper.make_node(
                "DequantizeLinear", [values, scales, zeros], [target], name=f"{target}_node", axis=quantized.axis
            )
        )
        return target

    def centred_data(self, plan: LayerPlan, node: onnx.NodeProto) -> str:
        """Data minus the middle of its range, padded with what zero has become, quantized symmetrically.

        Layers that read it with the same quantizer and padding share it.
        """
        layer, centre = plan.layer, np.float32(centre_of(plan.data))
        key = (layer.data, plan.data, tuple(attribute(node, "pads", [])))
        if key in self.centred:
            return self.centred[key]
        label = f"{layer.output}_centred"
        middle = self.constant(f"{label}_middle", centre, np.float32)
        current = self.name(label)
        self.nodes.append(helper.make_node("Sub", [layer.data, middle], [current], name=f"{label}_Sub"))
        pads = list(attribute(node, "pads", []))
        if any(pads):
            half = len(pads) // 2
            sizes = self.constant(f"{label}_pads", [0, 0, *pads[:half], 0, 0, *pads[half:]], np.int64)
            value = self.constant(f"{label}_zero", -centre, np.float32)
            padded = self.name(f"{label}_padded")
            self.nodes.append(helper.make_node("Pad", [current, sizes, value], [padded], name=f"{label}_Pad"))
            current = padded
        target = self.name(f"{label}_dequantized")
        self.pair(current, label, as_signed(plan.data), target)
        self.centred[key] = target
        return target

    def multiplied_data(self, plan: LayerPlan, factors: NDArray[np.float32]) -> str:
        """Data with each channel multiplied by its factor, quantized."""
        label = f"{plan.layer.output}_multiplied"
        by = self.constant(f"{label}_factors", factors.reshape(1, -1, 1, 1), np.float32)
        current, target = self.name(label), self.name(f"{label}_dequantized")
        self.nodes.append(helper.make_node("Mul", [plan.layer.data, by], [current], name=f"{label}_Mul"))
        self.pair(current, label, plan.data, target)
        return target

    def layer(self, node: onnx.NodeProto, plan: LayerPlan) -> onnx.NodeProto:
        """The layer's node, reading dequantized tensors; what it needs stands before it."""
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        if plan.centred:
            copy.input[0] = self.centred_data(plan, node)
            for item in copy.attribute:
                if item.name == "pads":
                    item.ints[:] = [0] * len(item.ints)
        elif plan.factors is not None:
            copy.input[0] = self.multiplied_data(plan, plan.factors)
        else:
            copy.input[0] = self.data(plan.layer.data, plan.data)
        copy.input[1] = self.weight(plan)
        if takes_bias(plan.layer):
            del copy.input[2:]
            copy.input.append(self.bias(plan, node))
        return copy

    def stem(self, node: onnx.NodeProto, plan: StemPlan) -> onnx.NodeProto:
        """The first convolution on blocks of the picture's bytes, which stand before it."""
        label = f"{plan.layer.output}_pixels"
        target = self.name(f"{label}_dequantized")
        self.add(*plan.stem.read(target, label))
        bias = self.constant(f"{plan.layer.output}_bias", plan.bias, np.float32)
        return plan.stem.convolution([target, self.weight(plan), bias], node)

    def bias(self, plan: LayerPlan, node: onnx.NodeProto) -> str:
        """The bias's name: float, but for an unsigned Gemm int32 in steps of its products.

        ONNX Runtime merges a float bias into QLinearConv, and only an int32 one into QGemm; TensorRT refuses int32.
        """
        label, values = f"{plan.layer.output}_bias", bias_of(plan, node, self.view, centred=plan.centred)
        if plan.layer.op_type != "Gemm" or plan.data.lowest < 0:
            return self.constant(label, values, np.float32)
        steps = np.float32(plan.data.scale) * plan.weight.scales
        quantized = np.clip(np.rint(values.astype(np.float64) / steps), -(2**31), 2**31 - 1)
        inputs = [
            self.constant(f"{label}_quantized", quantized, np.int32),
            self.constant(f"{label}_scale", steps, np.float32),
            self.constant(f"{label}_zero_point", np.zeros(len(steps)), np.int32),
        ]
        target = self.name(f"{label}_dequantized")
        self.nodes.append(helper.make_node("DequantizeLinear", inputs, [target], name=f"{target}_node", axis=0))
        return target

    def passing(self, node: onnx.NodeProto, plan: PassPlan) -> onnx.NodeProto:
        """The node of a pass, reading dequantized tensors."""
        if plan.node.gate is not None:
            return self.gated(node, plan, plan.node.gate)
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        for index, tensor in enumerate(node.input):
            copy.input[index] = self.data(tensor, plan.inputs[tensor])
        return copy

    def gated(self, node: onnx.NodeProto, plan: PassPlan, gate: Gate) -> onnx.NodeProto:
        """The sum that is written as a HardSigmoid's gate; of a HardSwish the product with that gate."""
        label, data = plan.node.output, self.data(node.input[0], plan.inputs[node.input[0]])
        # Bytes as well, or the sum would be one of floats.
        offset, bytes_ = self.name(f"{label}_offset"), self.constant(f"{label}_offset_bytes", 255, np.uint8)
        steps = self.steps(f"{label}_offset", Quantizer(gate.offset / 255.0, 0, 0, 255))
        self.nodes.append(helper.make_node("DequantizeLinear", [bytes_, *steps], [offset], name=f"{label}_offset_node"))
        if plan.node.op_type == "HardSigmoid":
            return helper.make_node("Add", [data, offset], list(node.output), name=node.name)
        moved, opened = self.name(f"{label}_moved"), self.name(f"{label}_gate")
        self.nodes.append(helper.make_node("Add", [data, offset], [moved], name=f"{label}_moved_node"))
        quantized = self.name(f"{label}_gate_quantized")
        for kind, source, chosen, target in (
            ("QuantizeLinear", moved, gate.written, quantized),
            ("DequantizeLinear", quantized, OPENNESS, opened),
        ):
            inputs = [source, *self.steps(f"{label}_{kind}", chosen)]
            self.nodes.append(helper.make_node(kind, inputs, [target], name=f"{label}_gate_{kind}"))
        return helper.make_node("Mul", [data, opened], list(node.output), name=node.name)

    def result(self, source: str, chosen: Quantizer, tensor: str, plan: Plan) -> None:
        """Quantize `source` and give its values back under the name that all readers know."""
        stays_float = not any(node.name in self.plans for node in self.view.consumers.get(tensor, []))
        if not (stays_float and starts_silu(tensor, self.view)):
            self.pair(source, tensor, chosen, tensor, plan)
            if not (isinstance(plan, StemPlan) and plan.steps is not None):
                self.dequantized[(tensor, chosen)] = tensor
            return
        apart = self.name(f"{tensor}_dequantized")
        self.pair(source, tensor, chosen, apart, plan)
        lowest = self.constant(f"{tensor}_lowest", np.finfo(np.float32).min, np.float32)
        self.nodes.append(helper.make_node("Clip", [apart, lowest], [tensor], name=f"{tensor}_kept_whole"))

    def write(self) -> onnx.ModelProto:
        """The quantized graph."""
        for node in self.graph.node:
            plan = self.plans.get(node.name)
            if isinstance(plan, LayerPlan):
                copy = self.layer(node, plan)
            elif isinstance(plan, StemPlan):
                copy = self.stem(node, plan)
            elif plan is not None:
                copy = self.passing(node, plan)
            else:
                copy = onnx.NodeProto()
                copy.CopyFrom(node)
            self.nodes.append(copy)
            finished = self.results.get(node.name)
            if finished is not None and finished.result is not None:
                tensor = finished.node.result
                # The old name goes to the dequantized tensor: every reader, and an output, sees the same values.
                copy.output[0] = self.name(f"{tensor}_float")
                self.result(copy.output[0], finished.result, tensor, finished)
        del self.graph.node[:]
        self.graph.node.extend(self.nodes)
        self.graph.initializer.extend(self.constants.values())
        del self.graph.value_info[:]
        unused_removed(self.model)
        return self.model


def with_int8(model: onnx.ModelProto, plans: Iterable[Plan]) -> onnx.ModelProto:
    """A copy of the float graph in which the planned nodes read quantized tensors; all others stay as they are.

    A tensor that several layers read is quantized once. Weights are stored as int8 behind DequantizeLinear, biases
    as float (TensorRT refuses an INT32 bias behind DequantizeLinear).
    """
    return _Writer(model, plans).write()
