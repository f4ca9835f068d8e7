"""`edgekit similar`: what enrolled product a photo shows, or that it shows none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def similar(
    photo: Annotated[Path, typer.Argument(help="The photo to look up.")],
    model: Annotated[Path, typer.Option(help="The bundle that the index was made with.")] = Path("embed.edgekit"),
    index: Annotated[Path, typer.Option(help="What `edgekit enroll` wrote.")] = Path("products.index"),
    top: Annotated[int, typer.Option(min=1, help="Show the best so many.")] = 5,
    among: Annotated[
        list[str] | None, typer.Option(metavar="PRODUCT", help="Only these products; may be given several times.")
    ] = None,
    backend: Annotated[str, typer.Option(help="auto, onnxruntime, openvino, tensorrt or tensorrt-rtx.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which enrolled product a photo shows, with probabilities; `unknown` where none of them is likely enough.

    The least probability is the index's own: at most 5 % of photos of products that are left out reach it.

    Example: edgekit similar photo.jpg --top 3
    """
    from edgekit.recognition.enrolment import embedded, load_embedder
    from edgekit.recognition.index import read_index
    from edgekit.recognition.recogniser import Recogniser
    from edgekit.recognition.views import QUERY_VIEWS

    enrolled = read_index(index)
    recogniser = Recogniser(enrolled, candidates=among, query_views=QUERY_VIEWS)
    loaded = load_embedder(model, enrolled, where=str(index), backend=backend)
    try:
        guesses = recogniser.guesses(embedded(loaded, photo), top=top)[0]
    finally:
        loaded.close()
    accepted = next((guess for guess in guesses if guess.accepted), None)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "photo": str(photo),
                    "product": accepted.product if accepted else None,
                    "min_probability": round(recogniser.calibration.min_probability, 4),
                    "guesses": [
                        {"product": one.product, "gtin": one.gtin, "probability": round(one.probability, 4)}
                        for one in guesses
                    ],
                },
                ensure_ascii=False,
            )
        )
        return
    least = f"{recogniser.calibration.min_probability:.0%}"
    typer.echo(accepted.product if accepted else f"unknown (no product reaches {least})")
    for one in guesses:
        typer.echo(f"  {one.probability:6.1%}  {one.product}{f'  {one.gtin}' if one.gtin else ''}")
    if recogniser.calibration.held_out < _FEW:
        held = recogniser.calibration.held_out
        typer.echo(f"  ({held} photos to go by: with some dozens, five of each product, probabilities mean more)")


_FEW = 40
