from __future__ import annotations

import threading

import numpy as np
import pytest

import edgekit.testing
from edgekit.errors import SourceError
from edgekit.testing import FakeCamera

PICTURE = np.zeros((4, 6, 3), np.uint8)


def test_a_recording_stamps_its_pictures_and_ends() -> None:
    camera = FakeCamera([PICTURE, PICTURE], fps=4)
    camera.open()
    first, second = camera.read(), camera.read()
    assert (first.time_s, second.time_s, second.index, second.epoch) == (0, 0.25, 1, 0)
    assert not second.pixels.flags.writeable
    assert camera.read() is None


def test_it_fails_to_open_and_raises_between_pictures_as_asked_and_starts_a_new_epoch() -> None:
    camera = FakeCamera([PICTURE, SourceError("gone."), PICTURE], live=True, failing_opens=1)
    with pytest.raises(SourceError):
        camera.open()
    camera.open()
    assert camera.read().epoch == 0
    with pytest.raises(SourceError, match="gone"):
        camera.read()
    camera.open()
    assert camera.read().epoch == 1


def test_a_live_camera_without_pictures_blocks_until_it_is_closed() -> None:
    camera = FakeCamera([], live=True)
    camera.open()
    thread = threading.Thread(target=camera.read)
    thread.start()
    camera.close()
    thread.join(5)
    assert not thread.is_alive()


def test_there_is_no_other_fake() -> None:
    with pytest.raises(AttributeError):
        edgekit.testing.FakeShop  # noqa: B018
