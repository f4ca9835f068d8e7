"""The recogniser: which enrolled product an embedding shows, with a probability, or that it shows none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import UsageError
from edgekit.recognition.calibration import Calibration, calibrate
from edgekit.recognition.index import Index, Product
from edgekit.recognition.space import learn_space, means_of, rooted

__all__ = ["Guess", "Recogniser"]

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Guess:
    """One product that an embedding may show.

    Attributes:
        product: its name.
        gtin: 14 digits, or None.
        probability: 0-1; over all products they sum to at most 1, the rest is something not enrolled.
        accepted: the probability reaches the index's own threshold; False means unknown.
    """

    product: str
    gtin: str | None
    probability: float
    accepted: bool


class Recogniser:
    """Compares embeddings with the candidates of an index; holds nothing that changes.

    The space is learnt from all enrolled photos. A candidate's score is the cosine to the mean of its pictures there.
    Score, and lead over the next candidate, become a probability by what the enrolled photos themselves give when each
    is held out (`calibration`).
    """

    def __init__(
        self,
        index: Index,
        *,
        candidates: Sequence[str] | None = None,
        unknown_rate: float = 0.05,
        query_views: int = 1,
    ) -> None:
        """Learn from an index.

        Args:
            index: at least one product.
            candidates: names of the products that may be found (a bay's); None means all.
            unknown_rate: share (0-1) of photos of things not enrolled that may be accepted.
            query_views: views that will be given of each thing looked up (1, or views.QUERY_VIEWS).

        Raises:
            UsageError: a candidate is not enrolled, or there is none.
        """
        names = index.names if candidates is None else tuple(dict.fromkeys(candidates))
        if missing := [name for name in names if name not in index.names]:
            raise UsageError(f"{missing[0]!r} is not enrolled.", hint=f"edgekit enroll {missing[0]!r} photos/*.jpg")
        if not names:
            raise UsageError("No product is enrolled.", hint="edgekit enroll PRODUCT photos/*.jpg")
        self.candidates: tuple[Product, ...] = tuple(one for one in index.products if one.name in names)
        rows, owners = _rows(index.products)
        numbers = [number for number, one in enumerate(index.products) if one.name in names]
        self._space = learn_space(rows, owners).prepared(means_of(rows, owners, numbers))
        self.calibration: Calibration = calibrate(
            [rooted(one.embeddings) for one in index.products],
            numbers,
            unknown_rate=unknown_rate,
            query_views=query_views,
        )

    def scores(self, embeddings: Array) -> Array:
        """Cosines (n, candidates) of embeddings (n, width), or (n, views, width) whose views are averaged."""
        roots = rooted(embeddings)
        return self._space.cosines(roots.mean(axis=1) if roots.ndim == 3 else roots)

    def probabilities(self, embeddings: Array) -> Array:
        """Probability (0-1) of each candidate, (n, candidates); a row sums to at most 1."""
        return self.calibration.probabilities(self.scores(embeddings))

    def guesses(self, embeddings: Array, *, top: int = 5) -> list[tuple[Guess, ...]]:
        """The best `top` candidates of each embedding, best first."""
        told = []
        for row in self.probabilities(embeddings):
            best = np.argsort(-row, kind="stable")[:top]
            told.append(tuple(self._guess(int(number), float(row[number])) for number in best))
        return told

    def _guess(self, number: int, probability: float) -> Guess:
        product = self.candidates[number]
        return Guess(product.name, product.gtin, probability, probability >= self.calibration.min_probability)


def _rows(products: Sequence[Product]) -> tuple[Array, NDArray[np.intp]]:
    rows = [rooted(one.embeddings).reshape(-1, one.embeddings.shape[2]) for one in products]
    owners = np.concatenate([np.full(len(part), number) for number, part in enumerate(rows)])
    return np.concatenate(rows), owners
