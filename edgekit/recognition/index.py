"""The index: embeddings of the enrolled photos, stamped with the model that made them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edgekit.errors import DataError, UsageError
from edgekit.files import write_whole
from edgekit.recognition.views import VIEWS

__all__ = ["Index", "Product", "read_index", "write_index"]

_MAX_BYTES: Final = 1 << 30
_MAX_PHOTOS: Final = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """One enrolled product.

    Attributes:
        name: as planograms call it.
        gtin: 14 digits, or None.
        photos: SHA-256 of each photo's file, so that none is enrolled twice.
        embeddings: float32 (photos, VIEWS, width), unit vectors.
    """

    name: str
    gtin: str | None
    photos: tuple[str, ...]
    embeddings: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Enrolled products; frozen, changed by making another.

    Attributes:
        model_sha256: of the bundle's manifest whose embeddings these are.
        encoding: of the graph that made them.
        products: by name, sorted.
    """

    model_sha256: str
    encoding: str
    products: tuple[Product, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the products, sorted."""
        return tuple(product.name for product in self.products)

    def product(self, name: str) -> Product | None:
        """The product called `name`."""
        return next((product for product in self.products if product.name == name), None)

    def with_product(self, product: Product) -> Index:
        """With `product` in it, in place of one of the same name."""
        others = [one for one in self.products if one.name != product.name]
        return Index(self.model_sha256, self.encoding, tuple(sorted([*others, product], key=lambda one: one.name)))

    def without(self, name: str) -> Index:
        """Without the product called `name`."""
        return Index(self.model_sha256, self.encoding, tuple(one for one in self.products if one.name != name))

    def check_made_by(self, sha256: str, encoding: str, *, where: str) -> None:
        """Refuse a model whose embeddings cannot be compared with these.

        Raises:
            UsageError: the bundle is another, or another of its graphs is loaded.
        """
        if sha256 != self.model_sha256:
            raise UsageError(
                f"{where} was made by another model (bundle {self.model_sha256[:12]}, this one is {sha256[:12]}): "
                "their embeddings cannot be compared.",
                hint="Give the bundle it was made with, or enrol the photos again into a new index with this one.",
            )
        if encoding != self.encoding:
            raise UsageError(
                f"{where} was made with the encoding {self.encoding}; {encoding} gives other embeddings.",
                hint=f"Use --encoding {self.encoding}, or enrol the photos again into a new index.",
            )


class _ProductEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    gtin: str | None = None
    photos: Annotated[list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]], Field(min_length=1)]


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["edgekit-index"]
    version: Literal[1]
    model_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    encoding: str
    views: int
    products: list[_ProductEntry]


def write_index(path: Path, index: Index) -> None:
    """Write the index, whole or not at all: a NumPy .npz of `header` (JSON, uint8) and `embeddings` (float16).

    `embeddings` is (photos, VIEWS, width), in the order of the header's products and their photos.

    Raises:
        OutputError: it cannot be written.
    """
    header = _Header(
        format="edgekit-index",
        version=1,
        model_sha256=index.model_sha256,
        encoding=index.encoding,
        views=VIEWS,
        products=[_ProductEntry(name=one.name, gtin=one.gtin, photos=list(one.photos)) for one in index.products],
    )
    rows = [one.embeddings for one in index.products]
    embeddings = np.concatenate(rows).astype(np.float16) if rows else np.zeros((0, VIEWS, 0), np.float16)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        header=np.frombuffer(header.model_dump_json().encode(), np.uint8),
        embeddings=embeddings,
    )
    write_whole(path, buffer.getvalue())


def read_index(path: Path) -> Index:
    """Read an index; nothing in it is run.

    Raises:
        DataError: missing, or no index.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(
            f"Cannot read the index {path}: {error.strerror or error}.",
            hint="Make one: edgekit enroll PRODUCT photos/*.jpg --model embed.edgekit",
        ) from error
    if size > _MAX_BYTES:
        raise DataError(f"{path} is larger than an index may be ({_MAX_BYTES >> 30} GB).")
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            header = _Header.model_validate(json.loads(bytes(archive["header"])))
            embeddings = archive["embeddings"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError) as error:
        raise DataError(f"{path} is not an index of edgekit.", hint="`edgekit enroll` writes one.") from error
    return Index(header.model_sha256, header.encoding, _products(path, header, embeddings))


def _products(path: Path, header: _Header, embeddings: NDArray[Any]) -> tuple[Product, ...]:
    counts = [len(entry.photos) for entry in header.products]
    names: Sequence[str] = [entry.name for entry in header.products]
    if (
        header.views != VIEWS
        or embeddings.ndim != 3
        or embeddings.shape[:2] != (sum(counts), VIEWS)
        or embeddings.dtype != np.float16
        or sum(counts) > _MAX_PHOTOS
        or not np.isfinite(embeddings).all()
        or list(names) != sorted(set(names))
    ):
        raise DataError(
            f"{path}: its embeddings are not what its header says, or those of another edgekit.",
            hint="Enrol the photos again into a new index.",
        )
    values = embeddings.astype(np.float32)
    parts = np.split(values, np.cumsum(counts)[:-1]) if counts else []
    return tuple(
        Product(entry.name, entry.gtin, tuple(entry.photos), part)
        for entry, part in zip(header.products, parts, strict=True)
    )
