import cv2
import numpy as np
import pytest
from edgekit_calibration.picture_checks import doubtful_pictures, signature_of


def blobs(seed: int) -> np.ndarray:
    small = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), np.uint8)
    return cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC)


def said_of(pictures) -> tuple[str, ...]:
    return doubtful_pictures([signature_of(f"{index}.jpg", one) for index, one in enumerate(pictures)])


def test_nothing_is_said_of_many_different_pictures():
    assert said_of(blobs(seed) for seed in range(64)) == ()


@pytest.mark.parametrize("value", [0, 255, 130])
def test_pictures_of_one_colour_are_named(value):
    noise = np.random.default_rng(1).integers(0, 3, (240, 320, 3), np.uint8)
    flat = np.clip(np.full_like(noise, value) + noise.astype(np.int16), 0, 255).astype(np.uint8)
    said = said_of([*(blobs(seed) for seed in range(64)), flat, np.full_like(flat, value)])
    assert len(said) == 1
    assert said[0].startswith("2 calibration pictures are of one colour only, the first 64.jpg")


def test_exact_duplicates_are_named_even_if_there_are_few():
    said = said_of([*(blobs(seed) for seed in range(64)), blobs(3)])
    assert len(said) == 1
    assert said[0].startswith("1 calibration picture is the same as another one, the first 64.jpg")


def test_many_exact_duplicates_are_not_said_to_be_nearly_the_same_as_well():
    different = [blobs(seed) for seed in range(40)]
    (said,) = said_of([*different, *different])
    assert said.startswith("40 calibration pictures are the same as another one, the first 40.jpg")


def compressed(picture: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], cv2.IMREAD_COLOR)


@pytest.mark.parametrize("change", [compressed, lambda one: cv2.resize(one, (160, 120)), lambda one: one // 2 + 20])
def test_near_duplicates_are_named_once_they_are_many(change):
    different = [blobs(seed) for seed in range(60)]
    assert said_of([*different, *map(change, different[:10])]) == ()
    (said,) = said_of([*different, *map(change, different)])
    assert said.startswith("60 calibration pictures are nearly the same as another one, the first 60.jpg")


def test_few_pictures_are_said_to_be_few():
    (said,) = said_of(blobs(seed) for seed in range(20))
    assert said.startswith("20 calibration pictures are few")
    assert doubtful_pictures([])[0].startswith("0 calibration pictures are few")
