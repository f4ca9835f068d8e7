"""An ONNX file as a SourceModel: what it says itself, what the options say, and documented defaults for the rest."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from edgekit.bundle.manifest import DecoderSpec, Preprocessing, Task
from edgekit.errors import ModelError, UsageError
from edgekit_export.models.class_names import resolve_names
from edgekit_export.models.options import ModelOptions
from edgekit_export.models.outputs import choose_decoder, decoder_from_text
from edgekit_export.models.presets import default_preprocessing, preprocessing_from
from edgekit_export.models.probe import InputInfo, float_input, run_once
from edgekit_export.models.source_model import SourceModel
from edgekit_export.needs import need

__all__ = ["model_from_onnx"]

# What Ultralytics writes as `task` into a file's metadata.
_TASKS = {"classify": Task.CLASSIFY, "detect": Task.DETECT}


def model_from_onnx(path: Path, options: ModelOptions) -> SourceModel:
    """Resolve an ONNX file.

    Raises:
        ModelError: the file, its classes or its preprocessing cannot be used.
        UsageError: an option is missing, or does not fit an ONNX file.
    """
    if options.checkpoint is not None:
        raise UsageError(f"--checkpoint does not go with {path.name}: an ONNX file holds its own weights.")
    need("onnx", "export", needed_for="edgekit export")
    from edgekit_export.graph.loading import load_onnx

    if path.is_dir():
        raise ModelError(f"{path} is a folder; the model file lies in it, or is another one.")
    if not path.is_file():
        raise ModelError(f"{path}: no such model file.")
    model = load_onnx(path)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    task = options.task or _TASKS.get(metadata.get("task", ""))
    if task is None:
        raise UsageError(f"{path.name} does not say what it does.", hint="Add --task classify, detect or embed.")
    decoder = decoder_from_text(options.decoder) if options.decoder else None
    if task is not Task.DETECT and options.decoder is not None:
        raise UsageError(f"--decoder {options.decoder} is for detectors; the task is {task.value}.")
    info = float_input(model, path.name)
    size_hw = _size(path, info, options)
    _fix_size(model, info, size_hw)
    model, cut = _embedding(model, path.name) if task is Task.EMBED else (model, ())
    outputs = run_once(model, info, size_hw)
    reading = choose_decoder(model, outputs, task, decoder, size_hw, path.name)
    classes = resolve_names(reading.classes, file=options.classes, metadata=metadata)
    preprocessing, origin = _preprocessing(decoder, info, size_hw, options)
    return SourceModel(
        onnx=model,
        name=path.stem,
        task=task,
        class_names=classes.names,
        classes_from=classes.origin,
        preprocessing=preprocessing,
        preprocessing_from=origin,
        decoder=reading.decoder,
        source=path.name,
        source_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        notes=(*reading.notes, *cut),
    )


def _embedding(model: Any, where: str) -> tuple[Any, tuple[str, ...]]:
    """The model as one that embeds, and what was done for that, in words."""
    from edgekit_export.graph.backbone import without_classifier

    backbone = without_classifier(model, where)
    return backbone.model, () if backbone.note is None else (backbone.note,)


def _size(path: Path, info: InputInfo, options: ModelOptions) -> tuple[int, int]:
    height, width = (side or options.input_size for side in info.size_hw)
    if height is None or width is None:
        raise UsageError(
            f"{path.name} leaves its input size open.",
            hint="Add --input-size N (pixels), for example --input-size 640.",
        )
    if options.input_size not in (None, height) or options.input_size not in (None, width):
        raise ModelError(
            f"{path.name} takes {width}x{height} pixels and no other size; "
            f"--input-size {options.input_size} was given.",
            hint="Leave --input-size out, or export the model file again with that size.",
        )
    return height, width


def _fix_size(model: Any, info: InputInfo, size_hw: tuple[int, int]) -> None:
    for value in model.graph.input:
        if value.name == info.name:
            dims = value.type.tensor_type.shape.dim
            first = 2 if info.layout == "nchw" else 1
            dims[first].dim_value, dims[first + 1].dim_value = size_hw


def _preprocessing(
    decoder: DecoderSpec | None, info: InputInfo, size_hw: tuple[int, int], options: ModelOptions
) -> tuple[Preprocessing, str]:
    if options.preprocess is not None:
        contract, origin = preprocessing_from(options.preprocess, size_hw)
    else:
        contract, origin = default_preprocessing(decoder, size_hw)
    arithmetic = contract.arithmetic.model_copy(update={"layout": info.layout})
    return contract.model_copy(update={"arithmetic": arithmetic}), origin
