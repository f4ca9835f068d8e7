from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from edgekit.errors import SourceError
from edgekit.frame import Frame
from edgekit.sources.iterable import IterableSource


def picture(value: int) -> NDArray[np.uint8]:
    return np.full((4, 6, 3), value, np.uint8)


def test_arrays_get_times_by_their_rate_and_frames_keep_theirs() -> None:
    source = IterableSource([picture(0), picture(1), Frame(picture(2), 9.0, 77, 5)], fps=4)
    source.open()
    frames = [source.read() for _ in range(3)]
    assert [(frame.time_s, frame.index, frame.epoch) for frame in frames if frame] == [
        (0, 0, 0),
        (0.25, 1, 0),
        (9, 2, 0),
    ]
    assert source.read() is None
    assert source.frame_count == 3


def test_an_array_that_its_owner_writes_into_again_is_copied() -> None:
    def reused() -> Iterator[NDArray[np.uint8]]:
        buffer = picture(0)
        for value in range(2):
            buffer[:] = value
            yield buffer

    source = IterableSource(reused)
    source.open()
    first, second = source.read(), source.read()
    assert first is not None
    assert second is not None
    assert (first.pixels.max(), second.pixels.max()) == (0, 1)


def test_a_read_only_array_is_passed_on_without_a_copy() -> None:
    given = picture(3)
    given.setflags(write=False)
    source = IterableSource([given])
    source.open()
    frame = source.read()
    assert frame is not None
    assert np.shares_memory(frame.pixels, given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (np.zeros((4, 6), np.uint8), r"got uint8 \(4, 6\)"),
        (np.zeros((4, 6, 3), np.float32), r"got float32 \(4, 6, 3\)"),
        ("a path", "got str"),
        (np.zeros((0, 6, 3), np.uint8), "no pixels"),
    ],
)
def test_what_is_no_picture_is_refused_with_expected_and_got(given: object, says: str) -> None:
    source = IterableSource([given])  # type: ignore[list-item]
    source.open()
    with pytest.raises(SourceError, match=says):
        source.read()


def test_an_iterable_that_raises_is_named() -> None:
    def broken() -> Iterator[NDArray[np.uint8]]:
        yield picture(0)
        raise RuntimeError("no film")

    source = IterableSource(broken, description="my camera")
    source.open()
    source.read()
    with pytest.raises(SourceError, match="my camera raised RuntimeError: no film"):
        source.read()


def test_an_iterator_can_be_opened_only_once() -> None:
    source = IterableSource(iter([picture(0)]))
    source.open()
    with pytest.raises(SourceError, match="only once"):
        source.open()


class Ticking:
    def __init__(self) -> None:
        self.time_s = 100.0

    def monotonic_s(self) -> float:
        self.time_s += 0.5
        return self.time_s


def test_a_live_one_is_stamped_on_arrival_and_its_end_is_an_error() -> None:
    source = IterableSource([picture(0), picture(1)], live=True, clock=Ticking())  # type: ignore[arg-type]
    source.open()
    frames = [source.read(), source.read()]
    assert [frame.time_s for frame in frames if frame] == [0.0, 0.5]
    with pytest.raises(SourceError, match="came to its end"):
        source.read()
