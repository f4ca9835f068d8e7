import json

import numpy as np
import pytest
from edgekit_export.evaluate.coco import detection_scores, read_coco

from edgekit.errors import DataError
from edgekit.vision.detection import Detections

NAMES = ("person", "motorcycle", "cup")


def _write(root, write_pictures, *, categories, annotations, pictures=2):
    write_pictures(root / "images", pictures)
    content = {
        "images": [{"id": 10 + index, "file_name": f"{index:03d}.png"} for index in range(pictures)],
        "categories": categories,
        "annotations": annotations,
    }
    (root / "annotations.json").write_text(json.dumps(content))
    return root


def _box(image, category, *xywh):
    return {"image_id": image, "category_id": category, "bbox": list(xywh), "area": xywh[2] * xywh[3], "iscrowd": 0}


class Says:
    """Gives the detections it was made with, one list a picture."""

    def __init__(self, *found):
        self.found = list(found)

    def detect(self, pictures, **options):
        assert options == {"min_score": 0.001, "max_iou": 0.65, "max_detections": 100}
        return [self.found.pop(0) for _ in pictures]


def _found(*boxes):
    return Detections(
        np.array([box[:4] for box in boxes], np.float32).reshape(-1, 4),
        np.array([box[4] for box in boxes], np.int64),
        np.array([box[5] for box in boxes], np.float32),
    )


@pytest.fixture
def data(tmp_path, write_pictures):
    categories = [{"id": 7, "name": "Cup"}, {"id": 3, "name": "motorbike"}, {"id": 9, "name": "zebra"}]
    annotations = [_box(10, 7, 2, 2, 20, 20), _box(11, 3, 5, 5, 10, 10)]
    return _write(tmp_path, write_pictures, categories=categories, annotations=annotations)


def test_categories_are_matched_by_name_in_both_spellings_of_coco(data):
    read = read_coco(data, NAMES)
    assert [[box["category_id"] for box in boxes] for _, boxes in read.items] == [[2], [1]]


def test_the_same_boxes_again_have_average_precision_one(data):
    model = Says(_found((2, 2, 22, 22, 2, 0.9)), _found((5, 5, 15, 15, 1, 0.8)))
    scores = detection_scores(model, read_coco(data, NAMES), 3)
    assert scores.metrics == pytest.approx({"map": 1.0, "map50": 1.0, "map75": 1.0})
    assert scores.images == 2


def test_the_wrong_class_counts_for_nothing(data):
    model = Says(_found((2, 2, 22, 22, 1, 0.9)), _found((5, 5, 15, 15, 2, 0.8)))
    assert detection_scores(model, read_coco(data, NAMES), 3).metrics["map"] == 0.0


def test_a_shifted_box_counts_only_at_low_overlap(data):
    model = Says(_found((5, 2, 25, 22, 2, 0.9)), _found((5, 5, 15, 15, 1, 0.8)))
    metrics = detection_scores(model, read_coco(data, NAMES), 3).metrics
    assert (metrics["map50"], metrics["map75"]) == pytest.approx((1.0, 0.5))


def test_finding_nothing_is_zero_and_no_failure(data):
    metrics = detection_scores(Says(Detections.none(), Detections.none()), read_coco(data, NAMES), 3).metrics
    assert metrics == {"map": 0.0, "map50": 0.0, "map75": 0.0}


def test_a_corrupt_picture_is_named_and_its_boxes_do_not_count(data, capsys):
    (data / "images" / "000.png").write_bytes(b"torn")
    scores = detection_scores(Says(_found((5, 5, 15, 15, 1, 0.8))), read_coco(data, NAMES), 3)
    assert scores.images == 1
    assert "000.png" in scores.skipped[0]
    assert scores.metrics["map"] == pytest.approx(1.0)
    assert capsys.readouterr().out == ""


def test_a_category_with_boxes_that_the_model_does_not_know_is_an_error(tmp_path, write_pictures):
    data = _write(
        tmp_path,
        write_pictures,
        categories=[{"id": 1, "name": "persom"}, {"id": 2, "name": "cup"}],
        annotations=[_box(10, 1, 0, 0, 9, 9), _box(10, 2, 0, 0, 9, 9)],
    )
    with pytest.raises(DataError, match=r"category persom is none .*Did you mean person\?"):
        read_coco(data, NAMES)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "cannot be read"),
        ("[]", "is not a COCO annotations file"),
        ('{"images": []}', "is not a COCO annotations file"),
        ('{"images": [], "annotations": [], "categories": []}', "holds no boxes"),
        (
            '{"images": [], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}], '
            '"categories": [{"id": 1, "name": "cup"}]}',
            "is not a COCO annotations file",
        ),
    ],
)
def test_wrong_annotations_are_an_error(tmp_path, content, what):
    (tmp_path / "annotations.json").write_text(content)
    with pytest.raises(DataError, match=what):
        read_coco(tmp_path, NAMES)


def test_a_folder_without_annotations_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"holds no annotations\.json"):
        read_coco(tmp_path, NAMES)
