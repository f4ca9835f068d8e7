from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgekit.vision.decoders import make_decoder
from edgekit.vision.geometry import Geometry, ResizeMode, mapping, prepare
from edgekit.vision.postprocess import detections_of

GEOMETRY = Geometry(ResizeMode.LETTERBOX, (64, 64))
DECODER = make_decoder("yolov8", {"layout": "channels_last"}, (64, 64))
WHERE = [mapping((128, 256), GEOMETRY)]
SIZES = [(128, 256)]


def table(*rows: list[float]) -> dict[str, np.ndarray]:
    return {"o": np.array([rows], np.float32)}


def test_boxes_come_back_in_frame_pixels() -> None:
    found = detections_of(DECODER, table([32, 16, 8, 4, 0.9]), WHERE, SIZES)[0]
    assert found.boxes_xyxy_px.tolist() == [[112, 56, 144, 72]]


def test_overlaps_are_suppressed_within_a_class_only() -> None:
    rows = [[32, 16, 8, 8, 0.7, 0.0], [32, 16, 8, 8, 0.9, 0.0], [32, 16, 8, 8, 0.0, 0.8]]
    found = detections_of(DECODER, table(*rows), WHERE, SIZES)[0]
    assert found.class_ids.tolist() == [0, 1]
    assert [round(float(score), 3) for score in found.scores] == [0.9, 0.8]


def test_only_the_best_detections_stay_where_there_are_too_many() -> None:
    rows = [[4 + 8 * index, 16, 4, 4, 0.1 * (index + 1)] for index in range(5)]
    found = detections_of(DECODER, table(*rows), WHERE, SIZES, max_detections=2)[0]
    assert [round(float(score), 3) for score in found.scores] == [0.5, 0.4]


def test_padding_of_a_batch_is_left_out() -> None:
    batch = {"o": np.tile(table([32, 16, 8, 4, 0.9])["o"], (4, 1, 1))}
    assert len(detections_of(DECODER, batch, WHERE * 3, SIZES * 3)) == 3


def test_yolox_nano_sees_the_three_bottles(assets_dir: Path) -> None:
    import cv2
    import onnxruntime

    pixels = cv2.imread(str(assets_dir / "restock-video-bottles" / "reference.jpg"))
    geometry = Geometry(ResizeMode.LETTERBOX, (416, 416))
    session = onnxruntime.InferenceSession(assets_dir / "models" / "yolox_nano.onnx")
    images = prepare(pixels, geometry).transpose(2, 0, 1)[None].astype(np.float32)
    outputs = {"output": session.run(None, {"images": images})[0]}
    size_hw = pixels.shape[:2]
    found = detections_of(
        make_decoder("yolox", {}, (416, 416)), outputs, [mapping(size_hw, geometry)], [size_hw], min_score=0.3
    )[0]
    assert found.class_ids.tolist() == [39, 39, 39]
    centres = sorted((found.boxes_xyxy_px[:, 0] + found.boxes_xyxy_px[:, 2]) / 2)
    assert centres == pytest.approx([90, 316, 540], abs=8)
