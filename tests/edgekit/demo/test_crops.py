from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from edgekit.demo.crops import CLASSES, INPUT_PX, Crop, rendered_crops

HELD_OUT = 2_000_000
"""Neither the training's seeds nor those that its figures are of."""


@pytest.fixture(scope="module")
def crops() -> list[Crop]:
    return [crop for seed in range(12) for crop in rendered_crops(np.random.default_rng((20, HELD_OUT + seed)), 2)]


def test_crops_are_square_pictures_of_all_three_classes(crops: list[Crop]) -> None:
    assert {crop.label for crop in crops} == set(CLASSES)
    assert all(crop.pixels.shape[0] == crop.pixels.shape[1] and crop.pixels.dtype == np.uint8 for crop in crops)


def test_the_same_seed_gives_the_same_crops() -> None:
    first, second = (list(rendered_crops(np.random.default_rng(5), 1)) for _ in range(2))
    assert [crop.label for crop in first] == [crop.label for crop in second]
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(first, second, strict=True))


def test_the_committed_classifier_tells_full_from_empty_on_shelves_that_it_never_saw(crops: list[Crop]) -> None:
    import cv2
    import onnxruntime as ort

    path = Path(str(files("edgekit.demo").joinpath("facing.onnx")))
    assert path.stat().st_size <= 2_000_000
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    plain = [crop for crop in crops if crop.label != "other"]
    pixels = np.stack([cv2.resize(crop.pixels, (INPUT_PX, INPUT_PX)) for crop in plain])[..., ::-1]
    (logits,) = session.run(None, {"input": pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255})
    told = [CLASSES[index] for index in logits[:, :2].argmax(1)]
    right = np.mean([name == crop.label for name, crop in zip(told, plain, strict=True)])
    assert right >= 0.9, f"{right:.3f} of {len(plain)}"
