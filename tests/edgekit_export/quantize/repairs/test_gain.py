import numpy as np
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.judge import Judge, Panel
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.repairs.gain import gain_of, noise_of
from edgekit_export.quantize.weights import quantize_weight


def test_a_tenth_of_the_noise_is_ten_decibels_and_only_less_noise_is_applied():
    assert gain_of("bias correction", 0.1, 0.01).decibels == pytest.approx(10)
    assert gain_of("bias correction", 0.1, 0.01).applied
    assert gain_of("bias correction", 0.01, 0.1).decibels == pytest.approx(-10)
    assert not gain_of("bias correction", 0.01, 0.1).applied
    assert gain_of("bias correction", 0.0, 0.0).decibels == 0
    assert not gain_of("bias correction", 0.0, 0.0).applied


def test_the_noise_is_what_the_judge_finds_with_every_layer_quantized(build):
    rng = np.random.default_rng(0)
    model = build(
        """g (uint8[n,8,8,3] images) => (float[n,5] z)
        {k = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (k) c = Conv (x, w1) r = Relu(c)
         p = GlobalAveragePool(r) f = Flatten(p) z = Gemm (f, w2)}""",
        w1=rng.standard_normal((4, 3, 3, 3)).astype(np.float32),
        w2=rng.standard_normal((4, 5)).astype(np.float32),
    )
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    images = [rng.integers(0, 256, (8, 8, 3), dtype=np.uint8) for _ in range(3)]
    view, spans = GraphView(model.graph), {"x": 255, "f": 500}
    plans = [
        LayerPlan(
            layer,
            quantize_weight(view.constant(layer.weight), layer.channel_axis),
            quantizer(Range(0, spans[layer.data]), Scheme.SIGNED_SYMMETRIC),
        )
        for layer in find_layers(model)
    ]
    panel = Panel(model, images, rank_images=1, threads=1)
    judge = Judge(panel, plans)
    assert noise_of(panel, model, plans) == pytest.approx(float(judge.noise(judge.plans).mean()), rel=1e-3)
    assert noise_of(panel, model, []) < 1e-9
