import numpy as np
import pytest
from edgekit_export.evaluate.average_precision import precision_of

from edgekit.vision.detection import Detections

CLASSES = 4


def _picture(rng):
    """Truths, and detections that are some of them moved about, some of them doubled, and some of nothing."""
    count = int(rng.integers(0, 5))
    corners = rng.uniform(0, 60, (count, 2))
    boxes = np.hstack([corners, corners + rng.uniform(10, 40, (count, 2))]).astype(np.float32)
    classes = rng.integers(0, CLASSES, count)
    found = np.vstack(
        [boxes + rng.normal(0, 3, boxes.shape), boxes, rng.uniform(0, 50, (2, 4)) + np.array([0, 0, 50, 50])]
    )
    guessed = np.concatenate([classes, classes, rng.integers(0, CLASSES, 2)])
    order = np.argsort(-(scores := rng.uniform(0.01, 1, len(found)).round(2)), kind="stable")
    return boxes, classes, Detections(found[order].astype(np.float32), guessed[order], scores[order].astype(np.float32))


def _truths(pictures, *, crowd=False):
    return [
        {
            "image_id": index,
            "category_id": int(one),
            "bbox": [float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])],
            "area": float((box[2] - box[0]) * (box[3] - box[1])),
            "iscrowd": int(crowd and number == 0),
        }
        for index, (boxes, classes, _) in enumerate(pictures)
        for number, (box, one) in enumerate(zip(boxes, classes, strict=True))
    ]


def _precision(pictures, **options):
    return precision_of(_truths(pictures, **options), [found for _, _, found in pictures], CLASSES)


@pytest.mark.parametrize("crowd", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_all_pictures_once_give_what_pycocotools_gives(seed, crowd):
    rng = np.random.default_rng(seed)
    precision = _precision([_picture(rng) for _ in range(25)], crowd=crowd)
    all_thresholds, first = precision.matches.mean_precisions(np.ones((1, 25)))[0]
    assert all_thresholds == pytest.approx(precision.metrics["map"], abs=1e-12)
    assert first == pytest.approx(precision.metrics["map50"], abs=1e-12)


def test_a_draw_gives_what_pycocotools_gives_of_the_drawn_pictures():
    rng = np.random.default_rng(11)
    pictures = [_picture(rng) for _ in range(12)]
    # Equal scores of a picture's copies may stand in any order among themselves, so each score occurs once here.
    scores = iter(rng.permutation(np.linspace(0.1, 0.9, 400)))
    pictures = [
        (boxes, classes, Detections(found.boxes_xyxy_px, found.class_ids, np.sort([next(scores) for _ in found])[::-1]))
        for boxes, classes, found in pictures
    ]
    matches = _precision(pictures).matches
    without = np.ones((1, 12))
    without[0, [2, 5, 6]] = 0
    left = [picture for index, picture in enumerate(pictures) if index not in (2, 5, 6)]
    assert matches.mean_precision(without)[0] == pytest.approx(_precision(left).metrics["map"], abs=1e-12)
    # Every picture three times is the same set.
    assert matches.mean_precision(np.full((1, 12), 3.0))[0] == pytest.approx(_precision(pictures).metrics["map"])


def test_a_draw_without_any_object_has_no_precision():
    rng = np.random.default_rng(2)
    pictures = [_picture(rng) for _ in range(6)]
    empty = np.array([[float(len(boxes) == 0) for boxes, _, _ in pictures]])
    pictures[0] = (np.zeros((0, 4)), np.zeros(0, int), pictures[0][2])
    empty[0, 0] = 1.0
    assert np.all(np.isnan(_precision(pictures).matches.mean_precisions(empty)))


def test_precision_by_size_leaves_out_the_sizes_that_do_not_occur():
    box = np.array([[0, 0, 20, 20]], np.float32)
    found = Detections(box, np.zeros(1, np.int64), np.ones(1, np.float32))
    assert _precision([(box, np.zeros(1, int), found)]).by_size == pytest.approx({"map_small": 1.0})


def test_finding_nothing_is_zero_on_every_draw():
    rng = np.random.default_rng(5)
    pictures = [(boxes, classes, Detections.none()) for boxes, classes, _ in (_picture(rng) for _ in range(8))]
    precision = _precision(pictures)
    assert precision.metrics == {"map": 0.0, "map50": 0.0, "map75": 0.0}
    assert np.all(precision.matches.mean_precision(np.ones((3, 8))) == 0.0)
