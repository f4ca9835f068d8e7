import gc

import numpy as np
import pytest
from edgekit_export.picture_store import PictureStore, PreparedPicture, PreparedPictures

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 8, 6, 3), np.uint8)


def stored(**options) -> PreparedPictures:
    store = PictureStore(**options)
    indices = [store.add(PreparedPicture(f"p{index}", one, (index, 7))) for index, one in enumerate(PIXELS)]
    return PreparedPictures(store, indices)


@pytest.mark.parametrize("options", [{}, {"in_memory_bytes": 200}], ids=["in memory", "on disk"])
def test_pictures_come_back_as_they_were_as_often_as_they_are_asked_for(options):
    pictures = stored(**options)
    for _ in range(2):
        assert [picture.name for picture in pictures] == [f"p{index}" for index in range(12)]
        assert all(np.array_equal(one.prepared, two) for one, two in zip(pictures, PIXELS, strict=True))
    assert pictures[-1].frame_size_hw == (11, 7)
    assert len(pictures) == 12


def test_a_part_of_them_and_their_pixels_are_sequences_too():
    pictures = stored()
    some = pictures[2:6]
    assert [picture.name for picture in some[1:] + pictures[:1]] == ["p3", "p4", "p5", "p0"]
    np.testing.assert_array_equal(some.pixels[1], PIXELS[3])
    np.testing.assert_array_equal(np.stack(list(pictures.pixels[10:])), PIXELS[10:])
    assert len(some.pixels) == 4
    with pytest.raises(IndexError):
        some.pixels[4]


def test_pixels_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        stored()[0].prepared[0] = 1


def test_pictures_of_two_stores_do_not_mix():
    with pytest.raises(AssertionError, match="two stores"):
        stored() + stored()


def test_the_file_is_closed_when_nobody_needs_it():
    pictures = stored(in_memory_bytes=1)
    file = pictures._store._file
    del pictures
    gc.collect()
    assert file.closed
