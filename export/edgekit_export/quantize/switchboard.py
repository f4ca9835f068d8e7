"""One session in which each layer can be switched between float and simulated INT8: any choice costs one run.

Building and loading a graph per choice would take most of the time of ranking a hundred layers. Instead each layer
becomes an If with both versions of it, and the choice is an input.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import Quantizer
from numpy.typing import NDArray
from onnx import TensorProto, helper

from edgekit.backends.onnxruntime import import_onnxruntime
from edgekit_export.graph.view import GraphView, initializer
from edgekit_export.quantize.biases import bias_of, takes_bias
from edgekit_export.quantize.gates import OPENNESS, Gate
from edgekit_export.quantize.plan import LayerPlan, PassPlan, Plan, StemPlan

__all__ = ["Switchboard"]

_Changes = tuple[list[onnx.NodeProto], dict[int, str]]
"""Nodes to stand before a node, and what some of its inputs become."""


def _quantizer_tensors(prefix: str, chosen: Quantizer) -> list[onnx.TensorProto]:
    dtype = np.int8 if chosen.lowest < 0 else np.uint8
    return [
        initializer(f"{prefix}_scale", np.array(chosen.scale, np.float32)),
        initializer(f"{prefix}_zero", np.array(chosen.zero_point, dtype)),
    ]


def _through(prefix: str, data: str, tensors: Sequence[onnx.TensorProto]) -> tuple[list[onnx.NodeProto], str]:
    parameters = [tensor.name for tensor in tensors]
    return [
        helper.make_node("QuantizeLinear", [data, *parameters], [f"{prefix}_q"]),
        helper.make_node("DequantizeLinear", [f"{prefix}_q", *parameters], [f"{prefix}_dq"]),
    ], f"{prefix}_dq"


def _renamed(node: onnx.NodeProto, output: str, inputs: Mapping[int, str]) -> onnx.NodeProto:
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    copy.output[0] = output
    for index, name in sorted(inputs.items()):
        if index < len(copy.input):
            copy.input[index] = name
        else:
            copy.input.append(name)
    return copy


class Switchboard:
    """A float graph whose layers and passes can be switched to INT8 one by one.

    Args:
        model: the float graph.
        plans: the nodes that can be switched, and how they are quantized. A centred plan is computed with its
            unsigned quantizer, which gives the same steps.
        threads: images that run at a time, each on one thread: within one image two threads wait for each other
            more than they help (YOLOX-nano, two cores: 32 ms an image on one thread as on two).
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        plans: Sequence[Plan],
        *,
        threads: int = 2,
    ) -> None:
        ort = import_onnxruntime()

        self._threads = threads
        self._switches = {plan.node.name: f"switch_{index}" for index, plan in enumerate(plans)}
        self._view = GraphView(model.graph)
        self._feed = model.graph.input[0].name
        switched = onnx.ModelProto()
        switched.CopyFrom(model)
        graph = switched.graph
        by_name = {node.name: node for node in graph.node}
        ends = {plan.node.activation or plan.node.name: plan for plan in plans}
        absorbed = {plan.node.name for plan in plans if plan.node.activation is not None}
        nodes: list[onnx.NodeProto] = []
        for node in list(graph.node):
            plan = ends.get(node.name)
            if plan is not None:
                nodes.append(self._branches(graph, plan, by_name))
            elif node.name not in absorbed:
                copy = onnx.NodeProto()
                copy.CopyFrom(node)
                nodes.append(copy)
        del graph.node[:]
        graph.node.extend(nodes)
        graph.input.extend(
            helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in self._switches.values()
        )
        options = ort.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        # Q/DQ must be computed as written, not merged into integer operators.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        self._session = ort.InferenceSession(switched.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def _inputs(self, graph: onnx.GraphProto, plan: LayerPlan, node: onnx.NodeProto) -> _Changes:
        """What a layer reads in INT8: its data through a quantizer, its rounded weight and its bias."""
        switch = self._switches[plan.layer.name]
        graph.initializer.append(initializer(f"{switch}_w", plan.weight.dequantized()))
        changed = {1: f"{switch}_w"}
        if takes_bias(plan.layer):
            graph.initializer.append(initializer(f"{switch}_b", bias_of(plan, node, self._view, centred=False)))
            changed[2] = f"{switch}_b"
        tensors = _quantizer_tensors(f"{switch}_in", plan.data)
        graph.initializer.extend(tensors)
        if plan.factors is None:
            before, changed[0] = _through(f"{switch}_in", plan.layer.data, tensors)
            return before, changed
        multiplied = f"{switch}_multiplied"
        graph.initializer.append(initializer(f"{switch}_factors", plan.factors.reshape(1, -1, 1, 1)))
        before, changed[0] = _through(f"{switch}_in", multiplied, tensors)
        return [helper.make_node("Mul", [plan.layer.data, f"{switch}_factors"], [multiplied]), *before], changed

    def _pass_inputs(self, graph: onnx.GraphProto, plan: PassPlan, node: onnx.NodeProto) -> _Changes:
        """What a pass reads in INT8: each of its inputs through that one's quantizer."""
        before: list[onnx.NodeProto] = []
        changed: dict[int, str] = {}
        for index, tensor in enumerate(node.input):
            prefix = f"{self._switches[plan.node.name]}_in{index}"
            tensors = _quantizer_tensors(prefix, plan.inputs[tensor])
            graph.initializer.extend(tensors)
            through, changed[index] = _through(prefix, tensor, tensors)
            before.extend(through)
        return before, changed

    def _stem(self, graph: onnx.GraphProto, plan: StemPlan, node: onnx.NodeProto, output: str) -> list[onnx.NodeProto]:
        """The first convolution on blocks of the picture."""
        switch = self._switches[plan.layer.name]
        before, constants = plan.stem.read(f"{switch}_pixels", f"{switch}_stem")
        graph.initializer.extend(constants)
        graph.initializer.append(initializer(f"{switch}_w", plan.weight.dequantized()))
        graph.initializer.append(initializer(f"{switch}_b", plan.bias))
        convolution = plan.stem.convolution([f"{switch}_pixels", f"{switch}_w", f"{switch}_b"], node)
        return [*before, _renamed(convolution, output, {})]

    def _gate(self, graph: onnx.GraphProto, plan: PassPlan, gate: Gate, output: str) -> list[onnx.NodeProto]:
        """A HardSigmoid or HardSwish on its quantized input: its gate is rounded as bytes are, the rest is the same."""
        prefix = f"{self._switches[plan.node.name]}_in0"
        tensors = [*_quantizer_tensors(prefix, plan.inputs[plan.node.inputs[0]])]
        opening = _quantizer_tensors(f"{prefix}_gate", OPENNESS)
        graph.initializer.extend([*tensors, *opening])
        before, data = _through(prefix, plan.node.inputs[0], tensors)
        opened = helper.make_node("HardSigmoid", [data], [f"{prefix}_open"], alpha=gate.slope, beta=gate.middle)
        rounded, read = _through(f"{prefix}_gate", f"{prefix}_open", opening)
        last = ["Identity", [read]] if plan.node.op_type == "HardSigmoid" else ["Mul", [data, read]]
        return [*before, opened, *rounded, helper.make_node(*last, [output])]

    def _branches(self, graph: onnx.GraphProto, plan: Plan, by_name: Mapping[str, onnx.NodeProto]) -> onnx.NodeProto:
        """The node as an If, with its activation behind it in both branches."""
        target = plan.node
        switch, node = self._switches[target.name], by_name[target.name]
        branches = []
        for kind in ("int8", "float"):
            current = f"{switch}_{kind}"
            body = self._int8(graph, plan, node, current) if kind == "int8" else [_renamed(node, current, {})]
            if target.activation is not None:
                body.append(_renamed(by_name[target.activation], f"{current}_act", {0: current}))
                current = f"{current}_act"
            if kind == "int8":
                after, current = self._result(graph, plan, current)
                body.extend(after)
            value = helper.make_tensor_value_info(current, TensorProto.FLOAT, None)
            branches.append(helper.make_graph(body, f"{switch}_{kind}", [], [value]))
        return helper.make_node(
            "If", [switch], [target.result], name=f"{switch}_if", then_branch=branches[0], else_branch=branches[1]
        )

    def _int8(self, graph: onnx.GraphProto, plan: Plan, node: onnx.NodeProto, output: str) -> list[onnx.NodeProto]:
        """The node in INT8, with what stands before it."""
        if isinstance(plan, StemPlan):
            return self._stem(graph, plan, node, output)
        if isinstance(plan, PassPlan) and plan.node.gate is not None:
            return self._gate(graph, plan, plan.node.gate, output)
        read = self._inputs(graph, plan, node) if isinstance(plan, LayerPlan) else self._pass_inputs(graph, plan, node)
        before, changed = read
        return [*before, _renamed(node, output, changed)]

    def _result(self, graph: onnx.GraphProto, plan: Plan, source: str) -> tuple[list[onnx.NodeProto], str]:
        """What stands behind a node in INT8: its result through its quantizer, and a stem's out of blocks."""
        if plan.result is None:
            return [], source
        prefix = f"{self._switches[plan.node.name]}_out"
        tensors = _quantizer_tensors(prefix, plan.result)
        graph.initializer.extend(tensors)
        after, current = _through(prefix, source, tensors)
        if not isinstance(plan, StemPlan):
            return after, current
        nodes, constants = plan.stem.unblocked(f"{prefix}_q", f"{prefix}_unblocked", prefix)
        graph.initializer.extend(constants)
        if plan.steps is not None:
            tensors = plan.steps.tensors(prefix)
            graph.initializer.extend(tensors)
        read = [f"{prefix}_unblocked", *(tensor.name for tensor in tensors)]
        return [after[0], *nodes, helper.make_node("DequantizeLinear", read, [current], axis=1)], current

    def run(self, images: Sequence[NDArray[np.uint8]], quantized: Collection[str]) -> list[list[NDArray[Any]]]:
        """The graph's outputs per image with the named layers in INT8 and all others in float."""
        feeds: dict[str, NDArray[Any]] = {
            switch: np.array(name in quantized) for name, switch in self._switches.items()
        }

        def one(image: NDArray[np.uint8]) -> list[NDArray[Any]]:
            outputs: list[NDArray[Any]] = self._session.run(None, {**feeds, self._feed: image[None]})
            return outputs

        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(one, images))
