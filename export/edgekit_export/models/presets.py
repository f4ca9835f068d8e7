"""Preprocessing contracts by name: one documented default for each decoder and family of models, as data."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError

from edgekit.bundle.manifest import ArithmeticSpec, DecoderSpec, GeometrySpec, Preprocessing
from edgekit.errors import ModelError, UsageError
from edgekit.vision.geometry import Anchor, Interpolation, ResizeMode

__all__ = [
    "DECODER_PRESETS",
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "PRESETS",
    "Preset",
    "default_preprocessing",
    "describe",
    "preprocessing_from",
    "preset_preprocessing",
]

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Preset:
    """A preprocessing contract without its size.

    Attributes:
        about: who uses it, for people.
        arithmetic: what happens inside the graph.
        mode: how a picture is fitted.
        anchor: letterbox only.
        pad_value: letterbox only; grey value of the padding.
        interpolation: how pixels are interpolated.
        shorter_per_crop: center_crop only: length of the shorter side after resizing / size of the crop.
    """

    about: str
    arithmetic: ArithmeticSpec
    mode: ResizeMode
    anchor: Anchor = Anchor.TOP_LEFT
    pad_value: int = 114
    interpolation: Interpolation = Interpolation.LINEAR
    shorter_per_crop: float = 1.0


_UNIT = 1.0 / 255.0

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "yolox": Preset(
            "YOLOX since 0.2: raw 0-255 pixels",
            ArithmeticSpec(order="bgr"),
            ResizeMode.LETTERBOX,
        ),
        "yolov8": Preset(
            "Ultralytics exports: 0-1 pixels, picture in the middle of the canvas",
            ArithmeticSpec(order="rgb", scale=_UNIT),
            ResizeMode.LETTERBOX,
            anchor=Anchor.CENTER,
        ),
        "ssd": Preset(
            "torchvision's SSDlite: stretched, -1 to 1",
            ArithmeticSpec(order="rgb", scale=_UNIT, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
            ResizeMode.STRETCH,
        ),
        "unit": Preset(
            "stretched, 0-1 pixels",
            ArithmeticSpec(order="rgb", scale=_UNIT),
            ResizeMode.STRETCH,
        ),
        "imagenet": Preset(
            "torchvision's classifiers: shorter side to 256 of 224, middle cut out, ImageNet mean and deviation",
            ArithmeticSpec(order="rgb", scale=_UNIT, mean=IMAGENET_MEAN, std=IMAGENET_STD),
            ResizeMode.CENTER_CROP,
            # Of OpenCV's ways, area comes nearest to torchvision's antialiased resize when a picture shrinks:
            # 35.4 dB against 28.4 (linear) and 24.9 (cubic), 20 COCO photographs to 256 pixels.
            interpolation=Interpolation.AREA,
            shorter_per_crop=256 / 224,
        ),
        "efficientnet-lite": Preset(
            "EfficientNet-Lite: shorter side to 256 of 224, middle cut out, (pixel - 127) / 128",
            ArithmeticSpec(order="rgb", mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0)),
            ResizeMode.CENTER_CROP,
            interpolation=Interpolation.CUBIC,
            shorter_per_crop=256 / 224,
        ),
    }
)

DECODER_PRESETS: Final[Mapping[str, str]] = MappingProxyType(
    {"yolox": "yolox", "yolov8": "yolov8", "ssd": "ssd", "boxes_scores": "unit", "classify": "imagenet"}
)
"""The default contract of each decoder for ONNX files; `classify` stands for every classifier."""


def preset_preprocessing(preset: Preset, size_hw: tuple[int, int]) -> Preprocessing:
    """The preset's contract at a size."""
    shorter = round(min(size_hw) * preset.shorter_per_crop) if preset.mode is ResizeMode.CENTER_CROP else None
    geometry = GeometrySpec(
        mode=preset.mode,
        size_hw=size_hw,
        anchor=preset.anchor,
        pad_value=preset.pad_value,
        interpolation=preset.interpolation,
        resize_shorter_px=shorter,
    )
    return Preprocessing(geometry=geometry, arithmetic=preset.arithmetic)


def default_preprocessing(decoder: DecoderSpec | None, size_hw: tuple[int, int]) -> tuple[Preprocessing, str]:
    """The documented default of a detector's decoder, or of classifiers where there is none; and its name in words."""
    kind = decoder.name if decoder else "classify"
    preset = DECODER_PRESETS[kind]
    who = f"decoder {kind}" if decoder else "classifiers"
    return preset_preprocessing(PRESETS[preset], size_hw), f"default of {who} (preset {preset})"


def preprocessing_from(named: str, size_hw: tuple[int, int]) -> tuple[Preprocessing, str]:
    """Read `--preprocess`: a preset's name, or a YAML or JSON file with `geometry` and `arithmetic`.

    A file's `geometry.size_hw` may be left out; the model's size then holds.

    Returns:
        The contract, and where it came from in words.

    Raises:
        UsageError: neither a preset nor a file.
        ModelError: the file is not a preprocessing contract, or is one for another size.
    """
    if named in PRESETS:
        return preset_preprocessing(PRESETS[named], size_hw), f"preset {named}"
    path = Path(named)
    if not path.is_file():
        near = difflib.get_close_matches(named, PRESETS, n=1)
        guess = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"--preprocess {named}: neither a file nor a preset.", hint=f"{guess}Presets: {', '.join(PRESETS)}."
        )
    return _from_file(path, size_hw), f"file {path.name}"


def _from_file(path: Path, size_hw: tuple[int, int]) -> Preprocessing:
    try:
        text = path.read_text(encoding="utf-8")
        content: Any = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path} cannot be read as a preprocessing contract: {reason}.") from error
    if not isinstance(content, dict) or not isinstance(content.get("geometry"), dict):
        raise ModelError(
            f"{path} is no preprocessing contract: it needs the sections geometry and arithmetic.",
            hint="For example: {geometry: {mode: letterbox}, arithmetic: {order: bgr}}",
        )
    geometry = {"size_hw": list(size_hw), **content["geometry"]}
    try:
        contract = Preprocessing.model_validate({"arithmetic": {}, **content, "geometry": geometry})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: {where}: {first['msg']}.") from error
    if contract.geometry.size_hw != size_hw:
        raise ModelError(
            f"{path} prepares pictures of {_size(contract.geometry.size_hw)}; the model takes {_size(size_hw)}.",
            hint="Leave size_hw out of the file to take the model's.",
        )
    return contract


def _size(size_hw: tuple[int, int]) -> str:
    return f"{size_hw[1]}x{size_hw[0]} (width x height)"


def describe(preprocessing: Preprocessing) -> str:
    """One line for people.

    >>> describe(preset_preprocessing(PRESETS["yolox"], (416, 416)))
    'BGR, 0-255, letterbox 416x416 top left, padding 114, linear'
    """
    geometry, arithmetic = preprocessing.geometry, preprocessing.arithmetic
    height, width = geometry.size_hw
    fit = {
        ResizeMode.LETTERBOX: f"letterbox {width}x{height} {geometry.anchor.value.replace('_', ' ')}"
        f", padding {geometry.pad_value}",
        ResizeMode.STRETCH: f"stretched to {width}x{height}",
        ResizeMode.CENTER_CROP: f"shorter side to {geometry.resize_shorter_px or min(geometry.size_hw)}"
        f", {width}x{height} cut from the middle",
    }[geometry.mode]
    pixel_range = "0-255" if arithmetic.scale == 1.0 else "0-1" if abs(arithmetic.scale - _UNIT) < 1e-9 else None
    parts = [arithmetic.order.upper(), pixel_range or f"pixel * {arithmetic.scale:g}"]
    if any(arithmetic.mean):
        parts.append(f"minus {_three(arithmetic.mean)}")
    if arithmetic.std != (1.0, 1.0, 1.0):
        parts.append(f"over {_three(arithmetic.std)}")
    return ", ".join([*parts, fit, geometry.interpolation.value])


def _three(values: tuple[float, float, float]) -> str:
    return f"{values[0]:g}" if len(set(values)) == 1 else "/".join(f"{value:g}" for value in values)
