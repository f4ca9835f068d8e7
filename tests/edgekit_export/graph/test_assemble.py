import numpy as np
import pytest
from edgekit_export.graph import float_graph, load_onnx
from edgekit_export.graph.head import float_preprocessing
from edgekit_export.graph.running import run

from edgekit.bundle.manifest import ArithmeticSpec

MODELS = [
    ("models/yolox_nano.onnx", ArithmeticSpec(order="bgr"), "images"),
    ("models/fastestdet/FastestDet.onnx", ArithmeticSpec(order="bgr", scale=1 / 255), "input.1"),
]


@pytest.mark.parametrize(("name", "arithmetic", "feed"), MODELS)
def test_a_real_detector_at_opset_11_becomes_a_graph_on_pixels_for_any_batch(assets_dir, name, arithmetic, feed):
    model = load_onnx(assets_dir / name)
    graph = float_graph(model, arithmetic)
    assert (graph.source_opset, graph.max_batch > 1) == (11, True), graph.batch_reason
    size = [dim.dim_value for dim in graph.model.graph.input[0].type.tensor_type.shape.dim][1:]
    pixels = np.random.default_rng(3).integers(0, 256, (3, *size), dtype=np.uint8)
    (together,) = run(graph.model, {"images": pixels}, optimise=True)
    expected = np.concatenate([run(model, {feed: float_preprocessing(one[None], arithmetic)})[0] for one in pixels])
    assert np.abs(together - expected).max() < 1e-3 * np.abs(expected).max()


def test_the_same_model_gives_the_same_bytes(build):
    text = "g (float[1,3,8,8] x) => (float[1,4,6,6] y) {c = Conv(x, w) y = Relu(c)}"
    w = np.random.default_rng(0).standard_normal((4, 3, 3, 3)).astype(np.float32)
    graphs = [float_graph(build(text, opset=13, ir_version=7, w=w), ArithmeticSpec()).model for _ in range(2)]
    assert graphs[0].SerializeToString(deterministic=True) == graphs[1].SerializeToString(deterministic=True)
