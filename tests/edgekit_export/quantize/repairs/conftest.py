"""A small net with a residual sum, SiLU and a depthwise convolution, and how its layers are quantized."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from edgekit_calibration import Scheme, min_max_range, quantizer
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.observe import with_outputs
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.weights import quantize_weight

NET = """g (uint8[n,12,12,3] images) => (float[n,5] z)
    {k = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (k) y = Mul (x, small)
     a = Conv <pads=[1,1,1,1], strides=[2,2]> (y, w1, b1) s = Sigmoid(a) t = Mul(a, s)
     d = Conv <group=8, pads=[1,1,1,1]> (t, w2) e = Add(d, t) r = Relu(e) c = Conv (r, w3, b3) h = HardSwish(c)
     p = GlobalAveragePool(h) f = Flatten(p) z = Gemm (f, w4, b4)}"""
SHAPES = {"w1": (8, 3, 3, 3), "b1": (8,), "w2": (8, 1, 3, 3), "w3": (6, 8, 1, 1), "b3": (6,), "w4": (6, 5), "b4": (5,)}


@pytest.fixture(scope="session")
def small_net(build) -> onnx.ModelProto:
    rng = np.random.default_rng(3)
    constants = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in SHAPES.items()}
    model = build(NET, **constants, small=np.float32(1 / 255))
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    return model


@pytest.fixture(scope="session")
def pictures() -> list[np.ndarray]:
    """Smooth ones: neighbours are alike, as in photographs."""
    rng = np.random.default_rng(4)
    coarse = [rng.integers(0, 256, (3, 3, 3)).astype(np.float64) for _ in range(24)]
    noise = [rng.normal(0, 8, (12, 12, 3)) for _ in coarse]
    return [
        np.clip(one.repeat(4, axis=0).repeat(4, axis=1) + other, 0, 255).astype(np.uint8)
        for one, other in zip(coarse, noise, strict=True)
    ]


@pytest.fixture(scope="session")
def rough_plans(small_net, pictures) -> list[LayerPlan]:
    """Weights rounded to nearest with six bits' worth of steps, so that there is something to repair."""
    from edgekit_calibration import HistogramObserver
    from edgekit_export.graph.running import run

    view, plans = GraphView(small_net.graph), []
    for layer in find_layers(small_net):
        observer = HistogramObserver(layer.data)
        for picture in pictures:
            observer.update(run(with_outputs(small_net, [layer.data]), {"images": picture[None]})[0])
        weight = quantize_weight(view.constant(layer.weight) * 4, layer.channel_axis)
        shift = np.full(len(weight.scales), 0.05, np.float32)
        coarse = type(weight)(np.rint(weight.values / 16).astype(np.int8), weight.scales * 4, weight.axis, shift)
        plans.append(LayerPlan(layer, coarse, quantizer(min_max_range(observer), Scheme.SIGNED_SYMMETRIC)))
    return plans
