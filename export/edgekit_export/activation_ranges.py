"""What a bundle's float graph makes of pictures: ranges that come to rest, and pictures that go beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from edgekit_calibration.convergence import Convergence
from edgekit_calibration.gathering import Gathering
from numpy.typing import NDArray

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding
from edgekit.errors import ModelError
from edgekit.frame import Pixels
from edgekit.vision.geometry import prepare
from edgekit_export.needs import need

__all__ = ["MAX_BEYOND", "ActivationRanges", "Coverage"]

_BEYOND: Final = 0.10
"""A tensor goes beyond its range where a value lies outside by this share of the range's width."""

MAX_BEYOND: Final = 0.08
"""Share of (picture, tensor) that may go beyond. YOLOX-nano: halves of COCO's calibration pictures come to 0.01 and
0.05, ImageNet calibrated by COCO to 0.00; COCO calibrated by groceries to 0.14, and by one fixed camera to 0.18."""

_UNUSED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Coverage:
    """The deployment's pictures in the ranges of the calibration pictures.

    Attributes:
        pictures: of the deployment.
        tensors: looked at.
        beyond: share (0-1) of (picture, tensor) that goes beyond the calibration pictures' range by a tenth of it.
        worst: the tensor that does so on most pictures.
        used: share (0-1) of the calibration pictures' range that the deployment's use, in the median tensor.
    """

    pictures: int
    tensors: int
    beyond: float
    worst: str
    used: float

    @property
    def covered(self) -> bool:
        """Whether the ranges hold for the deployment."""
        return self.beyond <= MAX_BEYOND

    def sentence(self) -> str:
        """What it means, for people."""
        if not self.covered:
            return (
                f"The deployment's pictures go beyond the calibration pictures' ranges in {self.beyond:.0%} of all "
                f"tensors (most in {self.worst}): INT8 would cut that off."
            )
        if self.used < _UNUSED:
            return (
                f"The ranges hold for the deployment's pictures, which use {self.used:.0%} of them: pictures more like "
                "the deployment's would leave finer steps."
            )
        return "The ranges hold for the deployment's pictures."


class ActivationRanges:
    """Runs the float graph and watches what its layers read.

    Args:
        bundle: with its float graph.
        images: how many calibration pictures are expected.

    Raises:
        ModelError: no layer of the graph can be quantized.
        MissingExtra: onnx is not installed.
    """

    def __init__(self, bundle: Bundle, *, images: int) -> None:
        onnx = need("onnx", "export", needed_for="looking into a model")
        from edgekit_export.compare.grafting import with_tensors
        from edgekit_export.graph.running import session
        from edgekit_export.quantize.layers import find_layers

        model = onnx.load_from_string(bundle.graph(Encoding.FLOAT).onnx)
        self._names = list(dict.fromkeys(layer.data for layer in find_layers(model)))
        if not self._names:
            raise ModelError(f"{bundle.path} has no layer that could be quantized.")
        self._session = session(with_tensors(model, self._names))
        self._input = model.graph.input[0].name
        self._geometry = bundle.manifest.preprocessing.geometry.to_geometry()
        self._gathering = Gathering(self._names, {}, {}, images=images)
        self._low = np.full(len(self._names), np.inf)
        self._high = np.full(len(self._names), -np.inf)
        self._seen_low, self._seen_high = self._low.copy(), self._high.copy()
        self._beyond = np.zeros(len(self._names), np.int64)
        self._deployed = 0

    def calibrate(self, pixels: Pixels) -> None:
        """Take in a calibration picture.

        Raises:
            CalibrationError: the model gives inf or nan.
        """
        values = self._run(pixels)
        self._gathering.update(values)
        low, high = _extremes(values)
        self._low, self._high = np.minimum(self._low, low), np.maximum(self._high, high)

    def deploy(self, pixels: Pixels) -> None:
        """Take in a picture of the deployment; only after all calibration pictures."""
        low, high = _extremes(self._run(pixels))
        width = self._high - self._low
        excess = np.maximum(np.maximum(high - self._high, self._low - low), 0.0)
        self._beyond += excess > _BEYOND * width
        self._seen_low, self._seen_high = np.minimum(self._seen_low, low), np.maximum(self._seen_high, high)
        self._deployed += 1

    def convergence(self) -> Convergence:
        """How the calibration pictures' ranges came to rest."""
        return self._gathering.convergence()

    def coverage(self) -> Coverage:
        """How the deployment's pictures lie in them."""
        width = self._high - self._low
        inside = np.minimum(self._seen_high, self._high) - np.maximum(self._seen_low, self._low)
        used = np.divide(inside, width, out=np.ones_like(width), where=width > 0)
        return Coverage(
            pictures=self._deployed,
            tensors=len(self._names),
            beyond=float(self._beyond.mean() / max(1, self._deployed)),
            worst=self._names[int(self._beyond.argmax())],
            used=float(np.clip(np.median(used), 0.0, 1.0)),
        )

    def _run(self, pixels: Pixels) -> dict[str, NDArray[Any]]:
        prepared = prepare(pixels, self._geometry)
        return dict(zip(self._names, self._session.run(self._names, {self._input: prepared[None]}), strict=True))


def _extremes(values: dict[str, NDArray[Any]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low = np.array([float(one.min()) for one in values.values()])
    high = np.array([float(one.max()) for one in values.values()])
    return low, high
