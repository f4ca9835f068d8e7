"""Calibration pictures: from folders, videos and lists to prepared pixels, a part of them held out."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgekit_calibration.picture_checks import PictureSignature, doubtful_pictures, signature_of

from edgekit.errors import CalibrationError
from edgekit.frame import Pixels
from edgekit.vision.geometry import Geometry, prepare
from edgekit_export.picture_store import PictureStore, PreparedPicture, PreparedPictures
from edgekit_export.pictures import PICTURE_SUFFIXES, UnreadablePicture, pictures_in, read_picture
from edgekit_export.progress import Progress, silent
from edgekit_export.video_frames import VIDEO_SUFFIXES, count_frames, frames

__all__ = [
    "DEFAULT_MAX_IMAGES",
    "MAX_FRAMES_PER_VIDEO",
    "MIN_IMAGES",
    "CalibrationImages",
    "PreparedPicture",
    "load_calibration",
    "spread",
]

DEFAULT_MAX_IMAGES: Final = 256
"""At most so many pictures are used, evenly spread over what is given."""

MAX_FRAMES_PER_VIDEO: Final = 32
"""At most so many frames of one video: neighbours say little more."""

MIN_IMAGES: Final = 16
"""With fewer readable pictures, ranges would be those of the few and not of the shop."""

_LIST_SUFFIXES: Final = frozenset({".csv", ".lst", ".txt"})

# Every fourth block is held out; a video's block is four frames long, since neighbours look alike. Of fewer than 64
# pictures none is: YOLOX-nano calibrated on 24 or 28 instead of 32 loses half a point of mAP more.
_HELD_OUT_EVERY: Final = 4
_VIDEO_BLOCK: Final = 4
_FEW: Final = 64

_READERS: Final = 2  # pictures decoded at a time: two cores are what there is on most machines that this runs on

STAGE: Final = "Reading calibration pictures"


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationImages:
    """What calibration has to work with.

    Attributes:
        calibrating: ranges come from these.
        held_out: INT8 is compared with float on these; none of few pictures.
        original: the first picture before preparing, BGR.
        skipped: "name: reason" of every file that could not be read.
        sources: names of what was given, in order.
        notes: what is doubtful about the pictures, a sentence each.
    """

    calibrating: PreparedPictures
    held_out: PreparedPictures
    original: Pixels
    skipped: tuple[str, ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    files: tuple[Path, ...]
    frames: int = 0

    @property
    def is_video(self) -> bool:
        return not self.files

    @property
    def available(self) -> int:
        return min(self.frames, MAX_FRAMES_PER_VIDEO) if self.is_video else len(self.files)


def load_calibration(
    paths: Sequence[Path],
    geometry: Geometry,
    *,
    max_images: int = DEFAULT_MAX_IMAGES,
    min_images: int = MIN_IMAGES,
    progress: Progress = silent,
) -> CalibrationImages:
    """Read, choose and prepare calibration pictures; the same files give the same result.

    Args:
        paths: each a folder of pictures (with subfolders), a video, or a text or CSV list of paths.
        geometry: the bundle's; `vision.prepare` applies it.
        max_images: at most so many, shared out among the paths and evenly spread over each.
        min_images: fewer readable ones are an error.
        progress: told after each picture.

    Raises:
        CalibrationError: a path is missing, empty or of an unknown kind, or too few pictures can be read.
    """
    sources = [_open(path) for path in paths]
    quotas = _shares([source.available for source in sources], max_images)
    total = sum(quotas)
    store = PictureStore()
    calibrating: list[int] = []
    held_out: list[int] = []
    signatures: list[PictureSignature] = []
    skipped: list[str] = []
    original: Pixels | None = None
    done = 0
    for source, quota in zip(sources, quotas, strict=True):
        block = _VIDEO_BLOCK if source.is_video else 1
        usable = 0
        for found in _prepared(source, quota, geometry, with_original=original is None):
            done += 1
            progress(STAGE, done, total)
            if isinstance(found, str):
                skipped.append(found)
                continue
            original = found.original if original is None else original
            signatures.append(found.signature)
            index = store.add(found.picture)
            if total >= _FEW and usable // block % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1:
                held_out.append(index)
            else:
                calibrating.append(index)
            usable += 1
    if len(signatures) < min_images or original is None:
        raise CalibrationError(
            _too_few(paths, len(signatures), min_images, skipped), hint="Give more pictures of the shop."
        )
    return CalibrationImages(
        calibrating=PreparedPictures(store, calibrating),
        held_out=PreparedPictures(store, held_out),
        original=original,
        skipped=tuple(skipped),
        sources=tuple(path.name for path in paths),
        notes=doubtful_pictures(signatures),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """A prepared picture, its signature and, of the first ones, what it was prepared from."""

    picture: PreparedPicture
    signature: PictureSignature
    original: Pixels | None


def _prepared(source: _Source, wanted: int, geometry: Geometry, *, with_original: bool) -> Iterator[_Ready | str]:
    """The source's pictures in order, or "name: reason" of those that cannot be read; the next is made ahead."""

    def ready(name: str, picture: Pixels | str) -> _Ready | str:
        if isinstance(picture, str):
            return f"{name}: {picture}"
        size_hw = (picture.shape[0], picture.shape[1])
        made = PreparedPicture(name, prepare(picture, geometry), size_hw)
        short = name.removeprefix(f"{source.path if source.path.is_dir() else source.path.parent}/")
        return _Ready(made, signature_of(short, picture), picture if with_original else None)

    def from_file(path: Path) -> _Ready | str:
        try:
            return ready(str(path), read_picture(path))
        except UnreadablePicture as error:
            return f"{path}: {error}"

    if source.is_video:
        numbers = spread(source.frames, wanted)
        for number, picture in zip(numbers, frames(source.path, numbers, CalibrationError), strict=True):
            yield ready(f"{source.path} frame {number}", picture)
        return
    with ThreadPoolExecutor(_READERS) as pool:
        coming: deque[Future[_Ready | str]] = deque()
        for index in spread(len(source.files), wanted):
            coming.append(pool.submit(from_file, source.files[index]))
            if len(coming) > _READERS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _too_few(paths: Sequence[Path], found: int, min_images: int, skipped: Sequence[str]) -> str:
    where = ", ".join(map(str, paths))
    unreadable = f"; {len(skipped)} could not be read, the first {skipped[0]}" if skipped else ""
    return f"Only {found} usable calibration pictures in {where}; at least {min_images} are needed{unreadable}."


def spread(available: int, wanted: int) -> list[int]:
    """Indices of `wanted` of `available` things, evenly spread, in order.

    >>> spread(10, 4)
    [1, 3, 6, 8]
    """
    if wanted >= available:
        return list(range(available))
    return [(2 * index + 1) * available // (2 * wanted) for index in range(wanted)]


def _shares(available: Sequence[int], most: int) -> list[int]:
    """How many to take of each source: as even as they allow, `most` in all."""
    shares = [0] * len(available)
    left = most
    open_sources = [index for index, count in enumerate(available) if count]
    while left > 0 and open_sources:
        each = max(1, left // len(open_sources))
        for index in list(open_sources):
            more = min(each, available[index] - shares[index], left)
            shares[index] += more
            left -= more
            if shares[index] == available[index]:
                open_sources.remove(index)
    return shares


def _open(path: Path) -> _Source:
    if path.is_dir():
        files = tuple(pictures_in(path))
        if not files:
            kinds = ", ".join(sorted(suffix[1:] for suffix in PICTURE_SUFFIXES))
            raise CalibrationError(
                f"The calibration folder {path} holds no picture ({kinds}).",
                hint="Put some pictures of the shop into it; a video is given by its own path.",
            )
        return _Source(path, files)
    if not path.exists():
        raise CalibrationError(
            f"{path}: no such calibration folder, video or list.", hint="Give a folder of pictures or a video."
        )
    suffix = path.suffix.lower()
    if suffix in _LIST_SUFFIXES:
        return _Source(path, _listed(path))
    if suffix in VIDEO_SUFFIXES:
        return _Source(path, (), count_frames(path, CalibrationError))
    if suffix in PICTURE_SUFFIXES:
        raise CalibrationError(f"{path} is a single picture.", hint="Give the folder that it lies in.")
    raise CalibrationError(
        f"{path} is neither a folder nor a video nor a list ({', '.join(sorted(_LIST_SUFFIXES))}) of pictures."
    )


def _listed(path: Path) -> tuple[Path, ...]:
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CalibrationError(f"{path} cannot be read as a list of pictures: {error}.") from error
    if path.suffix.lower() == ".csv":
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
        header = [cell.lower() for cell in rows[0]] if rows else []
        column = header.index("path") if "path" in header else 0
        names = [row[column] for row in rows[1 if "path" in header else 0 :] if len(row) > column]
    else:
        names = [line.strip() for line in lines if not line.startswith("#")]
    if not names:
        raise CalibrationError(f"The calibration list {path} names no picture.")
    return tuple(path.parent / name for name in names)
