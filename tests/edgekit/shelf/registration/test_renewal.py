"""The anchor follows what has changed for good, so that a shelf that sells out and is filled otherwise stays known."""

import cv2
import numpy as np
import pytest

from edgekit.shelf.registration.agreement import agreement_of
from edgekit.shelf.registration.aligner import Aligner
from edgekit.shelf.registration.geometry import displacement_px
from edgekit.shelf.registration.picture import halved, structure_of
from edgekit.shelf.registration.tracking import unmoved

SIZE_HW = (640, 640)


@pytest.fixture(scope="module")
def photos(assets_dir):
    folder = assets_dir / "shelf-photos"
    return [cv2.imread(str(folder / name)) for name in ("shelf-01.jpg", "shelf-02.jpg")]


def changed(photos, upto):
    """The first photo with its columns left of `upto` taken from the second."""
    pixels = photos[0].copy()
    pixels[:, :upto] = photos[1][:, :upto]
    return pixels


def watched(aligner, tracking, pixels, from_s, seconds):
    for n in range(round(seconds / 5)):
        tracking = aligner.track(tracking, halved(pixels), from_s + 5.0 * n)
    return tracking


def agreement(aligner, tracking, pixels):
    renewed = tracking.renewal.target or aligner.target
    return agreement_of(renewed.anchor.structure, structure_of(halved(pixels)), np.eye(3)).share


def test_what_has_changed_for_good_is_taken_over_and_a_bump_is_found_by_it(photos) -> None:
    aligner = Aligner.of(photos[0], SIZE_HW)
    tracking, time_s = unmoved(SIZE_HW), 0.0
    for upto in (200, 400, 640):
        tracking = watched(aligner, tracking, changed(photos, upto), time_s, 100)
        time_s += 100
        assert agreement(aligner, tracking, changed(photos, upto)) > 0.8
    motion = cv2.getRotationMatrix2D((320, 320), 2.0, 1.0)
    motion[:, 2] += (20, -14)
    bumped = cv2.warpAffine(photos[1], motion, (640, 640), borderMode=cv2.BORDER_REFLECT)
    tracking = watched(aligner, tracking, bumped, time_s, 40)
    assert not tracking.moved
    centred = np.array(((1, 0, -0.5), (0, 1, -0.5), (0, 0, 1)))
    truth = np.linalg.inv(centred) @ np.vstack((motion, (0, 0, 1))) @ centred
    assert displacement_px(tracking.alignment, truth, SIZE_HW) < 1.0


def test_somebody_who_stays_a_while_is_not_taken_over_and_the_reference_stays_as_it_is(photos) -> None:
    aligner = Aligner.of(photos[0], SIZE_HW)
    before = aligner.target.anchor.structure.copy()
    tracking = watched(aligner, unmoved(SIZE_HW), photos[0], 0.0, 35)
    tracking = watched(aligner, tracking, changed(photos, 200), 35.0, 20)
    tracking = watched(aligner, tracking, photos[0], 55.0, 60)
    assert tracking.renewal is not None
    assert tracking.renewal.target is None
    assert np.array_equal(aligner.target.anchor.structure, before)
