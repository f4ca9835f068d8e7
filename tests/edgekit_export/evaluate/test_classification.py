import numpy as np
import pytest
from edgekit_export.evaluate.classification import classification_scores
from edgekit_export.evaluate.labelled import LabelledPictures

from edgekit.errors import DataError


class Brightest:
    """Says each picture's blue, green or red channel is its class."""

    def classify(self, pictures):
        means = np.array([pixels.reshape(-1, 3).mean(axis=0) for pixels in pictures], np.float32)
        return np.hstack([means / 255, np.full((len(pictures), 5), -1, np.float32)])


@pytest.fixture
def coloured(tmp_path):
    import cv2

    items = []
    for number in range(20):
        pixels = np.zeros((8, 8, 3), np.uint8)
        pixels[..., number % 3] = 200
        pixels[..., (number + 1) % 3] = 100
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), pixels)
        items.append((path, number % 3))
    return items


def test_all_right_is_one(coloured):
    scores = classification_scores(Brightest(), LabelledPictures(tuple(coloured), "said"))
    assert (scores.metrics, scores.images, scores.notes) == ({"top1": 1.0, "top5": 1.0}, 20, ("said",))


def test_a_second_place_counts_for_top5_alone(coloured):
    wrong = tuple((path, (label + 1) % 3) for path, label in coloured[:5]) + tuple(coloured[5:])
    assert classification_scores(Brightest(), LabelledPictures(wrong, "")).metrics == {"top1": 0.75, "top5": 1.0}


def test_a_sixth_place_counts_for_none(coloured):
    wrong = tuple((path, 6) for path, _ in coloured)
    assert classification_scores(Brightest(), LabelledPictures(wrong, "")).metrics == {"top1": 0.0, "top5": 0.0}


def test_corrupt_pictures_are_named_and_left_out_of_the_count(coloured, tmp_path):
    coloured[3][0].write_bytes(b"nothing")
    coloured[4][0].unlink()
    scores = classification_scores(Brightest(), LabelledPictures(tuple(coloured), ""))
    assert scores.images == 18
    assert scores.metrics["top1"] == 1.0
    assert [line.split(":")[0] for line in scores.skipped] == [str(tmp_path / "3.png"), str(tmp_path / "4.png")]


def test_no_readable_picture_is_an_error(tmp_path):
    with pytest.raises(DataError, match="None of 1 pictures"):
        classification_scores(Brightest(), LabelledPictures(((tmp_path / "x.png", 0),), ""))


def test_progress_is_told_of_every_picture(coloured):
    told = []
    classification_scores(
        Brightest(), LabelledPictures(tuple(coloured), ""), stage="S", progress=lambda *args: told.append(args)
    )
    assert told == [("S", done, 20) for done in range(1, 21)]


def test_macro_f1_and_every_answer_come_along(coloured):
    scores = classification_scores(Brightest(), LabelledPictures(tuple(coloured), ""))
    assert scores.details == {"macro_f1": 1.0}
    assert scores.answers.first.tolist() == [number % 3 for number in range(20)]
    assert scores.answers.best.shape == (20, 5)
