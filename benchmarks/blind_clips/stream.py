"""What a sensor, a recorder and a network do to pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blind_clips.sprites import Picture


@dataclass(frozen=True, slots=True)
class Stream:
    """How a clip is made worse on its way.

    Attributes:
        noise, chroma: sigma of the grain in brightness and in colour, 0 to 255.
        blur_px: the softness of the lens.
        quality: JPEG quality of a recorder that encodes anew, 0 for none.
        skip: blocks that changed by less than this keep their old picture, as at low bit rates; 0 for none.
        dropped: share of pictures that are lost; the one before is shown again.
        interlaced: odd rows are one picture old.
        clock: the time is written into a corner.
    """

    noise: float = 2.0
    chroma: float = 1.0
    blur_px: float = 0.0
    quality: int = 0
    skip: float = 0.0
    dropped: float = 0.0
    interlaced: bool = False
    clock: bool = False


class Recorder:
    """Pictures in, pictures as they arrive out, one after the other."""

    def __init__(self, stream: Stream, size_wh: tuple[int, int], rng: np.random.Generator) -> None:
        self._stream, self._size_wh, self._rng = stream, size_wh, rng
        self._grains = [self._grain() for _ in range(6)] if stream.noise > 0 or stream.chroma > 0 else []
        self._sent: Picture | None = None
        self._whole: Picture | None = None
        self._count = 0

    def _grain(self) -> np.ndarray:
        width, height = self._size_wh
        grey = self._rng.normal(0, self._stream.noise, (height, width, 1)).astype(np.float32)
        coarse = self._rng.normal(0, self._stream.chroma, ((height + 1) // 2, (width + 1) // 2, 3)).astype(np.float32)
        return (grey + cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)).astype(np.int16)

    def sent(self, picture: Picture, time_s: float, *, droppable: bool = True) -> Picture:
        """The picture as it comes out at the other end."""
        stream = self._stream
        if self._sent is not None and droppable and self._rng.random() < stream.dropped:
            return self._sent
        if stream.blur_px > 0:
            picture = cv2.GaussianBlur(picture, (0, 0), stream.blur_px)
        if self._grains:
            grain = self._grains[int(self._rng.integers(0, len(self._grains)))]
            shift = int(self._rng.integers(0, self._size_wh[0]))
            picture = cv2.add(picture, np.roll(grain, shift, axis=1), dtype=cv2.CV_8U)
        whole, self._whole = picture, picture
        if stream.interlaced and self._sent is not None and self._last is not None:
            picture = picture.copy()
            picture[1::2] = self._last[1::2]
        self._last = whole
        if stream.clock:
            picture = picture.copy()
            _write_clock(picture, time_s)
        if stream.skip > 0 and self._sent is not None and self._count % 40:
            picture = self._skipped(picture)
        if stream.quality > 0:
            _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, stream.quality])
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
        self._count += 1
        self._sent = picture
        return picture

    _last: Picture | None = None

    def _skipped(self, picture: Picture) -> Picture:
        """Blocks of 16 that hardly changed stay as they were sent last; every 40th picture is sent whole."""
        assert self._sent is not None
        width, height = self._size_wh
        difference = cv2.absdiff(picture, self._sent).max(axis=2)
        blocks = cv2.resize(difference, ((width + 15) // 16, (height + 15) // 16), interpolation=cv2.INTER_AREA)
        keep = cv2.resize(
            (blocks < self._stream.skip).astype(np.uint8), None, fx=16, fy=16, interpolation=cv2.INTER_NEAREST
        )
        return np.where(keep[:height, :width, None] > 0, self._sent, picture)


def _write_clock(picture: Picture, time_s: float) -> None:
    second = int(time_s)
    text = f"2026-03-14 09:{second // 60:02d}:{second % 60:02d}"
    scale = picture.shape[1] / 1400
    cv2.putText(picture, text, (9, picture.shape[0] - 9), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(
        picture, text, (9, picture.shape[0] - 9), cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA
    )
