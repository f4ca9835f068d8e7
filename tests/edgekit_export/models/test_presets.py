import pytest
from edgekit_export.models.presets import (
    DECODER_PRESETS,
    PRESETS,
    default_preprocessing,
    describe,
    preprocessing_from,
    preset_preprocessing,
)

from edgekit.bundle.manifest import DecoderSpec
from edgekit.errors import ModelError, UsageError
from edgekit.vision.decoders.protocol import DECODERS
from edgekit.vision.geometry import Anchor, Interpolation, ResizeMode


def test_every_decoder_and_classifiers_have_a_default():
    assert set(DECODER_PRESETS) == {*DECODERS, "classify"}
    assert set(DECODER_PRESETS.values()) <= set(PRESETS)


def test_yolox_is_bgr_0_to_255_letterboxed_top_left_on_114():
    contract, origin = default_preprocessing(DecoderSpec(name="yolox"), (416, 416))
    assert contract.geometry.mode is ResizeMode.LETTERBOX
    assert contract.geometry.anchor is Anchor.TOP_LEFT
    assert contract.geometry.pad_value == 114
    assert contract.arithmetic.order == "bgr"
    assert (contract.arithmetic.scale, contract.arithmetic.mean, contract.arithmetic.std) == (1.0, (0,) * 3, (1,) * 3)
    assert origin == "default of decoder yolox (preset yolox)"
    assert describe(contract) == "BGR, 0-255, letterbox 416x416 top left, padding 114, linear"


def test_yolov8_is_rgb_0_to_1_letterboxed_in_the_middle():
    contract, _ = default_preprocessing(DecoderSpec(name="yolov8"), (640, 640))
    assert describe(contract) == "RGB, 0-1, letterbox 640x640 center, padding 114, linear"


def test_classifiers_cut_the_middle_out_after_256_of_224():
    contract, _ = default_preprocessing(None, (224, 224))
    assert contract.geometry.resize_shorter_px == 256
    assert "minus 0.485/0.456/0.406, over 0.229/0.224/0.225" in describe(contract)


def test_efficientnet_lite_has_its_own_arithmetic_and_cubic_resizing():
    contract = preset_preprocessing(PRESETS["efficientnet-lite"], (224, 224))
    assert describe(contract).startswith("RGB, 0-255, minus 127, over 128")
    assert contract.geometry.interpolation is Interpolation.CUBIC


def test_a_file_takes_the_models_size_where_it_names_none(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("geometry: {mode: stretch}\narithmetic: {order: bgr, scale: 0.5}\n")
    contract, origin = preprocessing_from(str(file), (96, 128))
    assert contract.geometry.size_hw == (96, 128)
    assert contract.arithmetic.scale == 0.5
    assert origin == "file mine.yaml"


def test_a_file_for_another_size_is_refused_with_both(tmp_path):
    file = tmp_path / "mine.json"
    file.write_text('{"geometry": {"mode": "stretch", "size_hw": [10, 20]}}')
    with pytest.raises(ModelError, match=r"20x10 .* the model takes 128x96"):
        preprocessing_from(str(file), (96, 128))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("geometry: {mode: strech}", "geometry.mode"),
        ("geometry: {mode: stretch}\nextra: 1", "extra"),
        ("- 1", "sections geometry and arithmetic"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, text, what):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ModelError, match=what):
        preprocessing_from(str(file), (96, 96))


def test_an_unknown_preset_gets_the_nearest_name():
    with pytest.raises(UsageError, match=r"Did you mean yolox\?"):
        preprocessing_from("yolo-x", (96, 96))
