"""The architectures that edgekit knows by name, with the preprocessing that each documents, as data."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from edgekit.bundle.manifest import Preprocessing, Task
from edgekit.errors import ModelError
from edgekit.vision.geometry import Interpolation
from edgekit_export.models.presets import PRESETS, preset_preprocessing

__all__ = ["REFUSED", "ZOO", "Architecture", "architecture", "architecture_preprocessing"]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A model that is built by name.

    Attributes:
        name: as torchvision or its own package calls it.
        package: who builds it: "torchvision" or "efficientnet_lite_pytorch".
        task: what it does.
        preset: arithmetic and fit, a name of PRESETS.
        size_px: side of its square input.
        resize_shorter_px: classifiers: shorter side before the middle is cut out.
        interpolation: how pixels are interpolated.
        class_offset: outputs that are no classes (a detector's background).
    """

    name: str
    package: str
    task: Task
    preset: str
    size_px: int
    resize_shorter_px: int | None = None
    interpolation: Interpolation = Interpolation.AREA
    class_offset: int = 0


def _classifier(name: str, resize_px: int, crop_px: int) -> Architecture:
    return Architecture(name, "torchvision", Task.CLASSIFY, "imagenet", crop_px, resize_px)


# Sizes are those of each architecture's DEFAULT weights in torchvision 0.28; tests/torch compares them.
# torchvision resizes with antialiasing, which OpenCV's area interpolation comes nearest to (see presets).
_ARCHITECTURES: Final = (
    _classifier("mobilenet_v2", 232, 224),
    _classifier("mobilenet_v3_small", 256, 224),
    _classifier("mobilenet_v3_large", 232, 224),
    _classifier("efficientnet_b0", 256, 224),
    _classifier("efficientnet_b1", 255, 240),
    _classifier("efficientnet_b2", 288, 288),
    _classifier("efficientnet_b3", 320, 300),
    _classifier("efficientnet_b4", 384, 380),
    _classifier("efficientnet_v2_s", 384, 384),
    _classifier("resnet18", 256, 224),
    _classifier("resnet50", 232, 224),
    # Trained with (x - 127) / 128 and TensorFlow's bicubic resize: 84.4 % top-1 on 250 ImageNet pictures against
    # 74.8 % with ImageNet's mean and deviation, which its package's own example uses.
    Architecture(
        "efficientnet_lite0",
        "efficientnet_lite_pytorch",
        Task.CLASSIFY,
        "efficientnet-lite",
        224,
        256,
        Interpolation.CUBIC,
    ),
    Architecture(
        "ssdlite320_mobilenet_v3_large",
        "torchvision",
        Task.DETECT,
        "ssd",
        320,
        interpolation=Interpolation.LINEAR,
        class_offset=1,
    ),
)

ZOO: Final[Mapping[str, Architecture]] = MappingProxyType({known.name: known for known in _ARCHITECTURES})

REFUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fasterrcnn_mobilenet_v3_large_320_fpn": (
            "Faster R-CNN proposes regions and pools features inside its graph (TopK, NonMaxSuppression, RoiAlign on "
            "shapes that depend on the picture), which takes batch 1 only and keeps its heads out of INT8"
        ),
    }
)


def architecture(name: str) -> Architecture:
    """The architecture called `name`.

    Raises:
        ModelError: there is none (with the nearest names), or its graph cannot be served well.
    """
    if name in REFUSED:
        works = [known.name for known in _ARCHITECTURES if known.task is Task.DETECT]
        raise ModelError(
            f"{name} is not supported: {REFUSED[name]}.",
            hint=f"Use {', '.join(works)}, or a YOLOX or YOLOv8 detector as an ONNX file.",
        )
    if name not in ZOO:
        near = difflib.get_close_matches(name, [*ZOO, *REFUSED], n=3, cutoff=0.5)
        guess = f"Nearest: {', '.join(near)}. " if near else ""
        raise ModelError(
            f"{name} is neither a file nor an architecture that edgekit knows.",
            hint=f"{guess}Known: {', '.join(ZOO)}; or give an .onnx file, or package.module:factory.",
        )
    return ZOO[name]


def architecture_preprocessing(known: Architecture, input_size: int | None) -> Preprocessing:
    """Its documented contract; at another input size the resize keeps its proportion to the crop."""
    side = input_size or known.size_px
    contract = preset_preprocessing(PRESETS[known.preset], (side, side))
    geometry = contract.geometry.model_copy(update={"interpolation": known.interpolation})
    if known.resize_shorter_px is not None:
        shorter = round(side * known.resize_shorter_px / known.size_px)
        geometry = geometry.model_copy(update={"resize_shorter_px": shorter})
    return contract.model_copy(update={"geometry": geometry})
