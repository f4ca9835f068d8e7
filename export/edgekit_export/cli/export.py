"""`edgekit export`: a trained model becomes a bundle."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["export"]

_MODEL = "An ONNX file, an architecture (mobilenet_v2, efficientnet_lite0, ...) or package.module:factory."


def export(
    model: Annotated[str | None, typer.Argument(help=_MODEL, metavar="MODEL", show_default=False)] = None,
    int8: Annotated[bool, typer.Option("--int8", help="Write both INT8 encodings too; needs --calibration.")] = False,
    calibration: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR|VIDEO|LIST", help="Pictures of the shop to take ranges from; may be given several times."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="NAME.edgekit", help="The bundle.")] = None,
    task: Annotated[str | None, typer.Option(help="classify, detect or embed; for ONNX files.")] = None,
    decoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:KEY=VALUE,...]",
            help="How a detector's outputs are read: yolox, yolov8, ssd or boxes_scores.",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Weights for an architecture: .pt (weights only) or .safetensors."),
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Class names: one a line, a CSV with a column name, JSON or YAML."),
    ] = None,
    preprocess: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|PRESET",
            help="Preprocessing: yolox, yolov8, ssd, unit, imagenet, efficientnet-lite, or a YAML file.",
        ),
    ] = None,
    input_size: Annotated[
        int | None, typer.Option(metavar="N", help="Side of the square input, where the model leaves it open.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="LABELLED", help="Labelled pictures to measure every encoding on.")
    ] = None,
    calibration_images: Annotated[
        int | None, typer.Option(metavar="N", help="Use at most N calibration pictures (default 256).")
    ] = None,
    max_drop: Annotated[
        float | None,
        typer.Option(
            metavar="POINTS",
            help="Most points each INT8 encoding may lose: of top-1 or mAP on --data, else of agreement with float. "
            "Layers go back to float until that holds; if it cannot, nothing is written and the export says why.",
        ),
    ] = None,
    target_latency: Annotated[
        float | None,
        typer.Option(
            metavar="MS",
            help="Most milliseconds int8-cpu may take for a picture on this machine: more layers become INT8 until "
            "that holds (within --max-drop where given); if it cannot, nothing is written and the export says why.",
        ),
    ] = None,
    equalize: Annotated[
        bool,
        typer.Option(
            "--equalize",
            help="Also bring the channels of noisy activations to one range (about half a minute); kept where it "
            "helps, as the other repairs.",
        ),
    ] = False,
    bias_correction: Annotated[
        bool | None,
        typer.Option(
            "--bias-correction/--no-bias-correction",
            help="Correct biases layer by layer, each on what comes before (by default where there is noise to mend); "
            "kept where it helps.",
        ),
    ] = None,
    adaround: Annotated[
        bool | None,
        typer.Option(
            "--adaround/--no-adaround",
            help="Round weights anew, block by block, on what comes before (by default where there is noise to mend; "
            "half a minute or so); a block is kept where it helps.",
        ),
    ] = None,
    calibration_method: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="How ranges are chosen: mse, percentile, entropy, min-max, or auto, which takes for each tensor what "
            "errs least on other pictures.",
        ),
    ] = "auto",
    calibration_table: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Ranges of an earlier export (its bundle or calibration.json), where nothing changed."
        ),
    ] = None,
    cache: Annotated[
        bool,
        typer.Option(
            "--cache/--no-cache",
            help="Keep the steps of quantizing in the user's cache (1 GB at most): an interrupted export goes on where "
            "it was, and a second one with the same pictures is soon done.",
        ),
    ] = True,
    licence: Annotated[str | None, typer.Option(help="The model's licence, for the bundle.")] = None,
) -> None:
    """Turn a trained model into a bundle: NAME.edgekit, with its report beside it in NAME.report/.

    Without MODEL, the section `export:` of edgekit.yaml in this folder says what to export.

    Each decoder and architecture has a default preprocessing, which is printed: yolox takes BGR, 0-255, letterbox
    top left, padding 114; yolov8 RGB, 0-1, letterbox in the middle; classifiers ImageNet's.

    Example: edgekit export yolox_nano.onnx --task detect --decoder yolox --int8 --calibration pictures/ -o shop.edgekit
    """
    from rich.console import Console
    from rich.text import Text

    from edgekit.bundle.manifest import Task
    from edgekit.config.environment import cache_folder
    from edgekit.errors import UsageError
    from edgekit_export.calibration_images import DEFAULT_MAX_IMAGES
    from edgekit_export.cli.progress_bar import progress_bar
    from edgekit_export.cli.site import request_from_site
    from edgekit_export.cli.words import method_from, task_from
    from edgekit_export.export import ExportRequest
    from edgekit_export.export import export as run_export
    from edgekit_export.models import ModelOptions
    from edgekit_export.report.terminal import report_terminal

    options = ModelOptions(
        task=task_from(task),
        decoder=decoder,
        checkpoint=checkpoint,
        classes=classes,
        preprocess=preprocess,
        input_size=input_size,
    )
    asked = ExportRequest(
        model=model or "",
        output=output or Path(),
        options=options,
        int8=int8,
        calibration=tuple(calibration or ()),
        max_images=DEFAULT_MAX_IMAGES if calibration_images is None else calibration_images,
        data=data,
        licence=licence,
        max_drop=max_drop,
        target_latency_ms=target_latency,
        method=method_from(calibration_method),
        table=calibration_table,
        equalize=equalize,
        correct_bias=bias_correction,
        adaround=adaround,
        cache=cache_folder() if cache else None,
    )
    if model is None:
        request = request_from_site(Path("edgekit.yaml"), asked, output=output)
    elif output is None:
        raise UsageError("-o is missing: where shall the bundle go?", hint=f"Add -o {_stem(model)}.edgekit")
    else:
        request = asked
    console = Console(stderr=True)
    with progress_bar(console) as progress:
        result = run_export(request, progress=progress)
    console.print()
    for name, text in result.report.model.items():
        console.print(Text(f"{name:<14} {text}"))
    for line in result.report.skipped:
        console.print(Text(f"Left out       {line}", style="yellow"))
    console.print()
    console.print(report_terminal(result.report))
    console.print()
    console.print(Text(f"Bundle   {result.bundle} ({result.bundle.stat().st_size / 1e6:.1f} MB)"), soft_wrap=True)
    console.print(Text(f"Report   {result.report_html}"), soft_wrap=True)
    bundle = shlex.quote(str(result.bundle))
    embeds = request.options.task is Task.EMBED
    then = f"enroll PRODUCT photos/*.jpg --model {bundle}" if embeds else f"run --model {bundle} --camera 0"
    console.print(Text(f"Next     edgekit {then}"), soft_wrap=True)


def _stem(model: str) -> str:
    return Path(model).stem if model.endswith(".onnx") else model.rpartition(":")[2]
