"""What the user named: a bundle's graph, an engine, an ONNX file, an architecture or a factory."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from edgekit.bundle.manifest import Preprocessing
from edgekit.errors import UsageError
from edgekit_export.compare.sides import Side
from edgekit_export.models.options import ModelOptions
from edgekit_export.needs import need

__all__ = ["ENGINE_SUFFIXES", "Named", "bundle_path", "is_torch_model", "open_sides"]

ENGINE_SUFFIXES: Final = frozenset({".engine", ".plan", ".trt"})


class Named(Protocol):
    """A model that was found; it may need to be told how pictures are prepared for it."""

    @property
    def name(self) -> str:
        """As the user named it."""

    @property
    def preprocessing(self) -> Preprocessing | None:
        """What it says itself; None where it does not."""

    def side(self, lent: Preprocessing | None) -> Side:
        """The model, ready to run.

        Args:
            lent: the other side's preprocessing, for a model that does not say its own.

        Raises:
            ModelError: it cannot be run, or its size does not fit `lent`.
            CapabilityError: this machine cannot run it.
        """


def open_sides(a: str, b: str, options_a: ModelOptions, options_b: ModelOptions) -> tuple[Side, Side]:
    """Find both models and make them ready.

    Args:
        a, b: each `NAME.edgekit[:ENCODING]`, an ONNX file, an engine (.plan), an architecture or
            package.module:factory.
        options_a, options_b: what the user says of each; a bundle says everything itself.

    Raises:
        UsageError: neither side says how pictures are prepared, or an option is missing.
        InputError: a model cannot be read.
        CapabilityError: this machine cannot run one of them.
        MissingExtra: what one of them needs is not installed.
    """
    need("onnx", "export", needed_for="edgekit compare")
    one, two = _find(a, options_a), _find(b, options_b)
    if one.preprocessing is None and two.preprocessing is None:
        raise UsageError(
            f"Neither {one.name} nor {two.name} says how pictures are prepared for it.",
            hint="Add --preprocess PRESET or FILE (yolox, yolov8, imagenet, ...), or compare with a bundle.",
        )
    return one.side(two.preprocessing), two.side(one.preprocessing)


def bundle_path(name: str) -> Path | None:
    """The bundle's file where `name` is NAME.edgekit or NAME.edgekit:ENCODING, else None."""
    before, colon, _ = name.rpartition(":")
    if colon and before.endswith(".edgekit"):
        return Path(before)
    return Path(name) if name.endswith(".edgekit") else None


def is_torch_model(name: str) -> bool:
    """Whether `name` is an architecture's or a factory's rather than a file's."""
    suffix = Path(name).suffix.lower()
    return bundle_path(name) is None and suffix not in ENGINE_SUFFIXES and suffix != ".onnx"


def _find(name: str, options: ModelOptions) -> Named:
    path = bundle_path(name)
    if path is not None:
        from edgekit_export.compare.bundle_graph import BundleGraph

        encoding = name.rpartition(":")[2] if str(path) != name else "float"
        return BundleGraph(name, path, encoding)
    if is_torch_model(name):
        from edgekit_export.compare.torch_model import TorchModel

        return TorchModel(name, options)
    if Path(name).suffix.lower() in ENGINE_SUFFIXES:
        from edgekit_export.compare.engine import EngineFile

        return EngineFile(name, Path(name))
    from edgekit_export.compare.onnx_graph import OnnxGraph

    return OnnxGraph(name, Path(name), options)
