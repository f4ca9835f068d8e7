"""SourceModel: what every way of naming a model resolves to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgekit.bundle.manifest import DecoderSpec, Preprocessing, Task

__all__ = ["SourceModel"]


@dataclass(frozen=True, slots=True, eq=False)
class SourceModel:
    """A trained model in float, and everything that its file does not say itself.

    Attributes:
        onnx: onnx.ModelProto; one float32 input, batch 1 or symbolic, fixed height and width.
        name: short name, such as "yolox_nano".
        task: what it does.
        class_names: index to name; empty only for `embed`.
        classes_from: where the names came from, for people.
        preprocessing: what a picture goes through before the model.
        preprocessing_from: where that came from, for people.
        decoder: how its outputs are read.
        source: file name or architecture; no path of this machine.
        source_sha256: of the file or checkpoint that was read, or None.
        architecture: a name of the zoo or of the user's factory, or None for ONNX files.
        notes: further things that a person should be told, one line each.
        module: the torch module that `onnx` was traced from, or None.
    """

    onnx: Any
    name: str
    task: Task
    class_names: tuple[str, ...]
    classes_from: str
    preprocessing: Preprocessing
    preprocessing_from: str
    decoder: DecoderSpec
    source: str
    source_sha256: str | None = None
    architecture: str | None = None
    notes: tuple[str, ...] = ()
    module: Any = None
