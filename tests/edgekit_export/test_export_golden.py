import numpy as np
import onnx
import pytest
from edgekit_export.calibration_images import PreparedPicture
from edgekit_export.golden_choice import MUST_FAIL_BY_DB, choose_golden
from edgekit_export.golden_pictures import (
    golden_picture,
    padded_otherwise,
    pattern_pictures,
    with_stronger_colours,
    without_blue,
)
from edgekit_export.graph import float_graph
from edgekit_export.graph.half import to_half
from edgekit_export.graph.half_rounding import with_half_rounding
from edgekit_export.graph_predictor import GraphPredictor
from edgekit_export.models.presets import PRESETS, preset_preprocessing
from edgekit_export.quantize import QuantizeOptions, quantize

from edgekit.bundle.golden import sqnr_db, threshold_db
from edgekit.bundle.manifest import DecoderSpec, Encoding
from edgekit.vision.geometry import Geometry, ResizeMode, prepare

LETTERBOX = Geometry(ResizeMode.LETTERBOX, (32, 32))
YOLOX = preset_preprocessing(PRESETS["yolox"], (32, 32))
DECODER = DecoderSpec(name="yolox", parameters={"decoded": False})


@pytest.fixture(scope="module")
def detector(tmp_path_factory, write_yolox):
    path = write_yolox(tmp_path_factory.mktemp("m") / "det.onnx")
    return float_graph(onnx.load(str(path)), YOLOX.arithmetic).model


def _prepared(pixels):
    return PreparedPicture("p", prepare(pixels, LETTERBOX), pixels.shape[:2])


def _coloured(seed=0, size_hw=(20, 40)):
    return np.random.default_rng(seed).integers(0, 256, (*size_hw, 3), np.uint8)


def test_another_pad_value_changes_the_padding_alone():
    candidate = _prepared(_coloured())
    other = padded_otherwise(candidate, LETTERBOX)
    assert np.array_equal(other[:16], candidate.prepared[:16])
    assert (candidate.prepared[16:] == 114).all()
    assert (other[16:] == 0).all()


def test_a_picture_without_padding_cannot_be_padded_otherwise():
    assert padded_otherwise(_prepared(_coloured(size_hw=(32, 32))), LETTERBOX) is None
    stretched = Geometry(ResizeMode.STRETCH, (32, 32))
    assert padded_otherwise(_prepared(_coloured()), stretched) is None


def test_swapped_colours_and_padding_miss_the_limit_by_six_decibels(detector):
    golden = choose_golden({Encoding.FLOAT: detector}, YOLOX, DECODER, [_prepared(_coloured())])
    assert golden.tells
    exact = GraphPredictor(detector, YOLOX, DECODER, optimise=False)
    (reference,), limit = golden.outputs[Encoding.FLOAT], golden.min_sqnr_db[Encoding.FLOAT]
    assert np.array_equal(exact.run(golden.inputs)["output"], reference)
    swapped = exact.run(np.ascontiguousarray(golden.inputs[..., ::-1]))["output"]
    assert sqnr_db(reference, swapped) <= limit - MUST_FAIL_BY_DB


def test_the_optimised_graph_passes_its_own_limit(detector):
    golden = choose_golden({Encoding.FLOAT: detector}, YOLOX, DECODER, [_prepared(_coloured())])
    fast = GraphPredictor(detector, YOLOX, DECODER, optimise=True).run(golden.inputs)["output"]
    assert sqnr_db(golden.outputs[Encoding.FLOAT][0], fast) >= golden.min_sqnr_db[Encoding.FLOAT]


def test_the_limit_of_int8_with_fp16_parts_is_what_a_devices_roundings_reach(tmp_path, write_classifier):
    """ONNX Runtime's optimised graph cannot say: it divides biases by products of scales in FP16."""
    net = onnx.load(str(write_classifier(tmp_path / "net.onnx")))
    bias = next(tensor for tensor in net.graph.initializer if tensor.name == "b0")
    bias.CopyFrom(onnx.numpy_helper.from_array(np.linspace(-3000, 3000, 8, dtype=np.float32), "b0"))
    model = float_graph(net, YOLOX.arithmetic).model
    pictures = [_prepared(_coloured(seed)) for seed in range(4)]
    options = QuantizeOptions(preferred_int8_share=1.0, bad_noise=1.0)
    int8 = quantize(model, [one.prepared for one in pictures], options=options).graphs[Encoding.INT8_TENSORRT]
    half = to_half(int8)
    golden = choose_golden({Encoding.FLOAT: model, Encoding.INT8_TENSORRT: half}, YOLOX, DECODER, pictures)
    rounded = GraphPredictor(with_half_rounding(half), YOLOX, DECODER, optimise=False).run(golden.inputs)["logits"]
    reached = sqnr_db(golden.outputs[Encoding.INT8_TENSORRT][0], rounded)
    assert golden.min_sqnr_db[Encoding.INT8_TENSORRT] == threshold_db(Encoding.INT8_TENSORRT, reached) > 10


def test_grey_pictures_are_not_chosen_as_they_cannot_tell_colours(detector):
    grey = [_prepared(np.full((20, 40, 3), level, np.uint8)) for level in (20, 90, 200)]
    golden = choose_golden({Encoding.FLOAT: detector}, YOLOX, DECODER, grey)
    assert golden.tells
    assert all((row[..., 0] != row[..., 2]).any() for row in golden.inputs)


def test_a_model_that_sees_no_colour_is_said_not_to_tell(tmp_path, write_yolox):
    model = onnx.load(str(write_yolox(tmp_path / "det.onnx")))
    for tensor in model.graph.initializer:
        if len(tensor.dims) == 4:
            values = onnx.numpy_helper.to_array(tensor)
            same = np.repeat(values.mean(axis=1, keepdims=True), 3, axis=1)
            tensor.CopyFrom(onnx.numpy_helper.from_array(same, tensor.name))
    graph = float_graph(model, YOLOX.arithmetic).model
    golden = choose_golden({Encoding.FLOAT: graph}, YOLOX, DECODER, [_prepared(_coloured())])
    assert not golden.tells


def test_without_any_picture_rendered_ones_do(detector):
    golden = choose_golden({Encoding.FLOAT: detector}, YOLOX, DECODER, [])
    assert golden.inputs.shape == (2, 32, 32, 3)
    assert golden.tells


def test_rendered_pictures_are_always_the_same_and_coloured():
    first, second = pattern_pictures(LETTERBOX), pattern_pictures(LETTERBOX)
    assert all(np.array_equal(a.prepared, b.prepared) for a, b in zip(first, second, strict=True))
    assert all(padded_otherwise(picture, LETTERBOX) is not None for picture in first)


def test_stronger_colours_leave_greys_and_part_the_others():
    pixels = np.full((32, 32, 3), 100, np.uint8)
    pixels[:16] = (90, 100, 110)
    strong = with_stronger_colours(PreparedPicture("p", pixels, (32, 32))).prepared
    assert (strong[16:] == 100).all()
    assert (strong[0, 0] == (70, 100, 130)).all()


def test_without_blue_leaves_red_and_green_and_the_original():
    candidate = _prepared(_coloured())
    before = candidate.prepared.copy()
    changed = without_blue(candidate).prepared
    assert not changed[..., 0].any()
    assert np.array_equal(changed[..., 1:], before[..., 1:])
    assert np.array_equal(candidate.prepared, before)


def test_the_golden_picture_is_small_and_prepared_as_everywhere():
    picture, prepared = golden_picture(_coloured(size_hw=(700, 900)), LETTERBOX)
    assert picture.shape == (640, 640, 3)
    assert np.array_equal(prepared, prepare(picture, LETTERBOX))
