"""The recogniser over embeddings that are drawn: better than class means, probabilities that mean something."""

import numpy as np
import pytest

from edgekit.errors import UsageError
from edgekit.recognition.index import Index, Product
from edgekit.recognition.recogniser import Recogniser
from edgekit.recognition.views import QUERY_VIEWS, VIEWS, query_views, views_of

WIDTH, PRODUCTS, PHOTOS = 96, 20, 5
_SHARED = np.random.default_rng(5).standard_normal((6, WIDTH)) * 1.2


def embeddings(kind: int, photo: int, views: int = VIEWS) -> np.ndarray:
    """(views, WIDTH): the kind's own direction, light and pose in directions that all kinds share, and noise."""
    own = np.random.default_rng(kind).standard_normal(WIDTH) * 0.6
    rng = np.random.default_rng(10_000 + 100 * kind + photo)
    pose = rng.standard_normal(6)
    rows = own + (pose + 0.3 * rng.standard_normal((views, 6))) @ _SHARED + 0.3 * rng.standard_normal((views, WIDTH))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def index_of(photos: int = PHOTOS, products: int = PRODUCTS) -> Index:
    return Index(
        "0" * 64,
        "float",
        tuple(
            Product(f"p{kind:02d}", None, ("ab" * 32,) * photos, np.stack([embeddings(kind, n) for n in range(photos)]))
            for kind in range(products)
        ),
    )


QUERIES = np.stack([embeddings(kind, 50 + number)[0] for kind in range(PRODUCTS) for number in range(5)])
WANTED = np.repeat(np.arange(PRODUCTS), 5)
STRANGERS = np.stack([embeddings(500 + number, 0)[0] for number in range(200)])


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(index_of())


def test_it_names_more_photos_rightly_than_the_nearest_class_mean(recogniser) -> None:
    means = np.stack([product.embeddings[:, 0].mean(axis=0) for product in recogniser.candidates])
    nearest = ((QUERIES[:, None] - means) ** 2).sum(axis=-1).argmin(axis=1)
    named = recogniser.probabilities(QUERIES).argmax(axis=1)
    assert (named == WANTED).mean() >= (nearest == WANTED).mean() + 0.1


def test_few_strangers_are_accepted_and_most_known_photos(recogniser) -> None:
    least = recogniser.calibration.min_probability
    assert (recogniser.probabilities(STRANGERS).max(axis=1) >= least).mean() <= 0.08
    assert (recogniser.probabilities(QUERIES).max(axis=1) >= least).mean() >= 0.6


def test_probabilities_say_how_often_they_are_right(recogniser) -> None:
    told = np.concatenate(
        [recogniser.probabilities(QUERIES).max(axis=1), recogniser.probabilities(STRANGERS).max(axis=1)]
    )
    right = np.concatenate([recogniser.probabilities(QUERIES).argmax(axis=1) == WANTED, np.zeros(len(STRANGERS), bool)])
    weight = np.concatenate([np.full(len(QUERIES), 1 / len(QUERIES)), np.full(len(STRANGERS), 1 / len(STRANGERS))])
    sure = told >= 0.8
    assert np.average(right[sure], weights=weight[sure]) >= 0.75
    assert (recogniser.probabilities(STRANGERS).sum(axis=1) <= 1 + 1e-5).all()


def test_a_lower_rate_of_unknown_accepted_asks_for_more() -> None:
    strict, lax = (Recogniser(index_of(), unknown_rate=rate).calibration.min_probability for rate in (0.01, 0.2))
    assert strict > lax


def test_among_candidates_only_those_can_be_named(recogniser) -> None:
    few = Recogniser(index_of(), candidates=["p03", "p07"])
    assert {guess.product for guess in few.guesses(QUERIES[:1])[0]} == {"p03", "p07"}
    assert few.calibration.strangers == PRODUCTS * PHOTOS


@pytest.mark.parametrize(("photos", "products"), [(1, 20), (1, 1), (5, 1), (2, 2)])
def test_few_photos_and_few_products_are_no_error(photos, products) -> None:
    small = Recogniser(index_of(photos, products))
    told = small.probabilities(np.concatenate([QUERIES, STRANGERS]))
    assert np.isfinite(told).all()
    assert 0.5 <= small.calibration.min_probability <= 0.98


def test_what_is_not_enrolled_is_no_candidate() -> None:
    with pytest.raises(UsageError, match=r"'cheese' is not enrolled.*edgekit enroll"):
        Recogniser(index_of(), candidates=["cheese"])
    with pytest.raises(UsageError, match="No product is enrolled"):
        Recogniser(Index("0" * 64, "float"))


def test_views_of_the_smallest_photo_are_pictures() -> None:
    for size in ((1, 1), (3, 200), (40, 30)):
        views = views_of(np.full((*size, 3), 90, np.uint8))
        assert len(views) == VIEWS
        assert all(view.dtype == np.uint8 and view.ndim == 3 and 0 not in view.shape for view in views)
    assert len(query_views(np.zeros((8, 8, 3), np.uint8))) == QUERY_VIEWS
