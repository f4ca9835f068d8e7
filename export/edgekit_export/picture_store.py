"""Prepared pictures kept outside of memory: written once, read one at a time, gone with the process."""

from __future__ import annotations

import errno
import tempfile
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, overload

import numpy as np

from edgekit.errors import OutputError
from edgekit.frame import Pixels

__all__ = ["PictureStore", "PixelView", "PreparedPicture", "PreparedPictures"]

# So much of a set stays in memory, which is all of most sets. Decoding again on every pass would need no room at all,
# but costs 80 ms a pass for a 12-megapixel photograph, and a video would have to be read from its start.
_IN_MEMORY_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPicture:
    """A picture after `vision.prepare`.

    Attributes:
        name: file or video frame, for messages.
        prepared: uint8 (height, width, 3) BGR, the geometry's size.
        frame_size_hw: height and width before.
    """

    name: str
    prepared: Pixels
    frame_size_hw: tuple[int, int]


class PictureStore:
    """Pictures in a temporary file without a name: it goes away with the process, however that ends.

    Args:
        in_memory_bytes: up to so much nothing is written to disk.
    """

    def __init__(self, *, in_memory_bytes: int = _IN_MEMORY_BYTES) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=in_memory_bytes)  # noqa: SIM115 - closed by finalize
        self._entries: list[tuple[str, int, tuple[int, ...], tuple[int, int]]] = []
        self._end = 0
        self._lock = threading.Lock()
        weakref.finalize(self, self._file.close)

    def add(self, picture: PreparedPicture) -> int:
        """Keep a picture; its index.

        Raises:
            OutputError: the disk is full, or cannot be written to.
        """
        content = np.ascontiguousarray(picture.prepared)
        with self._lock:
            try:
                self._file.seek(self._end)
                self._file.write(content.tobytes())
            except OSError as error:
                full = error.errno == errno.ENOSPC
                raise OutputError(
                    f"Cannot keep prepared pictures in {tempfile.gettempdir()}: {error.strerror or error}.",
                    hint="Free some space there, or name another folder: TMPDIR=DIR." if full else None,
                ) from error
            self._entries.append((picture.name, self._end, content.shape, picture.frame_size_hw))
            self._end += content.nbytes
            return len(self._entries) - 1

    def read(self, index: int) -> PreparedPicture:
        """A picture; its pixels are read-only and belong to the caller."""
        name, start, shape, size_hw = self._entries[index]
        length = int(np.prod(shape))
        with self._lock:
            self._file.seek(start)
            content = self._file.read(length)
        return PreparedPicture(name, np.frombuffer(content, np.uint8).reshape(shape), size_hw)


class PreparedPictures(Sequence[PreparedPicture]):
    """Some of a store's pictures, each read when it is asked for."""

    def __init__(self, store: PictureStore, indices: Sequence[int]) -> None:
        self._store = store
        self._indices = tuple(indices)

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> PreparedPicture: ...
    @overload
    def __getitem__(self, index: slice) -> PreparedPictures: ...
    def __getitem__(self, index: int | slice) -> PreparedPicture | PreparedPictures:
        if isinstance(index, slice):
            return PreparedPictures(self._store, self._indices[index])
        return self._store.read(self._indices[index])

    def __add__(self, others: PreparedPictures) -> PreparedPictures:
        """These and then others of the same store."""
        assert self._store is others._store, "pictures of two stores"
        return PreparedPictures(self._store, (*self._indices, *others._indices))

    @property
    def pixels(self) -> PixelView:
        """Their pixels alone, as quantizing takes them."""
        return PixelView(self)


class PixelView(Sequence[Pixels]):
    """The pixels of pictures, each read when it is asked for."""

    def __init__(self, pictures: PreparedPictures) -> None:
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    @overload
    def __getitem__(self, index: int) -> Pixels: ...
    @overload
    def __getitem__(self, index: slice) -> PixelView: ...
    def __getitem__(self, index: int | slice) -> Pixels | PixelView:
        if isinstance(index, slice):
            return PixelView(self._pictures[index])
        return self._pictures[index].prepared
