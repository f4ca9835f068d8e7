import numpy as np
import onnx
import pytest
from edgekit_export.models.outputs import choose_decoder, decoder_from_text

from edgekit.bundle.manifest import DecoderSpec, Task
from edgekit.errors import ModelError

SIZE = (32, 32)


def _read(outputs, decoder):
    return choose_decoder(onnx.ModelProto(), outputs, Task.DETECT, decoder_from_text(decoder), SIZE, "net")


def test_parameters_on_the_command_line_are_typed():
    spec = decoder_from_text("boxes_scores:box_format=cxcywh,normalised=true,background=0")
    assert spec == DecoderSpec(
        name="boxes_scores", parameters={"box_format": "cxcywh", "normalised": True, "background": 0}
    )


def test_yolox_boxes_over_the_whole_picture_are_decoded_ones():
    rows = np.zeros((1, 21, 8), np.float32)
    assert _read({"o": rows}, "yolox").decoder.parameters == {"decoded": False}
    rows[0, :, :2] = np.linspace(0, 32, 42).reshape(21, 2)
    assert _read({"o": rows}, "yolox").decoder.parameters == {"decoded": True}


@pytest.mark.parametrize(("shape", "layout"), [((1, 7, 50), "channels_first"), ((1, 50, 7), "channels_last")])
def test_yolov8s_layout_is_seen_from_the_shape(shape, layout):
    reading = _read({"o": np.zeros(shape, np.float32)}, "yolov8")
    assert (reading.decoder.parameters, reading.classes) == ({"layout": layout}, 3)


def test_ssd_takes_the_third_output_for_its_anchors():
    outputs = {
        "cls": np.zeros((1, 9, 5), np.float32),
        "box": np.zeros((1, 9, 4), np.float32),
        "anchors": np.ones((9, 4), np.float32),
    }
    reading = _read(outputs, "ssd")
    assert (reading.decoder.parameters, reading.classes) == ({"anchors_output": "anchors"}, 4)
    del outputs["anchors"]
    with pytest.raises(ModelError, match="gives no anchors"):
        _read(outputs, "ssd")


@pytest.mark.parametrize(("largest", "normalised"), [(1.0, True), (31.0, False)])
def test_boxes_and_scores_are_told_apart_and_their_unit_found(largest, normalised):
    outputs = {
        "scores": np.zeros((1, 9, 3), np.float32),
        "boxes": np.full((1, 9, 4), largest, np.float32),
    }
    reading = _read(outputs, "boxes_scores")
    assert reading.decoder.parameters == {"boxes": "boxes", "scores": "scores", "normalised": normalised}
    assert reading.classes == 3
    assert "look like" in reading.notes[0]


def test_labels_do_not_tell_the_number_of_classes():
    outputs = {
        "boxes": np.full((1, 9, 4), 9, np.float32),
        "labels": np.zeros((1, 9), np.int64),
        "scores": np.zeros((1, 9), np.float32),
    }
    reading = _read(outputs, "boxes_scores")
    assert reading.classes is None
    assert reading.decoder.parameters["labels"] == "labels"


def test_what_is_said_comes_before_what_is_found():
    outputs = {"boxes": np.full((1, 9, 4), 0.5, np.float32), "scores": np.zeros((1, 9, 3), np.float32)}
    assert _read(outputs, "boxes_scores:normalised=false").decoder.parameters["normalised"] is False


def test_outputs_that_are_no_boxes_are_shown():
    with pytest.raises(ModelError, match=r"x \(1, 9, 3\); the decoder boxes_scores wants an output \(1, n, 4\)"):
        _read({"x": np.zeros((1, 9, 3), np.float32)}, "boxes_scores")
