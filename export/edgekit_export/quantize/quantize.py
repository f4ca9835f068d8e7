"""From the float graph and calibration images to both INT8 graphs, every choice made from those images alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import Convergence, HistogramObserver, Quantizer
from numpy.typing import NDArray

from edgekit.bundle.manifest import Encoding, Macs
from edgekit_export.graph.macs import executed_int8_macs, planned_int8_macs, total_macs
from edgekit_export.progress import Progress, silent
from edgekit_export.quantize.budget import Limits, decided
from edgekit_export.quantize.calibrate import Subset, check_images, held_back, measure, memory_of
from edgekit_export.quantize.deciding import Decider, Decision, ForCpu, ForTensorRT, Written
from edgekit_export.quantize.judge import Panel
from edgekit_export.quantize.layer_report import LayerReport, layer_reports
from edgekit_export.quantize.layers import unquantizable
from edgekit_export.quantize.measured import Measured
from edgekit_export.quantize.noise import Measure
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.repairing import Base
from edgekit_export.quantize.repairs.gain import RepairGain
from edgekit_export.quantize.tables import check_table, table_of

__all__ = ["LayerReport", "Quantized", "quantize"]


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
        convergence: how the ranges came to rest over the images.
        inputs: by layer, what its input looked like, and by encoding what it is quantized with where that is the same
            for all channels.
        repairs: per encoding, what each repair that was asked for did.
    """

    graphs: Mapping[Encoding, onnx.ModelProto]
    table: dict[str, Any]
    layers: tuple[LayerReport, ...]
    kept_float: Mapping[Encoding, tuple[str, ...]]
    macs: Mapping[Encoding, Macs]
    noise: Mapping[Encoding, tuple[float, ...]]
    convergence: Convergence
    inputs: Mapping[str, tuple[HistogramObserver, Mapping[str, Quantizer]]]
    repairs: Mapping[Encoding, tuple[RepairGain, ...]]


def quantize(
    model: onnx.ModelProto,
    calibration: Sequence[NDArray[np.uint8]],
    *,
    progress: Progress = silent,
    options: QuantizeOptions | None = None,
    limits: Limits | None = None,
    measure_noise: Measure | None = None,
) -> Quantized:
    """Quantize the bundle's float graph for TensorRT and for ONNX Runtime on a CPU.

    Ranges come from three quarters of the images. On the others (on all where there are fewer than four) each layer
    is ranked by the noise that it alone makes, and layers get finer steps or are returned to float until the outputs of
    the whole are within the budget.

    Args:
        model: uint8 (batch, height, width, 3) in, opset 20, unique node names, as graph.float_graph makes it.
        calibration: prepared uint8 (height, width, 3) BGR each.
        progress: told what is being done.
        options: budgets of noise and share.
        limits: what may be lost in points, or taken in time, besides.
        measure_noise: what counts as an error in the outputs; by default every value does.

    Raises:
        CalibrationError: no image, an image of another shape, a tensor or output that is not finite; or no choice
            keeps to `limits`.
        ModelError: ONNX Runtime refuses the graph.
    """
    options = options or QuantizeOptions()
    check_images(calibration, model)
    check_table(model, calibration, options)
    judged = set(held_back(len(calibration), options.max_held_back))
    seen = Subset(calibration, [index for index in range(len(calibration)) if index not in judged])
    panel_images = [calibration[index] for index in sorted(judged)] or list(calibration[: options.max_held_back])
    measured, reasons = measure(model, seen, progress, options)
    memory = memory_of(options)
    panel = Panel(
        model,
        panel_images,
        rank_images=options.rank_images,
        threads=options.threads,
        memory=memory,
        measure=measure_noise,
    )
    total = total_macs(model)

    base = Base(model, panel, measured, seen)
    deciders: dict[Encoding, Decider] = {
        Encoding.INT8_TENSORRT: ForTensorRT(base, options, progress),
        Encoding.INT8_CPU: ForCpu(base, options, progress),
    }
    decisions: dict[Encoding, Decision] = {}
    written: dict[Encoding, Written] = {}
    for encoding, decider in deciders.items():
        decisions[encoding], written[encoding] = decided(encoding, decider, options, limits or Limits(), progress)
        onnx.checker.check_model(written[encoding].graph)
    graphs = {encoding: one.graph for encoding, one in written.items()}
    progress("writing", 1, 1)
    return Quantized(
        graphs=graphs,
        table=table_of(model, calibration, len(judged), measured, options),
        layers=layer_reports(model, reasons, decisions),
        kept_float={
            encoding: (*decision.choice.kept_float, *reasons, *unquantizable(model))
            for encoding, decision in decisions.items()
        },
        macs={
            encoding: Macs(
                total=total,
                planned_int8=planned_int8_macs(graph, model),
                executed_int8=executed_int8_macs(graph, model) if encoding is Encoding.INT8_CPU else None,
            )
            for encoding, graph in graphs.items()
        },
        noise={encoding: decision.choice.noise for encoding, decision in decisions.items()},
        convergence=measured.convergence,
        inputs=_inputs(measured, decisions),
        repairs={encoding: one.gains for encoding, one in written.items()},
    )


def _inputs(
    measured: Measured, decisions: Mapping[Encoding, Decision]
) -> dict[str, tuple[HistogramObserver, Mapping[str, Quantizer]]]:
    found: dict[str, dict[str, Quantizer]] = {layer.name: {} for layer in measured.layers}
    for encoding, decision in decisions.items():
        for plan in decision.plans:
            if isinstance(plan, LayerPlan) and plan.factors is None:
                found[plan.layer.name][encoding.value] = plan.data
    return {layer.name: (measured.observers[layer.data], found[layer.name]) for layer in measured.layers}
