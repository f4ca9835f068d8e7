"""ModelOptions: what a person may say of a model besides naming it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgekit.bundle.manifest import Task

__all__ = ["ModelOptions"]


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """The options of `edgekit export` that say what a model is.

    Attributes:
        task: what it does; needed for ONNX files that do not say it themselves.
        decoder: how a detector's outputs are read; needed for ONNX detectors.
        checkpoint: weights for an architecture of the zoo or the user's own module.
        classes: file with the class names.
        preprocess: a preset's name or a file.
        input_size: side of the square input in pixels, where the model leaves it open.
    """

    task: Task | None = None
    decoder: str | None = None
    checkpoint: Path | None = None
    classes: Path | None = None
    preprocess: str | None = None
    input_size: int | None = None
