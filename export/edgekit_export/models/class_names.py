"""Class names: from a file, else the model's own metadata, else COCO's for 80, else class_0, class_1, ..."""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from edgekit.errors import ModelError

__all__ = ["COCO_NAMES", "ClassNames", "names_from_file", "names_from_metadata", "resolve_names"]

# COCO's 80 classes in the order of their category ids.
_COCO = """
person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella,
handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove,
skateboard, surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple,
sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed,
dining table, toilet, tv, laptop, mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink,
refrigerator, book, clock, vase, scissors, teddy bear, hair drier, toothbrush
"""

COCO_NAMES: Final = tuple(name.strip() for name in _COCO.split(","))

# Where tools write class names: Ultralytics writes names; the others are habits seen in exports.
_METADATA_KEYS: Final = ("names", "classes", "class_names", "labels")


@dataclass(frozen=True, slots=True)
class ClassNames:
    """Names by class index, and where they came from in words."""

    names: tuple[str, ...]
    origin: str


def resolve_names(
    count: int | None,
    *,
    file: Path | None = None,
    metadata: Mapping[str, str] | None = None,
    builtin: ClassNames | None = None,
) -> ClassNames:
    """Names for `count` classes.

    Args:
        count: how many the model has; None where its outputs do not say.
        file: what `--classes` names.
        metadata: an ONNX file's metadata.
        builtin: names that belong to the weights themselves.

    Raises:
        ModelError: the file cannot be read, or names another number of classes; no file where one is needed.
    """
    if count == 0:
        return ClassNames((), "none (an embedding has no classes)")
    if file is not None:
        names = names_from_file(file)
        if count is not None and len(names) != count:
            raise ModelError(
                f"{file} names {len(names)} classes; the model has {count}.",
                hint="The list needs one name for each class, in the order of the model's outputs.",
            )
        return ClassNames(names, f"file {file.name}")
    from_metadata = names_from_metadata(metadata or {})
    if from_metadata is not None and count in (None, len(from_metadata)):
        return ClassNames(from_metadata, "the model file's metadata")
    if count is None:
        raise ModelError("The model's outputs do not say how many classes it has.", hint="Add --classes FILE.")
    if builtin is not None and len(builtin.names) == count:
        return builtin
    if count == len(COCO_NAMES):
        return ClassNames(COCO_NAMES, "COCO's 80 names (the model has 80 classes and names none)")
    return ClassNames(tuple(f"class_{index}" for index in range(count)), "numbered (the model names none)")


def names_from_file(path: Path) -> tuple[str, ...]:
    """Read a class list: one name a line; a CSV with a column `name` (and `index`); a JSON or YAML list or index map.

    Raises:
        ModelError: it cannot be read, or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such file.", hint="--classes takes a text file, one name a line.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read as a class list: {error}.") from error
    names = _parse(path, text)
    if not names:
        raise ModelError(f"{path} names no class.", hint="--classes takes a text file, one name a line.")
    return names


def _parse(path: Path, text: str) -> tuple[str, ...]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _from_csv(path, text)
    if suffix in {".json", ".yaml", ".yml"}:
        try:
            content = json.loads(text) if suffix == ".json" else yaml.safe_load(text)
        except (ValueError, RecursionError, yaml.YAMLError) as error:
            raise ModelError(f"{path} cannot be read as a class list: {str(error).splitlines()[0]}.") from error
        names = _from_value(content.get("names", content) if isinstance(content, dict) else content)
        if names is None:
            raise ModelError(f"{path} is no class list: it holds neither a list of names nor index: name pairs.")
        return names
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _from_csv(path: Path, text: str) -> tuple[str, ...]:
    """The column `name`, in the order of the column `index` where there is one; without a header each last column."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(line for line in text.splitlines() if line.strip())]
    header = [cell.lower() for cell in rows[0]] if rows else []
    if "name" not in header:
        return tuple(row[-1] for row in rows)
    column, rows = header.index("name"), rows[1:]
    for row in rows:
        if len(row) <= column:
            raise ModelError(f"{path}: the row {','.join(row)!r} has no name.", hint="Each row needs every column.")
    at = header.index("index") if "index" in header else None
    if at is not None and all(len(row) > at and row[at].isdecimal() for row in rows):
        rows = sorted(rows, key=lambda row: int(row[at]))
    return tuple(row[column] for row in rows)


def names_from_metadata(metadata: Mapping[str, str]) -> tuple[str, ...] | None:
    """Class names in an ONNX file's metadata (JSON, a Python dict's text as Ultralytics writes it, or a,b,c)."""
    for key in _METADATA_KEYS:
        text = metadata.get(key, "").strip()
        if not text:
            continue
        names = _from_value(_literal(text))
        if names is not None:
            return names
    return None


def _literal(text: str) -> Any:
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    separator = "\n" if "\n" in text else ","
    return [part.strip() for part in text.split(separator)]


def _from_value(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, Mapping):
        try:
            indexed = {int(index): str(name) for index, name in value.items()}
        except (TypeError, ValueError):
            return None
        if sorted(indexed) != list(range(len(indexed))):
            return None
        return tuple(indexed[index] for index in range(len(indexed)))
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return tuple(str(name) for name in value)
    return None
