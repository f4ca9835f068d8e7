"""Every graph for TensorRT is parsed and built by TensorRT-RTX, which needs no GPU for that."""

from collections import Counter

import numpy as np
import pytest
from edgekit_export.graph import float_graph
from edgekit_export.graph.macs import MAC_OPERATORS
from edgekit_export.quantize import QuantizeOptions, quantize

from edgekit.bundle.manifest import ArithmeticSpec, Encoding

pytestmark = pytest.mark.rtx

trt = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed")


def built(model) -> tuple[Counter, int]:
    """What the parser made of each convolution and product, and the size of the plan."""
    builder = trt.Builder(trt.Logger(trt.Logger.ERROR))
    network = builder.create_network(0)
    parser = trt.OnnxParser(network, trt.Logger(trt.Logger.ERROR))
    assert parser.parse(model.SerializeToString()), [parser.get_error(i).desc() for i in range(parser.num_errors)]
    makers = {}
    for index in range(network.num_layers):
        layer = network.get_layer(index)
        for number in range(layer.num_outputs):
            makers[layer.get_output(number).name] = layer
    kinds: Counter = Counter()
    moves = (trt.LayerType.SHUFFLE, trt.LayerType.CAST)
    for index in range(network.num_layers):
        layer = network.get_layer(index)
        if layer.type not in (trt.LayerType.CONVOLUTION, trt.LayerType.MATRIX_MULTIPLY):
            continue
        sources = []
        for number in (0, 1):
            tensor = layer.get_input(number) if number < layer.num_inputs else None
            maker = makers.get(tensor.name) if tensor is not None else None
            while maker is not None and maker.type in moves:
                maker = makers.get(maker.get_input(0).name)
            sources.append(maker is not None and maker.type == trt.LayerType.DEQUANTIZE)
        kinds["int8" if all(sources) else "float"] += 1
    config = builder.create_builder_config()
    profile = builder.create_optimization_profile()
    entry = network.get_input(0)
    one, four = (1, *tuple(entry.shape)[1:]), (4, *tuple(entry.shape)[1:])
    profile.set_shape(entry.name, one, one, four)
    config.add_optimization_profile(profile)
    config.num_compute_capabilities = 1
    config.set_compute_capability(trt.ComputeCapability.SM86, 0)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, "TensorRT-RTX could not build the network"
    return kinds, plan.nbytes


def counted(model, float_names) -> Counter:
    nodes = [node for node in model.graph.node if node.op_type in MAC_OPERATORS]
    kept = sum(node.name in float_names for node in nodes)
    return +Counter({"int8": len(nodes) - kept, "float": kept})


def w(*shape):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


SILU_NET = """g (float[1,3,16,16] x) => (float[1,10] z)
    {a = Conv <pads=[1,1,1,1], strides=[2,2]> (x, w1, b1) s = Sigmoid(a) m = Mul(a, s)
     b = Conv <group=8, pads=[1,1,1,1]> (m, w2) c = Conv (b, w3) d = Add(c, m) p = GlobalAveragePool(d)
     f = Flatten(p) g = Gemm <transB=1> (f, w4, b4) z = MatMul(g, w5)}"""


@pytest.mark.parametrize("budget", [1.0, 1e-9])
def test_a_net_of_every_kind_of_layer_builds_plain_and_centred(build, budget):
    weights = {"w1": w(8, 3, 3, 3), "b1": w(8), "w2": w(8, 1, 3, 3), "w3": w(8, 8, 1, 1)}
    weights |= {"w4": w(10, 8), "b4": w(10), "w5": w(10, 10)}
    model = float_graph(build(SILU_NET, opset=13, **weights), ArithmeticSpec()).model
    images = list(np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3), dtype=np.uint8))
    options = QuantizeOptions(max_noise=budget, min_relief=0.0, preferred_int8_share=1.0, bad_noise=1.0)
    result = quantize(model, images, options=options)
    graph = result.graphs[Encoding.INT8_TENSORRT]
    kinds, size = built(graph)
    assert size > 0
    assert kinds == counted(graph, result.kept_float[Encoding.INT8_TENSORRT])
    assert any(layer.centred for layer in result.layers) == (budget < 1)
    assert any(node.op_type == "Pad" for node in graph.graph.node) == (budget < 1)


@pytest.mark.slow
def test_yolox_nano_builds_with_as_many_int8_convolutions_as_planned(yolox_int8):
    graph = yolox_int8.graphs[Encoding.INT8_TENSORRT]
    kinds, size = built(graph)
    assert size > 0
    assert kinds == counted(graph, yolox_int8.kept_float[Encoding.INT8_TENSORRT])
    assert kinds["int8"] > 100
