"""Do calibration pictures look like those of the deployment? Light, contrast, colour and sharpness compared.

Ranges hold for what they were measured on. Pictures of another light, camera or lens make other activations, and what
lies beyond the ranges is cut off. Each statistic is compared by what matters for that: how many deployment pictures
lie outside of all that calibration has seen, and how far the two distributions are apart (Kolmogorov-Smirnov).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = [
    "MAX_APART",
    "MAX_OUTSIDE",
    "PictureStatistics",
    "Similarity",
    "StatisticDifference",
    "compare_statistics",
    "statistics_of",
]

MAX_OUTSIDE: Final = 0.10
"""Share of deployment pictures that may lie outside of what calibration pictures span, besides the 2 of n + 1 that
would by chance if all n + 1 were of one kind."""

MAX_APART: Final = 0.5
"""Kolmogorov-Smirnov distance (0-1) that may lie between two sets of pictures of one shop. Parts of one set of
photographs (GroceryStore) come to 0.2 at most, 100 against 100, and to 0.4, 16 against 64; groceries against COCO to
0.9."""

_SIDE_PX: Final = 320


@dataclass(frozen=True, slots=True)
class PictureStatistics:
    """One picture.

    Attributes:
        lightness: mean CIELAB lightness, 0-100.
        contrast: standard deviation of the lightness.
        colourfulness: mean chroma (distance from grey in CIELAB).
        warmth: mean of the axis from blue to yellow.
        tint: mean of the axis from green to red.
        sharpness: logarithm (base 2) of the mean absolute second derivative of the lightness, at 320 pixels: one more
            is twice as sharp.
    """

    lightness: float
    contrast: float
    colourfulness: float
    warmth: float
    tint: float
    sharpness: float


# By how much a statistic must differ before it may matter, in its own unit: less comes from the weather.
_MATTERS: Final = PictureStatistics(lightness=8.0, contrast=5.0, colourfulness=5.0, warmth=6.0, tint=5.0, sharpness=1.0)

_WORDS: Final = {
    "lightness": ("darker", "lighter"),
    "contrast": ("flatter", "richer in contrast"),
    "colourfulness": ("paler", "more colourful"),
    "warmth": ("bluer", "yellower"),
    "tint": ("greener", "redder"),
    "sharpness": ("blurred", "sharper"),
}


@dataclass(frozen=True, slots=True)
class StatisticDifference:
    """One statistic of both sets.

    Attributes:
        name: of the statistic.
        calibration: its median over the calibration pictures.
        deployment: its median over the deployment's.
        higher: the deployment's pictures have more of it, as far as they differ.
        apart: Kolmogorov-Smirnov distance, 0-1: the largest difference between the shares below any value.
        outside: share (0-1) of deployment pictures below or above all calibration pictures by more than what matters.
        differs: whether that is too much.
    """

    name: str
    calibration: float
    deployment: float
    higher: bool
    apart: float
    outside: float
    differs: bool

    def sentence(self) -> str:
        """What differs, for people."""
        figures = f"{self.name} {self.deployment:.1f} against {self.calibration:.1f} in the middle"
        if self.outside > MAX_OUTSIDE:
            figures += f", and {self.outside:.0%} of them lie beyond every calibration picture"
        return f"The deployment's pictures are {_WORDS[self.name][int(self.higher)]}: {figures}."


@dataclass(frozen=True, slots=True)
class Similarity:
    """Both sets compared.

    Attributes:
        calibration, deployment: pictures of each.
        differences: every statistic, in a fixed order.
    """

    calibration: int
    deployment: int
    differences: tuple[StatisticDifference, ...]

    @property
    def alike(self) -> bool:
        """Nothing differs by more than the stated limits."""
        return not any(one.differs for one in self.differences)


def statistics_of(pixels: Pixels) -> PictureStatistics:
    """The statistics of a picture, uint8 (height, width, 3) BGR of any size."""
    import cv2

    scale = _SIDE_PX / max(pixels.shape[:2])
    size_wh = (max(3, round(pixels.shape[1] * scale)), max(3, round(pixels.shape[0] * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, size_wh, interpolation=interpolation)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    lightness, reds, yellows = (lab[..., axis] for axis in range(3))
    edges = float(np.abs(cv2.Laplacian(lightness, cv2.CV_32F)).mean())
    return PictureStatistics(
        lightness=float(lightness.mean()),
        contrast=float(lightness.std()),
        colourfulness=float(np.hypot(reds, yellows).mean()),
        warmth=float(yellows.mean()),
        tint=float(reds.mean()),
        sharpness=float(np.log2(edges + 0.05)),
    )


def compare_statistics(calibration: Sequence[PictureStatistics], deployment: Sequence[PictureStatistics]) -> Similarity:
    """Compare two sets of pictures.

    Raises:
        ValueError: one of them is empty.
    """
    if not calibration or not deployment:
        raise ValueError("two sets of pictures are compared, and one is empty")
    names = [field.name for field in fields(PictureStatistics)]
    return Similarity(
        len(calibration),
        len(deployment),
        tuple(_difference(name, _column(calibration, name), _column(deployment, name)) for name in names),
    )


def _column(pictures: Sequence[PictureStatistics], name: str) -> NDArray[np.float64]:
    return np.sort(np.array([getattr(one, name) for one in pictures], np.float64))


def _difference(name: str, one: NDArray[np.float64], two: NDArray[np.float64]) -> StatisticDifference:
    matters = getattr(_MATTERS, name)
    apart = _kolmogorov_smirnov(one, two)
    below, above = float((two < one[0] - matters).mean()), float((two > one[-1] + matters).mean())
    shift = float(np.median(two) - np.median(one))
    by_chance = 2 / (len(one) + 1)
    return StatisticDifference(
        name=name,
        calibration=float(np.median(one)),
        deployment=float(np.median(two)),
        higher=above > below if above != below else shift > 0,
        apart=apart,
        outside=below + above,
        differs=below + above > MAX_OUTSIDE + by_chance or (apart > MAX_APART and abs(shift) > matters),
    )


def _kolmogorov_smirnov(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """The largest difference of two empirical distributions; both sorted."""
    at = np.concatenate([one, two])
    shares = [np.searchsorted(sample, at, side="right") / len(sample) for sample in (one, two)]
    return float(np.abs(shares[0] - shares[1]).max())
