"""Labelled pictures for detectors: a folder with annotations.json (COCO) and images/."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgekit.errors import DataError
from edgekit.vision.detection import Detections
from edgekit_export.evaluate.answers import BoxAnswers
from edgekit_export.evaluate.average_precision import Truth, precision_of
from edgekit_export.evaluate.names import nearest, same_name, unique_names
from edgekit_export.evaluate.predicts import Predicts
from edgekit_export.evaluate.scores import Scores
from edgekit_export.pictures import UnreadablePicture, read_picture
from edgekit_export.progress import Progress, silent

__all__ = ["CocoPictures", "detection_scores", "read_coco"]

# COCO's usual protocol; every class of a box above the threshold counts.
_MIN_SCORE = 0.001
_MAX_IOU = 0.65
_MAX_DETECTIONS = 100


@dataclass(frozen=True, slots=True)
class CocoPictures:
    """Pictures and their boxes.

    Attributes:
        items: path and its annotations, category ids replaced by the model's class indices.
        notes: how categories were matched, for people.
    """

    items: tuple[tuple[Path, tuple[Truth, ...]], ...]
    notes: tuple[str, ...]


def read_coco(data: Path, class_names: Sequence[str]) -> CocoPictures:
    """Read a COCO folder; categories are matched with the model's classes by name.

    Raises:
        DataError: it is no such folder, or a category with boxes is none of the model's classes.
    """
    path = data / "annotations.json"
    if not path.is_file():
        raise DataError(
            f"{data} holds no annotations.json." if data.is_dir() else f"{data}: no such folder.",
            hint="A detector is evaluated on a folder with annotations.json (COCO) and images/.",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        images, annotations, categories = (content[key] for key in ("images", "annotations", "categories"))
        names = {int(category["id"]): str(category["name"]) for category in categories}
        by_image: dict[Any, list[Truth]] = {image["id"]: [] for image in images}
        used = {int(annotation["category_id"]) for annotation in annotations}
        classes = _match(path, names, used, class_names)
        for annotation in annotations:
            by_image[annotation["image_id"]].append(_truth(annotation, classes))
        folder = data / "images"
        items = tuple((folder / str(image["file_name"]), tuple(by_image[image["id"]])) for image in images)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is not a COCO annotations file: {error!r} is missing or wrong.") from error
    if not any(truths for _, truths in items):
        raise DataError(f"{path} holds no boxes.")
    return CocoPictures(items, (f"{len(used)} categories matched by name",))


def _match(path: Path, names: dict[int, str], used: set[int], class_names: Sequence[str]) -> dict[int, int]:
    known = unique_names(class_names)
    unknown = [
        names.get(number, str(number)) for number in sorted(used) if same_name(names.get(number, "")) not in known
    ]
    if unknown:
        raise DataError(
            f"{path}: the category {unknown[0]} is none of the model's {len(class_names)} classes "
            f"({len(unknown)} of {len(used)} categories with boxes are not).",
            hint=nearest(unknown[0], class_names),
        )
    return {number: known[same_name(names[number])] for number in used}


def _truth(annotation: dict[str, Any], classes: dict[int, int]) -> Truth:
    left, top, width, height = (float(value) for value in annotation["bbox"])
    return {
        "category_id": classes[int(annotation["category_id"])],
        "bbox": [left, top, width, height],
        "area": float(annotation.get("area", width * height)),
        "iscrowd": int(annotation.get("iscrowd", 0)),
    }


def detection_scores(
    model: Predicts, data: CocoPictures, classes: int, *, stage: str = "Evaluating", progress: Progress = silent
) -> Scores:
    """Detect in every picture; metrics `map`, `map50` and `map75`, and by size `map_small`, `map_medium`, `map_large`.

    Score above 0.001, class-wise suppression at IoU 0.65, 100 detections a picture.

    Raises:
        DataError: no picture can be read, or those that can have no boxes.
    """
    truths: list[Truth] = []
    found: list[Detections] = []
    names: list[str] = []
    skipped: list[str] = []
    for done, (path, boxes) in enumerate(data.items, start=1):
        try:
            pixels = read_picture(path)
        except UnreadablePicture as error:
            skipped.append(f"{path}: {error}")
        else:
            names.append(str(path))
            truths += [{**box, "image_id": len(found)} for box in boxes]
            found += model.detect([pixels], min_score=_MIN_SCORE, max_iou=_MAX_IOU, max_detections=_MAX_DETECTIONS)
        progress(stage, done, len(data.items))
    if not found:
        raise DataError(f"None of {len(data.items)} pictures can be read, the first: {skipped[0]}.")
    precision = precision_of(truths, found, classes)
    if precision is None:
        raise DataError("The pictures that can be read have no boxes.")
    answers = BoxAnswers(tuple(names), tuple(found), precision.matches)
    return Scores(precision.metrics, len(found), tuple(skipped), data.notes, precision.by_size, answers)
