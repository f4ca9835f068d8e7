"""Enrolling: photos of a product become embeddings in an index; a model and an index belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgekit.backends.protocols import LoadOptions
from edgekit.backends.selection import LoadedModel, load_model
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Task
from edgekit.errors import UsageError
from edgekit.predictor import Predictor
from edgekit.recognition.index import Index, Product
from edgekit.recognition.photos import read_photo
from edgekit.recognition.views import query_views, views_of

__all__ = ["Enrolled", "embedded", "enrol", "load_embedder"]

Embeddings = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """What came of enrolling.

    Attributes:
        index: with the photos in it.
        added: photos that are new.
        known: photos that were in it already.
    """

    index: Index
    added: int
    known: int


def load_embedder(
    path: Path, index: Index | None, *, where: str, encoding: str = "auto", backend: str = "auto"
) -> LoadedModel:
    """Load an embedding bundle: of an index that exists, the graph it was made with.

    Args:
        path: the bundle.
        index: what its embeddings will be compared with; None for a new one.
        where: the index's name for messages.
        encoding, backend: as `--encoding` and `--backend`.

    Raises:
        UsageError: the bundle does not embed, or the index is another model's.
        BundleError, CapabilityError: it cannot be loaded here.
    """
    bundle = Bundle.open(path)
    if bundle.manifest.task is not Task.EMBED:
        raise UsageError(
            f"{path} is made to {bundle.manifest.task.value}, not to embed.",
            hint="Make one that does: edgekit export MODEL --task embed --int8 --calibration DIR -o embed.edgekit",
        )
    if index is not None:
        wanted = index.encoding if encoding == "auto" else encoding
        index.check_made_by(bundle.sha256, wanted, where=where)
        encoding = wanted
    return load_model(bundle, encoding=encoding, backend=backend, options=LoadOptions())


def enrol(
    index: Index | None, model: LoadedModel, product: str, photos: Sequence[Path], *, gtin: str | None = None
) -> Enrolled:
    """Add photos to a product of an index, or a product to it; a photo that is in it already is not added again.

    Args:
        index: None starts a new one.
        model: what embeds; `load_embedder` gives one that fits the index.
        product: its name, as planograms call it.
        photos: at least one file.
        gtin: 14 digits; None keeps what the index has.

    Raises:
        DataError: a photo cannot be read.
        UsageError: the index is another model's.
    """
    if index is None:
        index = Index(model.bundle.sha256, model.encoding)
    index.check_made_by(model.bundle.sha256, model.encoding, where="The index")
    before = index.product(product)
    digests = list(before.photos) if before else []
    rows = [before.embeddings] if before else []
    predictor = Predictor(model)
    added = 0
    for path in photos:
        pixels, digest = read_photo(path)
        if digest in digests:
            continue
        digests.append(digest)
        rows.append(predictor.embed(views_of(pixels))[None])
        added += 1
    entry = Product(product, gtin or (before.gtin if before else None), tuple(digests), np.concatenate(rows))
    return Enrolled(index.with_product(entry), added, len(photos) - added)


def embedded(model: LoadedModel, photo: Path) -> Embeddings:
    """The views of a photo to look up, (1, QUERY_VIEWS, width)."""
    pixels, _ = read_photo(photo)
    return Predictor(model).embed(query_views(pixels))[None]
