"""`edgekit evaluate`: how good a bundle is on labelled pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["evaluate"]


def evaluate(
    bundle: Annotated[Path, typer.Argument(help="The bundle, NAME.edgekit.", show_default=False)],
    data: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Classifiers: a folder of class folders, or a CSV of path,label. Detectors: a folder with "
            "annotations.json (COCO) and images/.",
            show_default=False,
        ),
    ],
    encoding: Annotated[str, typer.Option(help="auto, float, fp16, int8-tensorrt or int8-cpu.")] = "auto",
    backend: Annotated[str, typer.Option(help="auto, onnxruntime, tensorrt, ...")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Measure a bundle's accuracy as the runtime would see it: top-1 and top-5, or COCO's mean average precision.

    Pictures that cannot be read are named and left out.

    Example: edgekit evaluate shop.edgekit --data coco-64/ --encoding int8-cpu
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from edgekit_export.cli.progress_bar import progress_bar
    from edgekit_export.evaluate import evaluate as run_evaluate
    from edgekit_export.evaluate.scores import METRIC_WORDS

    console = Console(stderr=True)
    with progress_bar(console) as progress:
        result = run_evaluate(bundle, data, encoding=encoding, backend=backend, progress=progress)
    for line in result.skipped:
        console.print(Text(f"Left out: {line}", style="yellow"), soft_wrap=True)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "task": result.task,
                    "encoding": result.encoding,
                    "backend": result.backend,
                    "images": result.images,
                    "metrics": dict(result.metrics),
                }
            )
        )
        return
    for note in result.notes:
        console.print(Text(note, style="dim"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("Encoding", "Backend", "Pictures", *(METRIC_WORDS[metric] for metric in result.metrics)):
        table.add_column(name, justify="left" if name in ("Encoding", "Backend") else "right")
    table.add_row(
        result.encoding, result.backend, str(result.images), *(f"{value:.4f}" for value in result.metrics.values())
    )
    Console().print(table)
