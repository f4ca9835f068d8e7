"""How the first convolution is quantized for int8-cpu where it reads the picture's bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import onnx
from edgekit_calibration import Quantizer
from numpy.typing import NDArray
from onnx import TensorProto, helper

from edgekit_export.graph.cleanup import unused_removed
from edgekit_export.graph.running import session
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.activations import activation_behind
from edgekit_export.quantize.biases import bias_of
from edgekit_export.quantize.judge import Judge, Panel
from edgekit_export.quantize.plan import LayerPlan, Plan, StemPlan
from edgekit_export.quantize.stem import ChannelSteps, blocked, channel_steps, in_pixels, stem_of

__all__ = ["of_pixels"]

_ROUNDED = Quantizer(scale=1.0, zero_point=0, lowest=0, highest=255)


def of_pixels(
    plan: Plan, panel: Panel, view: GraphView, images: Sequence[NDArray[np.uint8]], most_noise: float
) -> Plan:
    """The plan, reading the picture's bytes where it is that of a convolution of them.

    Args:
        plan: for int8-cpu.
        panel: of the float graph.
        view: over that graph.
        images: prepared uint8 (height, width, 3) that ranges come from.
        most_noise: that it may make alone with one range for all channels of its result.
    """
    if not isinstance(plan, LayerPlan) or plan.result is None:
        return plan
    layer, floating = plan.layer, view.constant(plan.layer.weight)
    stem = stem_of(layer, view)
    if stem is None or floating is None:
        return plan
    weight = in_pixels(plan.weight, floating, stem, images)
    own = bias_of(dataclasses.replace(plan, weight=weight), view.producers[layer.output], view, centred=False)
    bias = own + np.einsum("ocyx,c->o", weight.dequantized().astype(np.float64), stem.zero - stem.zeros)
    alike = StemPlan(layer, stem, blocked(weight, stem), _repeated(bias, stem.phases), plan.result)
    if activation_behind(layer.result, view) is None:
        return alike
    if max(Judge(panel, [alike]).noise([layer.name])) <= most_noise:
        return alike
    steps = _steps_of(plan.result, layer.result, panel.model, images)
    scaled = blocked(dataclasses.replace(weight, scales=weight.scales / steps.scales), stem)
    bias = bias / steps.scales + steps.zero_points
    return StemPlan(layer, stem, scaled, _repeated(bias, stem.phases), _ROUNDED, steps)


def _repeated(values: NDArray[np.float64], times: int) -> NDArray[np.float32]:
    return np.tile(values, times).astype(np.float32)


def _steps_of(
    chosen: Quantizer, tensor: str, model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]]
) -> ChannelSteps:
    """Steps for the channels of what an activation reads that ONNX Runtime computes in float anyway.

    Why: an edge and a plain colour differ by a factor of a hundred. In steps for all of them the small ones drown
    (YOLOX-nano: 3 dB in the outputs from this alone, 24 dB with steps of their own), and giving each channel its own
    costs nothing where bytes become floats behind it. Below, the range ends where that of all channels does: what the
    activation makes nothing of is not kept apart.
    """
    part = onnx.ModelProto()
    part.CopyFrom(model)
    del part.graph.output[:], part.graph.value_info[:]
    part.graph.output.append(helper.make_tensor_value_info(tensor, TensorProto.FLOAT, None))
    unused_removed(part)
    runner, name = session(part), part.graph.input[0].name
    lowest, highest = np.array(np.inf), np.array(-np.inf)
    for image in images:
        values = runner.run(None, {name: image[None]})[0]
        lowest, highest = np.minimum(lowest, values.min((0, 2, 3))), np.maximum(highest, values.max((0, 2, 3)))
    least = (chosen.lowest - chosen.zero_point) * chosen.scale
    return channel_steps(np.maximum(lowest, least).astype(np.float64), highest.astype(np.float64))
