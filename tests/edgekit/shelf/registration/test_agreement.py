"""The proof of an alignment: laid over the reference by it, a picture shows the same, block by block."""

import cv2
import numpy as np
import pytest

from edgekit.shelf.registration.agreement import agreement_of
from edgekit.shelf.registration.picture import halved, structure_of

NAMES = ("shelf-01.jpg", "shelf-02.jpg", "shelf-03.jpg", "shelf-04.jpg")


@pytest.fixture(scope="module")
def photos(assets_dir):
    return {name: cv2.imread(str(assets_dir / "shelf-photos" / name)) for name in NAMES}


def structure(pixels):
    return structure_of(halved(pixels))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_shelf_agrees_in_any_light_and_half_sold_out_and_no_other_shelf_does(photos, name) -> None:
    reference = structure(photos[name])
    dimmed = np.clip(photos[name] * 0.3 + np.random.default_rng(0).normal(0, 4, photos[name].shape), 0, 255)
    sold_out = photos[name].copy()
    sold_out[200:440, 80:560] = (60, 66, 70)
    assert agreement_of(reference, structure(dimmed.astype(np.uint8)), np.eye(3)).share > 0.9
    assert agreement_of(reference, structure(sold_out), np.eye(3)).share > 0.5
    for other in NAMES:
        if other != name:
            assert agreement_of(reference, structure(photos[other]), np.eye(3)).share < 0.15


def test_an_alignment_that_is_off_by_twenty_pixels_agrees_on_next_to_nothing(photos) -> None:
    reference, off = structure(photos["shelf-01.jpg"]), np.eye(3)
    off[:2, 2] = 10, 6  # at half the size
    moved = structure(cv2.warpAffine(photos["shelf-01.jpg"], np.array(((1.0, 0, 20), (0, 1, 12))), (640, 640)))
    assert agreement_of(reference, moved, off).share > 0.9
    assert agreement_of(reference, moved, np.eye(3)).share < 0.15


def test_what_is_out_of_view_counts_for_neither_side(photos) -> None:
    reference, far = structure(photos["shelf-01.jpg"]), np.eye(3)
    far[:2, 2] = -160, 0
    moved = structure(np.roll(photos["shelf-01.jpg"], -320, 1))
    agreement, whole = agreement_of(reference, moved, far), agreement_of(reference, reference, np.eye(3))
    assert agreement.share > 0.8
    assert agreement.blocks < 0.6 * whole.blocks
