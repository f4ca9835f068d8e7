"""Every decoder gives all places with their scores as it gives detections."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from edgekit.errors import InputError
from edgekit.vision.decoders import DECODERS, make_decoder

SIZE = (64, 96)
POINTS = 126
LOW = 0.05

Outputs = dict[str, np.ndarray]


def uniform(*shape: int, low: float = 0.0, high: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def boxes(places: int) -> np.ndarray:
    """Left, top, right, bottom of two pictures; as centre and size they are boxes as well."""
    return np.concatenate((uniform(2, places, 2, high=40), uniform(2, places, 2, low=41, high=60, seed=1)), axis=2)


def ssd() -> tuple[dict[str, object], Outputs]:
    anchors = np.concatenate((uniform(6, 2, high=60), uniform(6, 2, low=4, high=20)), axis=1)
    outputs = {"l": uniform(2, 6, 4, low=-3, high=3), "b": uniform(2, 6, 4, low=-4, high=4, seed=1)}
    return {"anchors": anchors.ravel().tolist()}, outputs


YOLOX = {"o": uniform(2, POINTS, 8)}
CHANNELS = np.concatenate((boxes(20), uniform(2, 20, 3)), axis=2)
BOXES = {"b": boxes(9), "s": uniform(2, 9, 3)}

# Decoder, parameters, outputs, and how many places and classes they hold.
CASES = [
    ("yolox", {}, YOLOX, (POINTS, 3)),
    ("yolox", {"decoded": True}, {"o": uniform(2, 7, 8, high=30)}, (7, 3)),
    ("yolov8", {"layout": "channels_first"}, {"o": CHANNELS.transpose(0, 2, 1)}, (20, 3)),
    ("yolov8", {"layout": "channels_last"}, {"o": CHANNELS}, (20, 3)),
    ("ssd", ssd()[0], ssd()[1], (6, 3)),
    ("ssd", ssd()[0] | {"scores": "sigmoid", "background": 2}, ssd()[1], (6, 3)),
    ("ssd", ssd()[0] | {"scores": "sigmoid", "background": -1}, ssd()[1], (6, 4)),
    *(("boxes_scores", {"box_format": one}, BOXES, (9, 3)) for one in ("xyxy", "xywh", "cxcywh")),
    ("boxes_scores", {"background": 1}, BOXES, (9, 2)),
    ("boxes_scores", {"box_format": "cxcywh", "normalised": True}, BOXES, (9, 3)),
]


@pytest.mark.parametrize(("name", "parameters", "outputs", "shape"), CASES)
def test_candidates_are_the_detections_of_a_low_threshold_and_all_the_rest(
    name: str, parameters: Mapping[str, object], outputs: Outputs, shape: tuple[int, int]
) -> None:
    decoder = make_decoder(name, parameters, SIZE)  # type: ignore[arg-type]
    for values in outputs.values():
        values.flags.writeable = False  # nothing is written into what the graph gave
    pictures = decoder.candidates(outputs)
    detections = decoder(outputs, min_score=LOW)
    assert pictures is not None
    assert len(pictures) == len(detections) == 2
    for found, expected in zip(pictures, detections, strict=True):
        assert found.scores.shape == shape
        assert found.boxes_xyxy_px.shape == (shape[0], 4)
        assert found.scores.dtype == found.boxes_xyxy_px.dtype == np.float32
        at, class_ids = np.nonzero(found.scores > LOW)
        assert len(at) > 4
        assert class_ids.tolist() == expected.class_ids.tolist()
        np.testing.assert_allclose(found.scores[at, class_ids], expected.scores, rtol=1e-6)
        np.testing.assert_allclose(found.boxes_xyxy_px[at], expected.boxes_xyxy_px, rtol=1e-5, atol=1e-4)


def test_boxes_with_labels_were_chosen_by_the_graph_and_are_no_places() -> None:
    outputs = {"b": boxes(3), "s": uniform(2, 3), "l": np.zeros((2, 3), np.int64)}
    decoder = make_decoder("boxes_scores", {"boxes": "b", "scores": "s", "labels": "l"}, SIZE)
    assert decoder.candidates(outputs) is None
    with pytest.raises(InputError, match="The decoder boxes_scores wants"):
        decoder.candidates(outputs | {"l": np.zeros((2, 4), np.int64)})


WRONG = {
    "yolox": ({}, {"o": np.zeros((1, POINTS + 1, 8), np.float32)}),
    "yolov8": ({}, {"o": np.zeros((1, 4, 20), np.float32)}),
    "ssd": (ssd()[0], {"l": np.zeros((1, 5, 4), np.float32), "b": np.zeros((1, 5, 4), np.float32)}),
    "boxes_scores": ({}, {"b": np.zeros((1, 5, 4), np.float32), "s": np.zeros((1, 4, 3), np.float32)}),
}


@pytest.mark.parametrize("name", DECODERS)
def test_candidates_of_an_output_of_another_shape_are_refused_by_name(name: str) -> None:
    parameters, outputs = WRONG[name]
    with pytest.raises(InputError, match=f"The decoder {name} wants"):
        make_decoder(name, parameters, SIZE).candidates(outputs)  # type: ignore[arg-type]
