"""From the float graph and calibration images to both INT8 graphs, every choice made from those images alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import Scheme, quantizer
from numpy.typing import NDArray

from edgekit.bundle.manifest import Encoding, Macs
from edgekit_export.graph.macs import executed_int8_macs, planned_int8_macs, total_macs
from edgekit_export.graph.view import GraphView
from edgekit_export.progress import Progress, silent
from edgekit_export.quantize.calibrate import Measured, Subset, check_images, held_back, measure, table_of
from edgekit_export.quantize.cpu_cost import CpuCost
from edgekit_export.quantize.fallback import Choice, fastest, fewest, fewest_float
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.judge import Judge, Panel
from edgekit_export.quantize.layer_report import LayerReport, layer_reports
from edgekit_export.quantize.layers import unquantizable
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.placement import can_be_centred, wants_result_quantized
from edgekit_export.quantize.plan import LayerPlan, PassPlan, Plan

__all__ = ["LayerReport", "Quantized", "quantize"]


# A layer is centred where that leaves at most this share of its noise: else it is not the lost half of the steps
# that hurts, and the layer may be returned to float.
_CENTRING_LEAVES = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """Both INT8 graphs and how they came about.

    Attributes:
        graphs: the INT8 graphs.
        table: the calibration table (edgekit_calibration.CalibrationTable) as plain values.
        layers: in graph order.
        kept_float: per encoding, the nodes left float, the worst first.
        macs: per encoding; executed is None for int8-tensorrt, which no CPU is meant to run.
        noise: per encoding, squared error over energy of each group of outputs on the held-back images.
    """

    graphs: Mapping[Encoding, onnx.ModelProto]
    table: dict[str, Any]
    layers: tuple[LayerReport, ...]
    kept_float: Mapping[Encoding, tuple[str, ...]]
    macs: Mapping[Encoding, Macs]
    noise: Mapping[Encoding, tuple[float, ...]]


def _plans(measured: Measured, scheme: Scheme, *, results: bool) -> list[LayerPlan]:
    ranges = measured.ranges[scheme]
    return [
        LayerPlan(
            layer,
            measured.weights[layer.name],
            quantizer(ranges[layer.data], scheme),
            quantizer(ranges[layer.result], scheme) if results and wants_result_quantized(layer) else None,
        )
        for layer in measured.layers
    ]


def _pass_plans(measured: Measured) -> list[PassPlan]:
    scheme = Scheme.UNSIGNED_ASYMMETRIC
    chosen = {name: quantizer(span, scheme) for name, span in measured.ranges[scheme].items()}
    return [
        PassPlan(
            one,
            {name: chosen[name] for name in one.inputs},
            # ONNX Runtime pools eight bits as they are.
            chosen[one.inputs[0] if one.op_type == "MaxPool" else one.result],
        )
        for one in measured.passes
    ]


def _ranked(judge: Judge, label: str, progress: Progress) -> dict[str, float]:
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        progress(label, done, len(judge.plans))

    return judge.ranking(one_more)


def _centred(
    model: onnx.ModelProto,
    panel: Panel,
    measured: Measured,
    plans: Sequence[LayerPlan],
    sensitivities: Mapping[str, float],
    options: QuantizeOptions,
) -> tuple[list[LayerPlan], dict[str, float]]:
    """The plans for int8-tensorrt with the layers centred that need it and gain by it, and their new sensitivities."""
    view = GraphView(model.graph)
    nodes = {node.name: node for node in model.graph.node}
    floor = options.min_relief * options.max_noise
    scheme = Scheme.UNSIGNED_ASYMMETRIC
    candidates = [
        dataclasses.replace(plan, data=quantizer(measured.ranges[scheme][plan.layer.data], scheme), centred=True)
        for plan in plans
        if sensitivities[plan.layer.name] >= floor and can_be_centred(plan.layer, nodes[plan.layer.name], view)
    ]
    after = Judge(panel, candidates).ranking(lambda: None)
    better = [
        plan for plan in candidates if after[plan.layer.name] <= _CENTRING_LEAVES * sensitivities[plan.layer.name]
    ]
    better.sort(key=lambda plan: (-sensitivities[plan.layer.name], plan.layer.name))

    def with_first(count: int) -> list[LayerPlan]:
        chosen = {plan.layer.name: plan for plan in better[:count]}
        return [chosen.get(plan.layer.name, plan) for plan in plans]

    # Subtracting costs a pass over the tensor: no more layers than the budget asks for.
    count = fewest(len(better), lambda one: max(_noise_of_all(panel, with_first(one))) <= options.max_noise)
    updated = dict(sensitivities) | {plan.layer.name: after[plan.layer.name] for plan in better[:count]}
    return with_first(count), updated


def _noise_of_all(panel: Panel, plans: Sequence[LayerPlan]) -> NDArray[np.float64]:
    judge = Judge(panel, plans)
    return judge.noise(judge.plans)


def quantize(
    model: onnx.ModelProto,
    calibration: Sequence[NDArray[np.uint8]],
    *,
    progress: Progress = silent,
    options: QuantizeOptions | None = None,
) -> Quantized:
    """Quantize the bundle's float graph for TensorRT and for ONNX Runtime on a CPU.

    Ranges come from three quarters of the images. On the others (on all where there are fewer than four) each layer
    is ranked by the noise that it alone makes, and layers are centred or returned to float until the outputs of
    the whole are within the budget.

    Args:
        model: uint8 (batch, height, width, 3) in, opset 20, unique node names, as graph.float_graph makes it.
        calibration: prepared uint8 (height, width, 3) BGR each.
        progress: told what is being done.
        options: budgets.

    Raises:
        CalibrationError: no image, an image of another shape, a tensor or output that is not finite.
        ModelError: ONNX Runtime refuses the graph.
    """
    options = options or QuantizeOptions()
    check_images(calibration, model)
    judged = set(held_back(len(calibration), options.max_held_back))
    seen = Subset(calibration, [index for index in range(len(calibration)) if index not in judged])
    panel_images = [calibration[index] for index in sorted(judged)] or list(calibration[: options.max_held_back])
    measured, reasons = measure(model, seen, progress, options)
    panel = Panel(model, panel_images, rank_images=options.rank_images, threads=options.threads)
    total = total_macs(model)

    tensorrt_plans = _plans(measured, Scheme.SIGNED_SYMMETRIC, results=False)
    judge = Judge(panel, tensorrt_plans)
    alone = _ranked(judge, "ranking layers for int8-tensorrt", progress)
    if max(judge.noise(judge.plans), default=0.0) > options.max_noise:
        tensorrt_plans, alone = _centred(model, panel, measured, tensorrt_plans, alone, options)
        judge = Judge(panel, tensorrt_plans)
    tensorrt_choice = fewest_float(judge, alone, total, options)

    cpu_plans: list[Plan] = [*_plans(measured, Scheme.UNSIGNED_ASYMMETRIC, results=True), *_pass_plans(measured)]
    cpu_judge = Judge(panel, cpu_plans)
    cpu_alone = _ranked(cpu_judge, "ranking layers for int8-cpu", progress)
    cpu_choice = fastest(cpu_judge, cpu_alone, CpuCost(model, cpu_plans), options)

    chosen: dict[Encoding, tuple[Sequence[Plan], Choice, Mapping[str, float]]] = {
        Encoding.INT8_TENSORRT: (tensorrt_plans, tensorrt_choice, alone),
        Encoding.INT8_CPU: (cpu_plans, cpu_choice, cpu_alone),
    }
    graphs = {
        encoding: with_int8(model, [plan for plan in plans if plan.node.name in choice.quantized])
        for encoding, (plans, choice, _) in chosen.items()
    }
    for graph in graphs.values():
        onnx.checker.check_model(graph)
    progress("writing", 1, 1)
    return Quantized(
        graphs=graphs,
        table=table_of(model, calibration, len(judged), measured, options),
        layers=layer_reports(model, reasons, chosen),
        kept_float={
            encoding: (*choice.kept_float, *reasons, *unquantizable(model))
            for encoding, (_, choice, _) in chosen.items()
        },
        macs={
            encoding: Macs(
                total=total,
                planned_int8=planned_int8_macs(graph),
                executed_int8=executed_int8_macs(graph) if encoding is Encoding.INT8_CPU else None,
            )
            for encoding, graph in graphs.items()
        },
        noise={encoding: choice.noise for encoding, (_, choice, _) in chosen.items()},
    )
