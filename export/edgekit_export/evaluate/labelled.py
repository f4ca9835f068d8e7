"""Labelled pictures for classifiers: a folder of class folders, or a CSV of path and label."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.errors import DataError
from edgekit_export.evaluate.names import nearest, same_name, unique_names
from edgekit_export.pictures import pictures_in

__all__ = ["LabelledPictures", "read_labelled"]


@dataclass(frozen=True, slots=True)
class LabelledPictures:
    """Pictures and their classes.

    Attributes:
        items: path and class index.
        matching: how labels became class indices, for people.
    """

    items: tuple[tuple[Path, int], ...]
    matching: str


def read_labelled(data: Path, class_names: Sequence[str]) -> LabelledPictures:
    """Read a folder of class folders or a CSV list.

    Folders are matched by name (case, spaces and signs do not count), else by number, else in sorted order where
    there are as many as classes. A CSV has path and label (index or name), paths relative to the file.

    Raises:
        DataError: nothing there, or a label that is none of the model's classes.
    """
    if data.is_dir():
        return _from_folder(data, class_names)
    if data.is_file():
        return _from_list(data, class_names)
    raise DataError(f"{data}: no such folder or list of labelled pictures.")


def _from_folder(data: Path, class_names: Sequence[str]) -> LabelledPictures:
    folders = sorted(entry for entry in data.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not folders:
        raise DataError(
            f"{data} holds no class folders.",
            hint="Give a folder with one folder for each class, or a CSV with path,label.",
        )
    indices, matching = _match_folders(data, [folder.name for folder in folders], class_names)
    items = tuple((path, index) for folder, index in zip(folders, indices, strict=True) for path in pictures_in(folder))
    if not items:
        raise DataError(f"The class folders of {data} hold no pictures.")
    return LabelledPictures(items, matching)


def _match_folders(data: Path, names: Sequence[str], class_names: Sequence[str]) -> tuple[list[int], str]:
    known = unique_names(class_names)
    if all(same_name(name) in known for name in names):
        return [known[same_name(name)] for name in names], "class folders matched by name"
    if all(name.isdecimal() and int(name) < len(class_names) for name in names):
        return [int(name) for name in names], "class folders matched by number"
    unknown = [name for name in names if same_name(name) not in known]
    if len(names) == len(class_names) and len(unknown) == len(names):
        return list(range(len(names))), "class folders matched in sorted order, since no name is a class name"
    raise DataError(
        f"{data}: the folder {unknown[0]} is none of the model's {len(class_names)} classes "
        f"({len(unknown)} of {len(names)} folders are not).",
        hint=nearest(unknown[0], class_names),
    )


def _from_list(data: Path, class_names: Sequence[str]) -> LabelledPictures:
    try:
        rows = [row for row in csv.reader(data.read_text(encoding="utf-8-sig").splitlines()) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{data} cannot be read as a CSV list: {error}.") from error
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    path_at, label_at, first = 0, 1, 0
    if "path" in header and "label" in header:
        path_at, label_at, first = header.index("path"), header.index("label"), 1
    known = unique_names(class_names)
    items = []
    for number, row in enumerate(rows[first:], start=first + 1):
        if len(row) <= max(path_at, label_at):
            raise DataError(f"{data}, line {number}: path,label expected, got {','.join(row)!r}.")
        label = row[label_at].strip()
        index = known.get(same_name(label))  # a name first, as with folders: classes may be called "1", "2", …
        if index is None and label.isdecimal() and int(label) < len(class_names):
            index = int(label)
        if index is None:
            raise DataError(
                f"{data}, line {number}: {label!r} is none of the model's {len(class_names)} classes.",
                hint=nearest(label, class_names),
            )
        items.append((data.parent / row[path_at].strip(), index))
    if not items:
        raise DataError(f"{data} names no picture.")
    return LabelledPictures(tuple(items), "labels of the list")
