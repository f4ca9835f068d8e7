"""From the float graph and calibration images to both INT8 graphs, every choice made from those images alone."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import (
    CalibrationTable,
    HistogramObserver,
    MomentObserver,
    Range,
    Scheme,
    TensorRanges,
    least_error_range,
    quantizer,
)
from numpy.typing import NDArray

from edgekit.bundle.manifest import Encoding, Macs
from edgekit.errors import CalibrationError
from edgekit_export.graph.macs import executed_int8_macs, planned_int8_macs, total_macs
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.fallback import Choice, fewest, fewest_float, most_int8
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.judge import Judge, Panel
from edgekit_export.quantize.layers import Layer, find_layers, unquantizable
from edgekit_export.quantize.observe import moment_observer, observe
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.placement import can_be_centred, observable, wants_result_quantized
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.weights import MAX_COLUMNS, QuantizedWeight, quantize_weight

__all__ = ["LayerReport", "Progress", "Quantized", "quantize"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

SCHEMES: Mapping[Encoding, Scheme] = {
    Encoding.INT8_TENSORRT: Scheme.SIGNED_SYMMETRIC,
    Encoding.INT8_CPU: Scheme.UNSIGNED_ASYMMETRIC,
}

# A layer is centred where that leaves at most this share of its noise: else it is not the lost half of the steps
# that hurts, and the layer may be returned to float.
_CENTRING_LEAVES = 0.5


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One convolution or matrix product.

    Attributes:
        name, op_type, macs: of the node.
        sensitivity: per encoding, the mean noise over the groups of outputs with this layer alone in INT8.
        int8: the encodings in which it is INT8.
        centred: whether int8-tensorrt subtracts the middle of its input's range.
        reason: why it can be INT8 in no encoding, or None.
    """

    name: str
    op_type: str
    macs: int
    sensitivity: Mapping[str, float]
    int8: tuple[str, ...]
    centred: bool = False
    reason: str | None = None


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


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """What calibration found, for both encodings."""

    layers: tuple[Layer, ...]
    weights: Mapping[str, QuantizedWeight]
    observers: Mapping[str, HistogramObserver]
    ranges: Mapping[Scheme, Mapping[str, Range]]


def _checked(images: Sequence[NDArray[np.uint8]], model: onnx.ModelProto) -> None:
    if not images:
        raise CalibrationError("There is no calibration image.", hint="Give a folder, a list or a video of pictures.")
    dims = model.graph.input[0].type.tensor_type.shape.dim
    expected = tuple(dim.dim_value for dim in list(dims)[1:])
    for index, image in enumerate(images):
        if image.dtype != np.uint8 or image.shape != expected:
            raise CalibrationError(
                f"Calibration image {index} is {image.dtype} {image.shape}; the graph takes uint8 {expected}."
            )


def held_back(count: int, at_most: int) -> list[int]:
    """Indices of the images that the ranges never see: every fourth, evenly spread; none of fewer than four.

    Evenly spread, since images often come grouped by where they were taken.
    """
    number = min(count // 4, at_most)
    return [int((index + 0.5) * count / number) for index in range(number)]


def _images_sha256(images: Sequence[NDArray[np.uint8]]) -> str:
    digest = hashlib.sha256()
    for image in images:
        digest.update(str(image.shape).encode())
        digest.update(np.ascontiguousarray(image).tobytes())
    return digest.hexdigest()


def _measure(
    model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], progress: Progress, options: QuantizeOptions
) -> tuple[_Measured, dict[str, str]]:
    """Ranges and weights of every layer that can be INT8, and by name why the others cannot."""
    view = GraphView(model.graph)
    layers = find_layers(model)
    names = dict.fromkeys(name for layer in layers for name in (layer.data, layer.result))
    nodes = {node.name: node for node in model.graph.node}
    moments: dict[str, MomentObserver] = {}
    for layer in layers:
        sizes = view.initializers[layer.weight].dims
        watching = moment_observer(layer, nodes[layer.name], sizes[2:])
        if watching is not None and math.prod(sizes) // sizes[layer.channel_axis] <= MAX_COLUMNS:
            moments[layer.name] = watching
    observers = observe(
        model,
        list(names),
        images,
        moments=[(layer.data, moments[layer.name]) for layer in layers if layer.name in moments],
        threads=options.threads,
        progress=lambda done: progress("observing ranges", done, len(images)),
    )
    reasons = {layer.name: observable(layer, observers) for layer in layers}
    usable = tuple(layer for layer in layers if reasons[layer.name] is None)
    wanted = dict.fromkeys(name for layer in usable for name in (layer.data, layer.result))
    ranges = {
        scheme: {name: least_error_range(observers[name], scheme) for name in wanted} for scheme in SCHEMES.values()
    }
    weights = {}
    for layer in usable:
        values = view.constant(layer.weight)
        assert values is not None, "find_layers takes constant weights only"
        weights[layer.name] = quantize_weight(values, layer.channel_axis, moments.get(layer.name))
    seen = {name: observer for name, observer in observers.items() if observer.count}
    return _Measured(usable, weights, seen, ranges), {name: why for name, why in reasons.items() if why is not None}


def _plans(measured: _Measured, scheme: Scheme, *, results: bool) -> list[LayerPlan]:
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
    measured: _Measured,
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


def _table(
    model: onnx.ModelProto,
    images: Sequence[NDArray[np.uint8]],
    held_back_count: int,
    measured: _Measured,
    options: QuantizeOptions,
) -> dict[str, Any]:
    tensors = {}
    for name, observer in measured.observers.items():
        spans = {encoding.value: measured.ranges[scheme].get(name) for encoding, scheme in SCHEMES.items()}
        tensors[name] = TensorRanges(
            minimum=observer.minimum,
            maximum=observer.maximum,
            count=observer.count,
            ranges={encoding: (span.low, span.high) for encoding, span in spans.items() if span is not None},
        )
    table = CalibrationTable(
        graph_sha256=hashlib.sha256(model.SerializeToString(deterministic=True)).hexdigest(),
        images_sha256=_images_sha256(images),
        preprocessing_sha256=options.preprocessing_sha256,
        images=len(images) - held_back_count or len(images),
        held_back=held_back_count,
        tensors=tensors,
    )
    result: dict[str, Any] = table.model_dump(mode="json")
    return result


def _silent(what: str, done: int, of: int) -> None:
    """Progress that nobody watches."""


def quantize(
    model: onnx.ModelProto,
    calibration: Sequence[NDArray[np.uint8]],
    *,
    progress: Progress | None = None,
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
    options, progress = options or QuantizeOptions(), progress or _silent
    _checked(calibration, model)
    judged = set(held_back(len(calibration), options.max_held_back))
    seen = [image for index, image in enumerate(calibration) if index not in judged]
    panel_images = [calibration[index] for index in sorted(judged)] or list(calibration)[: options.max_held_back]
    measured, reasons = _measure(model, seen, progress, options)
    panel = Panel(model, panel_images, rank_images=options.rank_images, threads=options.threads)
    total = total_macs(model)

    tensorrt_plans = _plans(measured, Scheme.SIGNED_SYMMETRIC, results=False)
    judge = Judge(panel, tensorrt_plans)
    alone = _ranked(judge, "ranking layers for int8-tensorrt", progress)
    if max(judge.noise(judge.plans), default=0.0) > options.max_noise:
        tensorrt_plans, alone = _centred(model, panel, measured, tensorrt_plans, alone, options)
        judge = Judge(panel, tensorrt_plans)
    tensorrt_choice = fewest_float(judge, alone, total, options)

    cpu_plans = _plans(measured, Scheme.UNSIGNED_ASYMMETRIC, results=True)
    cpu_judge = Judge(panel, cpu_plans)
    cpu_alone = _ranked(cpu_judge, "ranking layers for int8-cpu", progress)
    cpu_choice = most_int8(cpu_judge, cpu_alone, options)

    chosen = {
        Encoding.INT8_TENSORRT: (tensorrt_plans, tensorrt_choice, alone),
        Encoding.INT8_CPU: (cpu_plans, cpu_choice, cpu_alone),
    }
    graphs = {
        encoding: with_int8(model, [plan for plan in plans if plan.layer.name in choice.quantized])
        for encoding, (plans, choice, _) in chosen.items()
    }
    for graph in graphs.values():
        onnx.checker.check_model(graph)
    progress("writing", 1, 1)
    return Quantized(
        graphs=graphs,
        table=_table(model, calibration, len(judged), measured, options),
        layers=_reports(model, reasons, chosen),
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


def _reports(
    model: onnx.ModelProto,
    reasons: Mapping[str, str],
    chosen: Mapping[Encoding, tuple[Sequence[LayerPlan], Choice, Mapping[str, float]]],
) -> tuple[LayerReport, ...]:
    odd = unquantizable(model)
    centred = {plan.layer.name for plan in chosen[Encoding.INT8_TENSORRT][0] if plan.centred}
    layers = {layer.name: layer for layer in find_layers(model)}
    reports = []
    for node in model.graph.node:
        layer = layers.get(node.name)
        if layer is None and node.name not in odd:
            continue
        int8 = tuple(encoding.value for encoding, (_, choice, _) in chosen.items() if node.name in choice.quantized)
        reports.append(
            LayerReport(
                name=node.name,
                op_type=node.op_type,
                macs=odd[node.name] if layer is None else layer.macs,
                sensitivity={
                    encoding.value: alone[node.name] for encoding, (_, _, alone) in chosen.items() if node.name in alone
                },
                int8=int8,
                centred=node.name in centred and Encoding.INT8_TENSORRT.value in int8,
                reason="its weight is not constant, or its form is unusual"
                if layer is None
                else reasons.get(node.name),
            )
        )
    return tuple(reports)
