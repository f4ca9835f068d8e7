"""A folder of pictures as a recording: in the order of their names, at a rate that the configuration gives."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from edgekit.clock import Clock
from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.frame import Frame
from edgekit.sources.kinds import PICTURE_SUFFIXES
from edgekit.sources.pixels import sealed

__all__ = ["FolderSource"]

DEFAULT_FPS = 5.0


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sorts "2.jpg" before "10.jpg"."""
    parts = re.split(r"(\d+)", path.name)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


class FolderSource:
    """The pictures of a folder (not of the folders in it), or one single picture.

    Frame i has the time i / fps. With `loop_for_s` they start over, time and index go on, in the same epoch.
    """

    live = False

    def __init__(self, config: SourceConfig, *, clock: Clock | None = None) -> None:
        self._path = Path(str(config.url))
        self._fps = config.fps or DEFAULT_FPS
        self._loop_for_s = config.loop_for_s
        self._lock = threading.Lock()
        self._pictures: tuple[Path, ...] | None = None
        self._epoch = -1
        self._index = 0

    @property
    def description(self) -> str:
        """The folder's path."""
        return str(self._path)

    @property
    def fps(self) -> float | None:
        """Pictures per second, as configured."""
        return self._fps

    @property
    def frame_count(self) -> int | None:
        """Pictures in the folder, once open."""
        return None if self._pictures is None else len(self._pictures)

    def open(self) -> None:
        """Start a new epoch at the first picture.

        Raises:
            SourceError: there is no such folder, or no picture in it.
        """
        try:
            found = [self._path] if self._path.is_file() else list(self._path.iterdir())
        except FileNotFoundError as error:
            raise SourceError(f"{self.description} does not exist.") from error
        except OSError as error:
            raise SourceError(f"{self.description} is no folder that can be read: {error.strerror}.") from error
        pictures = sorted((path for path in found if path.suffix.lower() in PICTURE_SUFFIXES), key=natural_order)
        if not pictures:
            raise SourceError(
                f"{self.description} holds no picture.",
                hint=f"Pictures are files that end in {', '.join(sorted(PICTURE_SUFFIXES))}.",
            )
        with self._lock:
            self._pictures = tuple(pictures)
            self._epoch += 1
            self._index = 0

    def read(self) -> Frame | None:
        """The next picture; None after the last.

        Raises:
            SourceError: a picture cannot be decoded.
        """
        with self._lock:
            pictures, index, epoch = self._pictures, self._index, self._epoch
            self._index += 1
        if pictures is None:
            return None
        time_s = index / self._fps
        if time_s >= self._loop_for_s if self._loop_for_s is not None else index >= len(pictures):
            return None
        import cv2

        path = pictures[index % len(pictures)]
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if pixels is None:
            raise SourceError(
                f"{path} cannot be read as a picture.",
                hint="It may be corrupt; replace it or take it out of the folder.",
            )
        return Frame(sealed(pixels, str(path)), time_s, index, epoch)

    def close(self) -> None:
        """Forget the folder."""
        with self._lock:
            self._pictures = None
