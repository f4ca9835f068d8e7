"""Deciding what is INT8 in each encoding: layers are ranked once, then any noise budget gives its choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import onnx
from edgekit_calibration import Scheme, quantizer

from edgekit_export.graph.macs import total_macs
from edgekit_export.graph.view import GraphView
from edgekit_export.progress import Progress
from edgekit_export.quantize.calibrate import Measured
from edgekit_export.quantize.channel_gains import gains_by_row
from edgekit_export.quantize.cpu_cost import CpuCost
from edgekit_export.quantize.fallback import Choice, fastest, fewest_float, free_choice
from edgekit_export.quantize.finer_steps import with_finer_steps
from edgekit_export.quantize.gates import OPENNESS
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.judge import Judge
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.placement import wants_result_quantized
from edgekit_export.quantize.plan import LayerPlan, PassPlan, Plan
from edgekit_export.quantize.repairing import Base, equalized_base, repaired
from edgekit_export.quantize.repairs.gain import RepairGain
from edgekit_export.quantize.rules_tensorrt import residual_skips
from edgekit_export.quantize.stem_plan import of_pixels

__all__ = ["Decider", "Decision", "ForCpu", "ForTensorRT", "Written"]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What was decided for one encoding.

    Attributes:
        plans: every node that could be INT8.
        choice: which of them are.
        sensitivities: by name, the mean noise over the groups of outputs with that node alone in INT8; of int8-cpu
            only of the nodes that INT8 makes faster.
    """

    plans: Sequence[Plan]
    choice: Choice
    sensitivities: Mapping[str, float]

    @property
    def chosen(self) -> list[Plan]:
        """The plans of the nodes in INT8."""
        return [plan for plan in self.plans if plan.node.name in self.choice.quantized]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A decision's graph.

    Attributes:
        graph: the INT8 graph.
        gains: what each repair that was asked for did.
    """

    graph: onnx.ModelProto
    gains: tuple[RepairGain, ...] = ()


class Decider(Protocol):
    """One encoding of one model."""

    def decide(self, options: QuantizeOptions) -> Decision:
        """The choice within `options.max_noise`, as far as the other options let it."""

    def write(self, decision: Decision) -> Written:
        """The graph of a decision."""


class ForTensorRT:
    """int8-tensorrt: as many MACs in INT8 as the budget allows."""

    def __init__(self, base: Base, options: QuantizeOptions, progress: Progress) -> None:
        if options.equalize:
            base = equalized_base(base, Scheme.SIGNED_SYMMETRIC, _signed_plans, options, progress)
        self._base, self._options, self._progress = base, options, progress
        self._total = total_macs(base.model)
        self._plans = _signed_plans(base.measured)
        self._judge = Judge(base.panel, self._plans)
        self._alone = _ranked(self._judge, "ranking layers for int8-tensorrt", progress)
        self._noise = max(self._judge.noise(self._judge.plans), default=0.0)

    def decide(self, options: QuantizeOptions) -> Decision:
        """The fewest layers in float, some others in finer steps, that bring the noise within the budget."""
        plans, alone, judge = self._plans, self._alone, self._judge
        if self._noise > options.max_noise:
            plans, alone = with_finer_steps(self._base, plans, alone, options)
            judge = Judge(self._base.panel, plans)
        return Decision(plans, fewest_float(judge, alone, self._total, options), alone)

    def write(self, decision: Decision) -> Written:
        """The graph, with residual sums as TensorRT fuses them."""
        plans, gains = repaired(self._base, decision.chosen, self._options, self._progress)
        return Written(residual_skips(with_int8(self._base.model, plans)), (*self._base.gains, *gains))


class ForCpu:
    """int8-cpu: the fastest choice within the budget."""

    def __init__(self, base: Base, options: QuantizeOptions, progress: Progress) -> None:
        if options.equalize:
            base = equalized_base(base, Scheme.UNSIGNED_ASYMMETRIC, _unsigned_plans, options, progress)
        self._base, self._options, self._progress = base, options, progress
        view = GraphView(base.model.graph)
        planned = _unsigned_plans(base.measured)
        self._plans: list[Plan] = [
            of_pixels(plan, base.panel, view, base.images, options.max_noise) for plan in planned
        ]
        self._layers = [layer.name for layer in base.measured.layers]
        self._cost = CpuCost(base.model, self._plans)
        free = free_choice(self._cost)
        self._judge = Judge(base.panel, [plan for plan in self._plans if plan.node.name in free])
        self._alone = _ranked(self._judge, "ranking layers for int8-cpu", progress)

    def decide(self, options: QuantizeOptions) -> Decision:
        """What takes the least time by the cost model."""
        choice = fastest(self._judge, self._alone, self._layers, self._cost, options)
        return Decision(self._plans, choice, self._alone)

    def write(self, decision: Decision) -> Written:
        """The graph, with gains of channels as ONNX Runtime multiplies them fast."""
        plans, gains = repaired(self._base, decision.chosen, self._options, self._progress)
        return Written(gains_by_row(with_int8(self._base.model, plans)), (*self._base.gains, *gains))


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


def _signed_plans(measured: Measured) -> list[LayerPlan]:
    return _plans(measured, Scheme.SIGNED_SYMMETRIC, results=False)


def _unsigned_plans(measured: Measured) -> list[Plan]:
    return [*_plans(measured, Scheme.UNSIGNED_ASYMMETRIC, results=True), *_pass_plans(measured)]


def _pass_plans(measured: Measured) -> list[PassPlan]:
    scheme = Scheme.UNSIGNED_ASYMMETRIC
    chosen = {name: quantizer(span, scheme) for name, span in measured.ranges[scheme].items()}
    chosen |= {one.result: OPENNESS for one in measured.passes if one.op_type == "HardSigmoid"}
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
