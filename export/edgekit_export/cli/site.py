"""A bare `edgekit export`: what the `export:` section of edgekit.yaml says, options on the command line first."""

from __future__ import annotations

from pathlib import Path

from edgekit_calibration import Method

from edgekit.bundle.manifest import Task
from edgekit.config.loading import load_site
from edgekit.errors import UsageError
from edgekit_export.export import ExportRequest
from edgekit_export.models import ModelOptions

__all__ = ["request_from_site"]

_SECTION = "export: {model: products.onnx, task: detect, decoder: yolox, calibration: calibration/}"


def request_from_site(
    path: Path,
    options: ModelOptions,
    *,
    int8: bool,
    calibration: tuple[Path, ...],
    output: Path | None,
    data: Path | None,
    max_images: int,
    licence: str | None,
    max_drop: float | None,
    target_latency_ms: float | None,
    method: Method,
    table: Path | None,
    equalize: bool,
    correct_bias: bool,
    adaround: bool,
) -> ExportRequest:
    """The request that edgekit.yaml and the command line make together.

    Raises:
        UsageError: no file, no section, no model to write; says exactly what is missing.
        ConfigError: the file is wrong.
    """
    if not path.is_file():
        raise UsageError(
            f"MODEL is missing, and there is no {path.name} in this folder whose section export: could name it.",
            hint="Give MODEL --int8 --calibration DIR -o NAME.edgekit, or let `edgekit init` write an edgekit.yaml.",
        )
    site = load_site(path)
    section = site.export
    if section is None:
        raise UsageError(
            f"MODEL is missing, and {path.name} has no section export: that could name it.",
            hint=f"Add for example {_SECTION}",
        )
    target = output or _target(path, site.models)
    chosen = calibration or ((section.calibration,) if section.calibration else ())
    if int8 and not chosen:
        raise UsageError(
            f"--int8 needs calibration pictures: {path.name} has no export.calibration.",
            hint="Add it (a folder of pictures or a video), or give --calibration DIR.",
        )
    merged = ModelOptions(
        task=options.task or (Task(section.task) if section.task else None),
        decoder=options.decoder or section.decoder,
        checkpoint=options.checkpoint or section.checkpoint,
        classes=options.classes or section.classes,
        preprocess=options.preprocess or section.preprocess,
        input_size=options.input_size or section.input_size,
    )
    return ExportRequest(
        model=section.model,
        output=target,
        options=merged,
        int8=int8,
        calibration=chosen,
        max_images=max_images,
        data=data or section.data,
        licence=licence,
        max_drop=max_drop,
        target_latency_ms=target_latency_ms,
        method=method,
        table=table,
        equalize=equalize,
        correct_bias=correct_bias,
        adaround=adaround,
    )


def _target(path: Path, models: dict[str, Path]) -> Path:
    if len(models) == 1:
        return next(iter(models.values()))
    if not models:
        raise UsageError(
            f"Where shall the bundle go? {path.name} names no model.", hint="Add model: products.edgekit, or give -o."
        )
    raise UsageError(
        f"Where shall the bundle go? {path.name} names several models ({', '.join(models)}).",
        hint="Say which: -o NAME.edgekit",
    )
