"""The choice grows better and never larger, and no camera and no light crowds out another."""

import numpy as np
import pytest
from edgekit_calibration.selection import ALIKE, DiverseSelection, Verdict, light_stratum
from edgekit_calibration.selection_descriptor import Descriptor, describe, distances


def descriptor(*values, lightness=50.0):
    """A picture at a place in the space of pictures."""
    full = np.zeros(216, np.float32)
    full[192 : 192 + len(values)] = np.array(values) * np.sqrt(24)
    return Descriptor(full, np.ones(216, bool), lightness)


SHELF = ("aisle", 4)


def filled(capacity, places, stratum=SHELF):
    selection = DiverseSelection(capacity)
    for place in places:
        selection.offer(str(place), stratum, descriptor(place))
    return selection


def test_a_picture_like_one_that_is_there_is_left_out_even_where_there_is_room():
    selection = filled(10, [0.0])
    assert selection.offer("again", SHELF, descriptor(ALIKE - 0.1)).verdict is Verdict.ALIKE
    assert selection.offer("other", SHELF, descriptor(ALIKE + 0.1)).verdict is Verdict.TAKEN
    assert selection.keys == ("0.0", "other")


def test_a_full_selection_gives_up_one_of_the_two_most_alike_for_something_further_away():
    selection = filled(3, [0.0, 10.0, 12.0])
    offer = selection.offer("30", SHELF, descriptor(30.0))
    assert (offer.verdict, offer.dropped) == (Verdict.TAKEN, "12.0")
    assert selection.keys == ("0.0", "10.0", "30")


def test_a_full_selection_keeps_what_it_has_where_the_new_one_adds_less():
    selection = filled(3, [0.0, 10.0, 20.0])
    assert selection.offer("5", SHELF, descriptor(5.0)).verdict is Verdict.NOT_NEWER
    assert selection.keys == ("0.0", "10.0", "20.0")


def test_the_smallest_distance_never_falls_once_all_places_are_taken():
    rng = np.random.default_rng(0)
    selection, before = DiverseSelection(12), 0.0
    for index in range(400):
        selection.offer(str(index), SHELF, descriptor(*rng.normal(0, 20, 3)))
        if len(selection) == 12:
            assert selection.smallest_distance >= before
            before = selection.smallest_distance
    assert len(selection) == 12
    assert before > 5


def test_a_rare_light_gets_its_share_from_a_common_one():
    selection = filled(12, [3.0 * index for index in range(12)])
    for index in range(12):
        night = descriptor(3.0 * index, 40.0, lightness=10.0)
        selection.offer(f"night {index}", light_stratum("aisle", night), night)
    assert selection.strata == {SHELF: 6, ("aisle", 0): 6}


def test_a_rare_light_gets_its_share_even_where_the_common_one_shows_more():
    selection = filled(12, [30.0 * index for index in range(12)])
    for index in range(12):
        night = descriptor(3.0 * index, 40.0, lightness=10.0)
        selection.offer(f"night {index}", light_stratum("aisle", night), night)
    assert selection.strata == {SHELF: 6, ("aisle", 0): 6}


def test_a_camera_that_comes_late_gets_its_share():
    selection = filled(12, [3.0 * index for index in range(12)])
    for index in range(12):
        selection.offer(f"door {index}", ("door", 4), descriptor(3.0 * index, -60.0))
    assert selection.strata == {SHELF: 6, ("door", 4): 6}


def test_a_stratum_with_little_to_show_leaves_its_places_to_others():
    selection = DiverseSelection(12)
    selection.offer("night", ("aisle", 0), descriptor(0.0, 50.0))
    for index in range(40):
        selection.offer(str(index), SHELF, descriptor(3.0 * index))
    assert selection.strata == {SHELF: 11, ("aisle", 0): 1}


def test_pictures_of_an_earlier_run_are_taken_as_they_are_and_count():
    selection = DiverseSelection(2)
    selection.restore("old", SHELF, descriptor(0.0))
    selection.restore("older", SHELF, descriptor(0.1))
    assert selection.offer("new", SHELF, descriptor(9.0)).dropped == "older"
    with pytest.raises(ValueError, match="no room"):
        selection.restore("third", SHELF, descriptor(5.0))


def test_a_selection_without_places_is_refused():
    with pytest.raises(ValueError, match="at least one place"):
        DiverseSelection(0)


def test_light_is_stepped_from_black_to_white():
    steps = [light_stratum("a", descriptor(0.0, lightness=value))[1] for value in (0.0, 12.6, 50.0, 99.0, 100.0)]
    assert steps == [0, 1, 4, 7, 7]


# What the threshold rests on, with real pictures.


def novelty(one, other, masked=()):
    first, second = describe(one), describe(other, masked)
    return float(distances(second, first.values[None], first.valid[None])[0])


@pytest.fixture(scope="module")
def shelf(assets_dir):
    import cv2

    return cv2.imread(str(assets_dir / "shelf-photos" / "shelf-01.jpg"))


def test_noise_and_compression_are_no_news_and_a_tenth_more_light_is(shelf):
    import cv2

    noise = np.random.default_rng(0).normal(0, 8, shelf.shape)
    noisy = np.clip(shelf + noise, 0, 255).astype(np.uint8)
    squeezed = cv2.imdecode(cv2.imencode(".jpg", shelf, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], cv2.IMREAD_COLOR)
    brighter = np.clip(shelf * 1.1, 0, 255).astype(np.uint8)
    assert novelty(shelf, noisy) < ALIKE / 3
    assert novelty(shelf, squeezed) < ALIKE / 3
    assert novelty(shelf, brighter) > 2 * ALIKE


def test_a_bottle_that_is_gone_is_news(assets_dir):
    import cv2

    clip = cv2.VideoCapture(str(assets_dir / "restock-video-bottles" / "bottle-detection.mp4"))
    frames = {}
    for index in range(260):
        _, frame = clip.read()
        if index in (100, 101, 250):
            frames[index] = frame
    clip.release()
    assert novelty(frames[100], frames[101]) < ALIKE
    assert novelty(frames[100], frames[250]) > ALIKE


def test_another_size_of_the_same_picture_is_no_news(shelf):
    import cv2

    assert novelty(shelf, cv2.resize(shelf, (320, 320), interpolation=cv2.INTER_AREA)) < ALIKE


def test_what_was_painted_over_is_no_news(shelf):
    painted = shelf.copy()
    painted[100:400, 200:350] = (0, 0, 255)
    assert novelty(shelf, painted) > 2 * ALIKE
    assert novelty(shelf, painted, masked=[(200, 100, 350, 400)]) < ALIKE


def test_a_picture_that_was_painted_over_wholly_still_has_a_descriptor(shelf):
    found = describe(shelf, [(0, 0, shelf.shape[1], shelf.shape[0])])
    assert np.isfinite(found.values).all()
    assert np.isfinite(found.lightness)
