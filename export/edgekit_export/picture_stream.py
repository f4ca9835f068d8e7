"""Pictures from folders, videos and lists, one at a time: nothing is held but the one that is looked at."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgekit.errors import DataError
from edgekit.frame import Pixels
from edgekit_export.calibration_images import spread
from edgekit_export.pictures import PICTURE_SUFFIXES, UnreadablePicture, pictures_in, read_picture
from edgekit_export.video_frames import VIDEO_SUFFIXES, count_frames, frames

__all__ = ["PictureStream", "open_pictures"]

_LIST_SUFFIXES: Final = frozenset({".csv", ".lst", ".txt"})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one picture lies: a file, or a frame of a video."""

    path: Path
    frame: int | None = None

    @property
    def name(self) -> str:
        return str(self.path) if self.frame is None else f"{self.path} frame {self.frame}"

    def follows(self, other: _Place) -> bool:
        """Whether it is a later frame of the same video."""
        return self.path == other.path and self.frame is not None and (other.frame is None or self.frame > other.frame)


@dataclass(frozen=True, slots=True)
class PictureStream:
    """Chosen pictures in order; each iteration reads them anew.

    Attributes:
        available: how many there were to choose from.
        places: those that were chosen.
    """

    available: int
    places: tuple[_Place, ...]

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[tuple[str, Pixels | str]]:
        """Name, and uint8 (height, width, 3) BGR pixels, or in one line why they cannot be read."""
        at = 0
        while at < len(self.places):
            place = self.places[at]
            if place.frame is None:
                yield place.name, _picture(place.path)
                at += 1
                continue
            end = at + 1
            while end < len(self.places) and self.places[end].follows(self.places[end - 1]):
                end += 1
            named = self.places[at:end]
            found = frames(place.path, [one.frame for one in named if one.frame is not None], DataError)
            yield from ((one.name, picture) for one, picture in zip(named, found, strict=True))
            at = end


def open_pictures(paths: Sequence[Path], *, max_pictures: int | None = None) -> PictureStream:
    """Find the pictures that `paths` name, evenly spread over them where there are more than `max_pictures`.

    Args:
        paths: each a folder of pictures (with subfolders), a video, a text or CSV list of paths (a CSV's column
            "path", else its first), or one picture.
        max_pictures: at most so many; None for all.

    Raises:
        DataError: a path is missing, empty, or of an unknown kind.
    """
    places = [place for path in paths for place in _places(path)]
    wanted = len(places) if max_pictures is None else max_pictures
    return PictureStream(len(places), tuple(places[index] for index in spread(len(places), wanted)))


def _places(path: Path) -> list[_Place]:
    if path.is_dir():
        files = pictures_in(path)
        if not files:
            kinds = ", ".join(sorted(suffix[1:] for suffix in PICTURE_SUFFIXES))
            raise DataError(f"The folder {path} holds no picture ({kinds}).", hint="A video is given by its own path.")
        return [_Place(file) for file in files]
    if not path.exists():
        raise DataError(f"{path}: no such folder, picture, video or list.")
    suffix = path.suffix.lower()
    if suffix in PICTURE_SUFFIXES:
        return [_Place(path)]
    if suffix in VIDEO_SUFFIXES:
        return [_Place(path, index) for index in range(count_frames(path, DataError))]
    if suffix in _LIST_SUFFIXES:
        return [_Place(path.parent / name) for name in _listed(path)]
    raise DataError(
        f"{path} is neither a folder nor a picture nor a video nor a list ({', '.join(sorted(_LIST_SUFFIXES))})."
    )


def _listed(path: Path) -> list[str]:
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as a list of pictures: {error}.") from error
    if path.suffix.lower() == ".csv":
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
        header = [cell.lower() for cell in rows[0]] if rows else []
        column = header.index("path") if "path" in header else 0
        names = [row[column] for row in rows[1 if "path" in header else 0 :] if len(row) > column]
    else:
        names = [line.strip() for line in lines if not line.startswith("#")]
    if not names:
        raise DataError(f"The list {path} names no picture.")
    return names


def _picture(path: Path) -> Pixels | str:
    try:
        return read_picture(path)
    except UnreadablePicture as error:
        return str(error)
