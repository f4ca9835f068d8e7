from __future__ import annotations

import numpy as np
import pytest

from edgekit.errors import InputError
from edgekit.vision.decoders import DECODERS, make_decoder
from edgekit.vision.decoders.classify import probabilities
from edgekit.vision.detection import Detections
from edgekit.vision.postprocess import probabilities_of

SIZE = (64, 96)


def rounded(detections: Detections) -> list[tuple[list[float], int, float]]:
    return [([round(v, 3) for v in found.box_xyxy_px], found.class_id, round(found.score, 4)) for found in detections]


def yolox_rows() -> np.ndarray:
    return np.zeros((1, 8 * 12 + 4 * 6 + 2 * 3, 5 + 3), np.float32)


def test_yolox_places_a_box_by_its_grid_cell_and_stride() -> None:
    rows = yolox_rows()
    cell = 8 * 12 + 2 * 6 + 4  # stride 16, row 2, column 4
    rows[0, cell] = [0.5, 0.25, np.log(2), np.log(1), 0.9, 0.1, 0.5, 0.0]
    found = make_decoder("yolox", {}, SIZE)({"output": rows}, min_score=0.3)
    assert rounded(found[0]) == [([72 - 16, 36 - 8, 72 + 16, 36 + 8], 1, 0.45)]


def test_every_class_above_the_threshold_counts_per_box() -> None:
    rows = yolox_rows()
    rows[0, 0] = [0, 0, 0, 0, 1.0, 0.5, 0.2, 0.31]
    found = make_decoder("yolox", {}, SIZE)({"output": rows}, min_score=0.3)[0]
    assert found.class_ids.tolist() == [0, 2]
    assert np.array_equal(found.boxes_xyxy_px[0], found.boxes_xyxy_px[1])


def test_a_score_of_exactly_the_threshold_does_not_count() -> None:
    rows = yolox_rows()
    rows[0, 0] = [0, 0, 0, 0, 1.0, 0.25, 0, 0]
    assert len(make_decoder("yolox", {}, SIZE)({"output": rows}, min_score=0.25)[0]) == 0


def test_yolox_agrees_with_decoding_everything_first() -> None:
    rng = np.random.default_rng(1)
    rows = rng.random((2, 126, 8)).astype(np.float32)
    found = make_decoder("yolox", {}, SIZE)({"output": rows}, min_score=0.2)
    for picture, detections in zip(rows, found, strict=True):
        expected = []
        index = 0
        for stride in (8, 16, 32):
            for y in range(SIZE[0] // stride):
                for x in range(SIZE[1] // stride):
                    row = picture[index].astype(np.float64)
                    centre, half = (row[:2] + np.array([x, y])) * stride, np.exp(row[2:4]) * stride / 2
                    for class_id in range(3):
                        if np.float32(picture[index, 4]) * np.float32(picture[index, 5 + class_id]) > 0.2:
                            expected.append((*(centre - half), *(centre + half), class_id))
                    index += 1
        assert detections.class_ids.tolist() == [row[4] for row in expected]
        np.testing.assert_allclose(detections.boxes_xyxy_px, [row[:4] for row in expected], rtol=1e-4, atol=1e-3)


def test_a_decoder_does_not_write_into_the_outputs() -> None:
    rows = np.random.default_rng(2).random((1, 126, 8)).astype(np.float32)
    before = rows.copy()
    rows.flags.writeable = False
    make_decoder("yolox", {}, SIZE)({"output": rows}, min_score=0.0)
    assert np.array_equal(rows, before)


def test_decoded_yolox_takes_pixels_as_they_are() -> None:
    rows = np.array([[[30, 20, 10, 8, 0.9, 1.0]]], np.float32)
    found = make_decoder("yolox", {"decoded": True}, SIZE)({"output": rows}, min_score=0.3)
    assert rounded(found[0]) == [([25, 16, 35, 24], 0, 0.9)]


@pytest.mark.parametrize("layout", ["channels_first", "channels_last"])
def test_yolov8_takes_centre_and_size_in_pixels(layout: str) -> None:
    table = np.array([[30, 20, 10, 8, 0.1, 0.9, 0.4], [1, 1, 1, 1, 0.2, 0.2, 0.2]], np.float32)
    output = (table if layout == "channels_last" else table.T)[None]
    found = make_decoder("yolov8", {"layout": layout}, SIZE)({"o": output}, min_score=0.3)
    assert rounded(found[0]) == [([25, 16, 35, 24], 1, 0.9), ([25, 16, 35, 24], 2, 0.4)]


def test_ssd_decodes_offsets_against_anchors_and_drops_the_background() -> None:
    logits = np.log(np.array([[[0.2, 0.1, 0.7], [0.98, 0.01, 0.01]]], np.float32))
    offsets = np.array([[[10 * 0.5, 0, 5 * np.log(2), 0], [0, 0, 0, 0]]], np.float32)
    anchors = [20.0, 20.0, 8.0, 4.0, 50.0, 50.0, 10.0, 10.0]
    found = make_decoder("ssd", {"anchors": anchors}, SIZE)({"l": logits, "b": offsets}, min_score=0.3)
    assert rounded(found[0]) == [([24 - 8, 20 - 2, 24 + 8, 20 + 2], 1, 0.7)]


@pytest.mark.parametrize(("scores", "expected"), [("sigmoid", 0.9526), ("probabilities", 3.0), ("softmax", 0.9965)])
def test_ssd_scores_are_what_the_parameter_says(scores: str, expected: float) -> None:
    outputs = {"l": np.array([[[-1000.0, 3.0, -2.654]]], np.float32), "b": np.zeros((1, 1, 4), np.float32)}
    decoder = make_decoder("ssd", {"anchors": [8.0, 8.0, 4.0, 4.0], "scores": scores}, SIZE)
    assert [round(found.score, 4) for found in decoder(outputs, min_score=0.3)[0]] == [expected]


def test_ssd_keeps_an_absurd_size_finite() -> None:
    outputs = {"l": np.array([[[0.0, 9.0]]], np.float32), "b": np.full((1, 1, 4), 1e6, np.float32)}
    found = make_decoder("ssd", {"anchors": [8.0, 8.0, 4.0, 4.0]}, SIZE)(outputs, min_score=0.3)[0]
    size = found.boxes_xyxy_px[0, 2] - found.boxes_xyxy_px[0, 0]
    assert size == pytest.approx(4 * 1000 / 16, rel=1e-2)


def test_ssd_takes_its_anchors_from_an_output() -> None:
    outputs = {
        "l": np.array([[[0.0, 5.0]]], np.float32),
        "b": np.zeros((1, 1, 4), np.float32),
        "a": np.array([[20, 20, 8, 4]], np.float32),
    }
    found = make_decoder("ssd", {"anchors_output": "a"}, SIZE)(outputs, min_score=0.3)
    assert rounded(found[0])[0][0] == [16, 18, 24, 22]


@pytest.mark.parametrize(
    ("box_format", "box"), [("xyxy", [10, 12, 30, 20]), ("xywh", [10, 12, 20, 8]), ("cxcywh", [20, 16, 20, 8])]
)
def test_boxes_scores_takes_each_box_format(box_format: str, box: list[float]) -> None:
    outputs = {"b": np.array([[box]], np.float32), "s": np.array([[[0.1, 0.8]]], np.float32)}
    found = make_decoder("boxes_scores", {"box_format": box_format}, SIZE)(outputs, min_score=0.3)
    assert rounded(found[0]) == [([10, 12, 30, 20], 1, 0.8)]


def test_boxes_scores_takes_fractions_of_the_picture() -> None:
    outputs = {"b": np.array([[[0.25, 0.5, 0.5, 1.0]]], np.float32), "s": np.array([[[0.8]]], np.float32)}
    found = make_decoder("boxes_scores", {"normalised": True}, SIZE)(outputs, min_score=0.3)
    assert rounded(found[0]) == [([24, 32, 48, 64], 0, 0.8)]


def test_boxes_with_labels_and_no_batch_axis_are_one_picture() -> None:
    outputs = {
        "scores": np.array([0.9, 0.2, 0.8], np.float32),
        "labels": np.array([2, 1, 0]),
        "boxes": np.array([[0, 0, 1, 1], [2, 2, 3, 3], [4, 4, 5, 5]], np.float32),
    }
    parameters = {"boxes": "boxes", "scores": "scores", "labels": "labels", "background": 0}
    found = make_decoder("boxes_scores", parameters, SIZE)(outputs, min_score=0.3)
    assert rounded(found[0]) == [([0, 0, 1, 1], 1, 0.9)]


@pytest.mark.parametrize("name", DECODERS)
def test_nan_is_never_a_detection(name: str) -> None:
    outputs = {
        "yolox": {"o": np.full((1, 126, 8), np.nan, np.float32)},
        "yolov8": {"o": np.full((1, 8, 20), np.nan, np.float32)},
        "ssd": {"l": np.full((1, 1, 3), np.nan, np.float32), "b": np.zeros((1, 1, 4), np.float32)},
        "boxes_scores": {"b": np.zeros((1, 2, 4), np.float32), "s": np.full((1, 2, 3), np.nan, np.float32)},
    }[name]
    parameters = {"anchors": [1.0, 1.0, 1.0, 1.0]} if name == "ssd" else {}
    with np.errstate(invalid="ignore"):
        assert [len(found) for found in make_decoder(name, parameters, SIZE)(outputs, min_score=0.001)] == [0]


@pytest.mark.parametrize("name", DECODERS)
def test_an_output_of_another_shape_is_refused_by_name(name: str) -> None:
    parameters = {"anchors": [1.0, 1.0, 1.0, 1.0]} if name == "ssd" else {}
    outputs = {"a": np.zeros((1, 3), np.float32), "b": np.zeros((1, 7), np.float32)}
    with pytest.raises(InputError, match=f"The decoder {name} wants"):
        make_decoder(name, parameters, SIZE)(outputs, min_score=0.3)


@pytest.mark.parametrize("name", DECODERS)
def test_an_output_that_is_absent_is_named(name: str) -> None:
    parameters: dict[str, object] = {"anchors": [1.0, 1.0, 1.0, 1.0]} if name == "ssd" else {}
    parameters["output" if "yolo" in name else {"ssd": "logits"}.get(name, "boxes")] = "nowhere"
    with pytest.raises(InputError, match="'nowhere'; the graph gives a"):
        make_decoder(name, parameters, SIZE)({"a": np.zeros((1, 3), np.float32)}, min_score=0.3)  # type: ignore[arg-type]


def test_an_unknown_decoder_or_parameter_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean yolox"):
        make_decoder("yollox", {}, SIZE)
    with pytest.raises(InputError, match="Did you mean strides"):
        make_decoder("yolox", {"stride": [8]}, SIZE)
    with pytest.raises(InputError, match="do not divide"):
        make_decoder("yolox", {"strides": [7]}, SIZE)
    with pytest.raises(InputError, match="channels_first, channels_last"):
        make_decoder("yolov8", {"layout": "nchw"}, SIZE)


def test_softmax_rows_sum_to_one_even_for_large_logits() -> None:
    values = probabilities_of("softmax", {"logits": np.array([[1000.0, 1000.0], [-5.0, 5.0]])})
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[0], [0.5, 0.5])
    np.testing.assert_allclose(values.sum(axis=1), 1, rtol=1e-6)


def test_probabilities_are_normalised_and_an_empty_row_is_uniform() -> None:
    values = probabilities("probabilities", np.array([[[[1.0]], [[3.0]]], [[[0.0]], [[0.0]]]]))
    assert values.tolist() == [[0.25, 0.75], [0.5, 0.5]]


def test_other_classification_decoders_are_refused() -> None:
    with pytest.raises(InputError, match="softmax, probabilities"):
        probabilities("sigmoid", np.zeros((1, 2)))
