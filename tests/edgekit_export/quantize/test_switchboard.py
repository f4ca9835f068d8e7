import numpy as np
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.running import relative_difference, run
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.switchboard import Switchboard
from edgekit_export.quantize.weights import quantize_weight

NET = """g (uint8[n,8,8,3] images) => (float[n,5] z)
    {c = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (c) a = Conv <pads=[1,1,1,1]> (x, w1, b1) r = Relu(a)
     s = Sigmoid(r) d = Conv (s, w2) p = GlobalAveragePool(d) f = Flatten(p) z = Gemm <transB=1> (f, w3)}"""
NAMES = ("Conv_2", "Conv_5", "Gemm_8")


@pytest.fixture(scope="module")
def net(build):
    rng = np.random.default_rng(0)
    shapes = {"w1": (4, 3, 3, 3), "b1": (4,), "w2": (6, 4, 3, 3), "w3": (5, 6)}
    model = build(NET, **{name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()})
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    return model


def plans(net, scheme, results):
    view, spans = GraphView(net.graph), {"x": (0, 255), "s": (0, 1), "f": (-9, 9)}
    return [
        LayerPlan(
            layer,
            quantize_weight(view.constant(layer.weight), layer.channel_axis),
            quantizer(Range(*spans[layer.data]), scheme),
            quantizer(Range(0, 400), scheme) if results else None,
        )
        for layer in find_layers(net)
    ]


@pytest.mark.parametrize(("scheme", "results"), [(Scheme.SIGNED_SYMMETRIC, False), (Scheme.UNSIGNED_ASYMMETRIC, True)])
@pytest.mark.parametrize("chosen", [(), NAMES[:1], NAMES[1:2], NAMES[2:], NAMES])
def test_every_choice_gives_what_the_written_graph_gives(net, scheme, results, chosen):
    image = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    planned = plans(net, scheme, results)
    (switched,) = Switchboard(net, planned).run([image], chosen)
    written = with_int8(net, [plan for plan in planned if plan.layer.name in chosen])
    assert relative_difference(run(written, {"images": image[None]}), switched) < 1e-4


def test_quantizing_changes_the_outputs(net):
    image = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    board = Switchboard(net, plans(net, Scheme.SIGNED_SYMMETRIC, results=False))
    (floating,), (int8,) = board.run([image], ()), board.run([image], NAMES)
    assert 0 < relative_difference(floating, int8) < 0.2


def test_pictures_that_run_side_by_side_come_back_in_their_order(net):
    images = list(np.random.default_rng(2).integers(0, 256, (9, 8, 8, 3), dtype=np.uint8))
    board = Switchboard(net, plans(net, Scheme.SIGNED_SYMMETRIC, results=False), threads=4)
    together = board.run(images, NAMES)
    assert len(together) == len(images)
    for image, outputs in zip(images, together, strict=True):
        np.testing.assert_array_equal(outputs, board.run([image], NAMES)[0])
