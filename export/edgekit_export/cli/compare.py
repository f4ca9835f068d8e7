"""`edgekit compare`: two models on the same pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from edgekit_export.compare.compare import Pictures

__all__ = ["compare"]

_WHAT = "shop.edgekit, shop.edgekit:int8-cpu, net.onnx, an engine (.plan), an architecture or package.module:factory."


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=_WHAT, show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="The same kinds; what is measured is B against A.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PICTURES",
            help="A folder, a video, a list or a picture; may be given several times. Without it a bundle's own "
            "golden pictures are taken, which are few.",
        ),
    ] = None,
    layers: Annotated[
        bool, typer.Option("--layers", help="Walk through both graphs and say which layers part them.")
    ] = False,
    below: Annotated[
        float, typer.Option(metavar="DB", help="--layers: from where on a layer counts as parted.")
    ] = 20.0,
    pictures: Annotated[int, typer.Option(metavar="N", min=1, help="Take at most N pictures, evenly spread.")] = 64,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
    preprocess: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|PRESET",
            help="How pictures are prepared for a model file: yolox, yolov8, ssd, unit, imagenet, efficientnet-lite, "
            "or a YAML file. A bundle says it itself, for both.",
        ),
    ] = None,
    task: Annotated[str | None, typer.Option(help="classify or detect; for ONNX files.")] = None,
    decoder: Annotated[
        str | None,
        typer.Option(metavar="NAME[:KEY=VALUE,...]", help="How an ONNX detector's outputs are read."),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Weights for an architecture; twice where A and B both are architectures."),
    ] = None,
    classes: Annotated[Path | None, typer.Option(metavar="FILE", help="Class names of an architecture.")] = None,
    input_size: Annotated[
        int | None, typer.Option(metavar="N", help="Side of the square input, where a model leaves it open.")
    ] = None,
) -> None:
    """Run two models on the same pictures and say how far they part: outputs, best classes or boxes, and layers.

    SQNR is the power of A's values over that of the difference: 20 dB means a tenth of the amplitude, 100 dB and
    more is rounding. Graphs are run by ONNX Runtime as they are written, int8-cpu as a device would.

    Did the export change anything?  edgekit compare mobilenet_v2 net.onnx --checkpoint weights.pt --data pictures/

    Which layers does INT8 lose?  edgekit compare shop.edgekit shop.edgekit:int8-cpu --data pictures/ --layers

    Example: edgekit compare yolox_nano.onnx shop.edgekit:int8-tensorrt --data pictures/
    """
    from rich.console import Console
    from rich.text import Text

    from edgekit_export.cli.progress_bar import progress_bar
    from edgekit_export.cli.words import task_from
    from edgekit_export.compare import WalkOptions, open_sides
    from edgekit_export.compare import compare as run_compare
    from edgekit_export.compare.terminal import ComparisonView
    from edgekit_export.models import ModelOptions

    files = _checkpoints(a, b, checkpoint or [])
    options = [
        ModelOptions(
            task=task_from(task),
            decoder=decoder,
            checkpoint=file,
            classes=classes,
            preprocess=preprocess,
            input_size=input_size,
        )
        for file in files
    ]
    stream = _open_data(data, pictures)
    console = Console(stderr=True)
    with progress_bar(console) as progress:
        progress("Reading the models", 0, 1)
        one, two = open_sides(a, b, *options)
        progress("Reading the models", 1, 1)
        try:
            found = run_compare(
                one,
                two,
                stream or _golden(a, b),
                layers=WalkOptions(threshold_db=below) if layers else None,
                progress=progress,
            )
        finally:
            one.runner.close()
            two.runner.close()
    for line in found.skipped:
        console.print(Text(f"Left out: {line}", style="yellow"), soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(found.to_json()))
        return
    Console(highlight=False).print(ComparisonView(found))


def _checkpoints(a: str, b: str, files: list[Path]) -> tuple[Path | None, Path | None]:
    """Which checkpoint belongs to which side."""
    from edgekit.errors import UsageError
    from edgekit_export.compare.naming import is_torch_model

    takers = [name for name in (a, b) if is_torch_model(name)]
    if len(files) > len(takers):
        which = f"{len(files)} are given, and only {takers[0]} is one" if takers else "neither A nor B is its name"
        raise UsageError(
            f"--checkpoint holds the weights of an architecture: {which}.",
            hint="For example: edgekit compare mobilenet_v2 net.onnx --checkpoint weights.pt --data DIR",
        )
    if len(takers) == 2:
        return (files[0] if files else None), (files[1] if len(files) > 1 else None)
    file = files[0] if files else None
    return (file, None) if is_torch_model(a) else (None, file)


def _open_data(data: list[Path] | None, most: int) -> Pictures | None:
    from edgekit_export.picture_stream import open_pictures

    return open_pictures(data, max_pictures=most) if data else None


def _golden(a: str, b: str) -> Pictures:
    """The golden pictures of the first bundle among both.

    Raises:
        UsageError: neither is a bundle.
    """
    from edgekit.bundle.bundle import Bundle
    from edgekit.errors import UsageError
    from edgekit_export.compare import PreparedPictures
    from edgekit_export.compare.naming import bundle_path

    path = next(filter(None, map(bundle_path, (a, b))), None)
    if path is None:
        raise UsageError("--data is missing: on which pictures shall they be compared?", hint="Add --data DIR")
    return PreparedPictures(f"golden picture of {path.name}", tuple(Bundle.open(path).golden().inputs))
