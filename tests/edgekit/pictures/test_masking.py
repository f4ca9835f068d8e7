from __future__ import annotations

import numpy as np

from edgekit.pictures.masking import masked, person_boxes, person_classes
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.vision.detection import Detections

NOBODY = np.zeros((0, 4), np.float32)


def noise(height: int = 90, width: int = 160):
    return np.random.default_rng(3).integers(0, 100, (height, width, 3), np.uint8)


def test_a_person_is_the_class_of_that_name_of_detectors_alone() -> None:
    models = {
        "shelf": ModelInfo("detect", ("bottle", "Person")),
        "faces": ModelInfo("detect", ("face",)),
        "kind": ModelInfo("classify", ("person",)),
    }
    assert person_classes(models) == {"shelf": (1,)}


def test_only_boxes_of_people_are_taken() -> None:
    boxes = np.array([[0, 0, 5, 5], [10, 10, 20, 20]], np.float32)
    found = Detections(boxes, np.array([0, 1]), np.array([0.9, 0.8], np.float32))
    assert person_boxes({"shelf": found}, {"shelf": (1,)}).tolist() == [[10, 10, 20, 20]]
    assert len(person_boxes({}, {"shelf": (1,)})) == 0


def test_what_a_box_or_foreground_covers_is_grey_and_the_rest_is_as_it_was() -> None:
    pixels = noise()
    before = pixels.copy()
    in_front = np.zeros((45, 80), bool)
    in_front[30:40, 60:70] = True
    out = masked(pixels, np.array([[20, 20, 40, 60]], np.float32), in_front)
    assert (out[20:60, 20:40] == 128).all()
    assert (out[60:80, 120:140] == 128).all()
    assert (out[:10] == before[:10]).all()
    assert (out[:, 60:100] == before[:, 60:100]).all()
    assert (pixels == before).all(), "the frame itself stays as it is"


def test_boxes_that_reach_outside_the_picture_are_filled_inside_it() -> None:
    out = masked(noise(), np.array([[-30, -10, 10, 300], [150, 80, 400, 95]], np.float32), None)
    assert (out[:, :10] == 128).all()
    assert (out[80:, 150:] == 128).all()
    assert not (out[:, 20:140] == 128).all()


def test_a_picture_of_nobody_is_not_copied() -> None:
    pixels = noise()
    assert masked(pixels, NOBODY, np.zeros((45, 80), bool)) is pixels
    assert masked(pixels, NOBODY, None) is pixels
