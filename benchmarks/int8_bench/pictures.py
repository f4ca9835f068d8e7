"""A case's pictures, prepared once for every tool: uint8 for bundles, float32 for everybody else's graphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from edgekit_export.calibration_images import spread
from edgekit_export.evaluate.average_precision import Truth
from edgekit_export.evaluate.coco import read_coco
from edgekit_export.evaluate.labelled import read_labelled
from edgekit_export.graph.head import float_preprocessing
from edgekit_export.models import SourceModel
from edgekit_export.pictures import read_picture
from numpy.typing import NDArray

from edgekit.bundle.manifest import Task
from edgekit.vision.geometry import prepare
from int8_bench.cases import Case

__all__ = ["Judging", "calibration_input", "judging_pictures", "model_inputs"]


@dataclass(frozen=True, slots=True, eq=False)
class Judging:
    """Pictures that methods are judged on.

    Attributes:
        prepared: uint8 (pictures, height, width, 3), BGR, what a bundle takes.
        sizes_hw: height and width of each before.
        labels: classifiers: int64 (pictures,); detectors: zeros.
        truths: detectors: boxes, `image_id` an index into `prepared`; classifiers: empty.
    """

    prepared: NDArray[np.uint8]
    sizes_hw: tuple[tuple[int, int], ...]
    labels: NDArray[np.int64]
    truths: tuple[Truth, ...]


def judging_pictures(case: Case, source: SourceModel) -> Judging:
    """The labelled pictures of `case`; none of them is a calibration picture.

    Raises:
        ValueError: one is.
    """
    assert case.data is not None
    items: list[tuple[Path, int, tuple[Truth, ...]]]
    if source.task is Task.CLASSIFY:
        items = [(path, label, ()) for path, label in read_labelled(case.data, source.class_names).items]
    else:
        items = [(path, 0, boxes) for path, boxes in read_coco(case.data, source.class_names).items]
    chosen = [items[index] for index in spread(len(items), case.images or len(items))]
    paths = [path for path, _, _ in chosen]
    seen = {path.resolve() for path in case.calibration_paths}
    if both := [path for path in paths if path.resolve() in seen]:
        raise ValueError(f"{case.name}: {both[0]} is a calibration picture")
    pixels = [read_picture(path) for path in paths]
    geometry = source.preprocessing.geometry.to_geometry()
    return Judging(
        np.stack([prepare(picture, geometry) for picture in pixels]),
        tuple((picture.shape[0], picture.shape[1]) for picture in pixels),
        np.array([label for _, label, _ in chosen], np.int64),
        tuple({**box, "image_id": index} for index, (_, _, boxes) in enumerate(chosen) for box in boxes),
    )


def calibration_input(case: Case, source: SourceModel) -> NDArray[np.float32]:
    """The calibration pictures as the model file takes them: float32 (pictures, 3, height, width)."""
    geometry = source.preprocessing.geometry.to_geometry()
    prepared = np.stack([prepare(read_picture(path), geometry) for path in case.calibration_paths])
    return float_preprocessing(prepared, source.preprocessing.arithmetic)


def model_inputs(prepared: NDArray[np.uint8], source: SourceModel) -> Iterator[NDArray[np.float32]]:
    """One float32 (1, 3, height, width) a picture."""
    for row in prepared:
        yield float_preprocessing(row[None], source.preprocessing.arithmetic)
