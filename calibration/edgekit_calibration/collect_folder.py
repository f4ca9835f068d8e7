"""The folder that collected pictures lie in, and collection.json, which says where each came from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edgekit.errors import CalibrationError, OutputError
from edgekit.files import write_whole
from edgekit.frame import Pixels
from edgekit_calibration.collect_people import Box

__all__ = ["COLLECTION", "CollectedPicture", "Collection", "CollectionFolder"]

COLLECTION: Final = "collection.json"

_JPEG_QUALITY: Final = 95

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.jpg$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CollectedPicture(_Part):
    """One picture.

    Attributes:
        file: its name in the folder.
        camera: id.
        time: wall clock when it was taken, UTC; None of recordings.
        media_time_s: its time in a recording; None of cameras.
        lightness: mean CIELAB lightness, 0-100.
        masked_xyxy_px: boxes that were painted over.
    """

    file: FileName
    camera: str
    time: datetime | None = None
    media_time_s: float | None = None
    lightness: float
    masked_xyxy_px: tuple[Box, ...] = ()


class Collection(_Part):
    """collection.json.

    Attributes:
        version: of this format.
        cameras: by id, what was read, passwords left out.
        pictures: in the order in which they were taken.
    """

    version: Literal[1] = 1
    cameras: dict[str, str] = {}
    pictures: tuple[CollectedPicture, ...] = ()


class CollectionFolder:
    """Pictures and their list, written so that an interruption at any moment leaves both whole.

    A picture is there before the list names it, and goes after the list has forgotten it. The folder is made for the
    first picture.

    Raises:
        CalibrationError: there is a collection.json that is none.
        OutputError: the folder cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        _check_writable(path)
        self._collection = self._read()
        self._pictures = {picture.file: picture for picture in self._collection.pictures}
        self._cameras = dict(self._collection.cameras)

    @property
    def pictures(self) -> Mapping[str, CollectedPicture]:
        """By file name, in the order in which they were taken."""
        return self._pictures

    def camera_id(self, wanted: str, description: str) -> str:
        """The id for a source: the one it had before, else `wanted`, with a number behind it where that is taken.

        Args:
            wanted: what it should be called.
            description: of the source, without secrets.
        """
        known = next((name for name, text in self._cameras.items() if text == description), None)
        if known is not None:
            return known
        name, number = wanted, 2
        while name in self._cameras:
            name, number = f"{wanted}-{number}", number + 1
        self._cameras[name] = description
        return name

    def kept(self) -> Iterator[tuple[CollectedPicture, Pixels]]:
        """Pictures of an earlier run that are still there; those that are not are forgotten."""
        import cv2

        for name, picture in list(self._pictures.items()):
            pixels = cv2.imread(str(self.path / name), cv2.IMREAD_COLOR)
            if pixels is None:
                del self._pictures[name]
            else:
                yield picture, pixels

    def free_name(self, stem: str) -> str:
        """A file name that neither the folder nor the list has."""
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.") or "picture"
        name, number = f"{stem}.jpg", 2
        while name in self._pictures or (self.path / name).exists():
            name, number = f"{stem}_{number}.jpg", number + 1
        return name

    def add(self, picture: CollectedPicture, pixels: Pixels, *, instead_of: str | None = None) -> None:
        """Write a picture, in place of another one where that is named.

        Raises:
            OutputError: the disk is full or the folder is gone.
        """
        import cv2

        written, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if not written:
            raise OutputError(f"OpenCV cannot write {picture.file} as a JPEG.")
        write_whole(self.path / picture.file, encoded.tobytes())
        self._pictures[picture.file] = picture
        if instead_of is not None:
            self._pictures.pop(instead_of, None)
        self.save()
        if instead_of is not None:
            (self.path / instead_of).unlink(missing_ok=True)

    def save(self) -> None:
        """Write the list; where there never was a picture, nothing."""
        if not self._pictures and not (self.path / COLLECTION).exists():
            return
        collection = Collection(cameras=self._cameras, pictures=tuple(self._pictures.values()))
        write_whole(self.path / COLLECTION, (collection.model_dump_json(indent=1) + "\n").encode())

    def _read(self) -> Collection:
        path = self.path / COLLECTION
        if not path.exists():
            return Collection()
        try:
            return Collection.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise CalibrationError(
                f"{path} is no list of collected pictures: {where}: {first['msg']}.",
                hint="Give another folder with -o, or move that file away.",
            ) from error
        except OSError as error:
            raise CalibrationError(f"{path} cannot be read: {error.strerror or error}.") from error


def _check_writable(path: Path) -> None:
    """Before hours of work: a file in the folder's place, or a folder that is somebody else's."""
    nearest = path.absolute()
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise OutputError(f"Cannot write into {path}: {nearest} is not a folder that can be written to.")
