"""A live camera that waits for its worker, so that a test of one loses no frame."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

from edgekit.frame import Frame, Pixels

__all__ = ["InStep"]

_PATIENCE_S = 10.0


class InStep:
    """Gives a live camera its next picture only when the last one was seen; also the Runtime's observer.

    >>> in_step = InStep(shelf.pictures([(3.0, ())]))  # doctest: +SKIP
    >>> camera = FakeCamera(in_step.pictures(), live=True)  # doctest: +SKIP
    >>> with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step):  # doctest: +SKIP
    ...     in_step.all_seen.wait(20)

    Attributes:
        all_seen: set once the last picture was seen.
    """

    def __init__(self, pictures: Iterable[Pixels]) -> None:
        self._pictures = pictures
        self._seen = threading.Semaphore(1)
        self.all_seen = threading.Event()

    def pictures(self) -> Iterator[Pixels]:
        """For the camera; ends with an AssertionError where nobody looks for 10 s."""
        for picture in self._pictures:
            assert self._seen.acquire(timeout=_PATIENCE_S), "nobody has looked at the last picture"
            yield picture
        assert self._seen.acquire(timeout=_PATIENCE_S), "nobody has looked at the last picture"
        self.all_seen.set()

    def on_frame(
        self,
        camera_id: str,
        frame: Frame,
        detections: object,
        readings: Mapping[str, object],
        transitions: Sequence[object],
    ) -> None:
        """The picture was seen."""
        self._seen.release()
