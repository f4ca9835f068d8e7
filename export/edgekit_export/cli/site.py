"""A bare `edgekit export`: what the `export:` section of edgekit.yaml says, options on the command line first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from edgekit.bundle.manifest import Task
from edgekit.config.loading import load_site
from edgekit.errors import UsageError
from edgekit_export.export import ExportRequest
from edgekit_export.models import ModelOptions

__all__ = ["request_from_site"]

_SECTION = "export: {model: products.onnx, task: detect, decoder: yolox, calibration: calibration/}"


def request_from_site(path: Path, asked: ExportRequest, *, output: Path | None) -> ExportRequest:
    """The request that edgekit.yaml and the command line make together.

    Args:
        path: edgekit.yaml.
        asked: what the command line says; its `model` and `output` are not looked at.
        output: the bundle that the command line names, or None: then the file's model.

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
    chosen = asked.calibration or ((section.calibration,) if section.calibration else ())
    if asked.int8 and not chosen:
        raise UsageError(
            f"--int8 needs calibration pictures: {path.name} has no export.calibration.",
            hint="Add it (a folder of pictures or a video), or give --calibration DIR.",
        )
    options = asked.options
    merged = ModelOptions(
        task=options.task or (Task(section.task) if section.task else None),
        decoder=options.decoder or section.decoder,
        checkpoint=options.checkpoint or section.checkpoint,
        classes=options.classes or section.classes,
        preprocess=options.preprocess or section.preprocess,
        input_size=options.input_size or section.input_size,
    )
    return replace(
        asked,
        model=section.model,
        output=target,
        options=merged,
        calibration=chosen,
        data=asked.data or section.data,
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
