"""`edgekit enroll`: products by a few photos each, without training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.errors import UsageError

if TYPE_CHECKING:
    from edgekit.recognition.index import Index

_INDEX = Path("products.index")


def enroll(
    product: Annotated[
        str | None, typer.Argument(help="The product's name, as planograms call it.", show_default=False)
    ] = None,
    photos: Annotated[
        list[Path] | None, typer.Argument(help="Photos of it alone, or folders of them; five do well.")
    ] = None,
    model: Annotated[Path, typer.Option(help="The bundle that embeds (edgekit export MODEL --task embed).")] = Path(
        "embed.edgekit"
    ),
    index: Annotated[Path, typer.Option(help="The index; it is made where there is none.")] = _INDEX,
    gtin: Annotated[str | None, typer.Option(help="The product's GTIN: 8, 12, 13 or 14 digits.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the product out of the index.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Print the products of the index.")] = False,
    encoding: Annotated[
        str, typer.Option(help="Of a new index: auto, float, fp16, int8-tensorrt or int8-cpu.")
    ] = "auto",
    backend: Annotated[str, typer.Option(help="auto, onnxruntime, openvino, tensorrt or tensorrt-rtx.")] = "auto",
) -> None:
    """Enrol a product by photos of it, so that it is recognised: in photos (similar) and on the shelf (run).

    Photos that show the product as the camera will, and the sides it may turn to the front, help most. Enrolling more
    photos of a product adds to what is there.

    Example: edgekit enroll "oat milk" photos/oat-milk/*.jpg --gtin 4006381333931
    """
    from edgekit.errors import DataError
    from edgekit.recognition.enrolment import enrol, load_embedder
    from edgekit.recognition.index import read_index, write_index
    from edgekit.recognition.photos import photos_of
    from edgekit.shelf.gtin import normalised

    if show:
        _list(read_index(index))
        return
    if product is None:
        raise UsageError("PRODUCT is missing.", hint='edgekit enroll "oat milk" photos/*.jpg')
    if remove:
        before = read_index(index)
        if before.product(product) is None:
            raise DataError(f"{index}: {product!r} is not enrolled.", hint=f"edgekit enroll --list --index {index}")
        write_index(index, before.without(product))
        typer.echo(f"{index}: {product} is out")
        return
    if not photos:
        raise UsageError(f"Photos of {product!r} are missing.", hint=f"edgekit enroll {product!r} photos/*.jpg")
    try:
        number = None if gtin is None else normalised(gtin)
    except ValueError as error:
        raise UsageError(f"--gtin: {error}.") from error
    old = read_index(index) if index.exists() else None
    loaded = load_embedder(model, old, where=str(index), encoding=encoding, backend=backend)
    try:
        done = enrol(old, loaded, product, photos_of(photos), gtin=number)
    finally:
        loaded.close()
    write_index(index, done.index)
    entry = done.index.product(product)
    again = f" ({done.known} were in it already)" if done.known else ""
    total = len(entry.photos) if entry else 0
    typer.echo(f"{index}: {product}, {_count(total, 'photo')}{again}; {_count(len(done.index.products), 'product')}")


def _list(index: Index) -> None:
    typer.echo(f"model {index.model_sha256[:12]}, {index.encoding}, {_count(len(index.products), 'product')}")
    for product in index.products:
        typer.echo(f"  {product.name}  {product.gtin or '-'}  {_count(len(product.photos), 'photo')}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
