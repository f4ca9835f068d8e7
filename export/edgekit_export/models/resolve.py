"""What MODEL means: an ONNX file, an architecture by name, or the user's own factory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from edgekit.errors import ModelError, UsageError
from edgekit_export.models.options import ModelOptions
from edgekit_export.models.source_model import SourceModel

__all__ = ["resolve_model"]

_FACTORY: Final = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")

_CHECKPOINT_HINT: Final = "Name its architecture: edgekit export mobilenet_v2 --checkpoint FILE --classes FILE ..."
_OTHER_FILES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        **dict.fromkeys(
            (".pt", ".pth", ".ckpt", ".safetensors"), ("weights without an architecture", _CHECKPOINT_HINT)
        ),
        ".engine": ("a TensorRT engine, which runs on the device it was built on", "Give the ONNX file it came from."),
        ".plan": ("a TensorRT engine, which runs on the device it was built on", "Give the ONNX file it came from."),
        ".tflite": ("a TensorFlow Lite model", "Export it to ONNX first, in float."),
        ".pb": ("a TensorFlow model", "Export it to ONNX first, in float."),
        ".keras": ("a Keras model", "Export it to ONNX first, in float."),
        ".h5": ("a Keras model", "Export it to ONNX first, in float."),
        ".edgekit": ("a bundle, which is what export writes", "Give the model file that it was made from."),
    }
)


def resolve_model(named: str, options: ModelOptions) -> SourceModel:
    """Resolve MODEL.

    Raises:
        ModelError: no such file, architecture or factory, or it cannot be used.
        UsageError: an option is missing or does not go with this kind of model.
        MissingExtra: what this kind of model needs is not installed.
    """
    if options.input_size is not None and not 16 <= options.input_size <= 8192:
        raise UsageError(f"--input-size {options.input_size} is not a side of 16 to 8192 pixels.")
    path = Path(named)
    suffix = path.suffix.lower()
    if suffix in _OTHER_FILES:
        what, hint = _OTHER_FILES[suffix]
        raise ModelError(f"{named} is {what}." if path.exists() else f"{named}: no such file, and {what}.", hint=hint)
    if suffix == ".onnx" or path.is_file():
        from edgekit_export.models.onnx_file import model_from_onnx

        return model_from_onnx(path, options)
    if path.is_dir():
        raise ModelError(f"{named} is a folder; a model is a file, an architecture or package.module:factory.")
    if _FACTORY.match(named):
        from edgekit_export.models.factory import model_from_factory

        return model_from_factory(named, options)
    from edgekit_export.models.torch_zoo import model_from_zoo

    return model_from_zoo(named, options)
