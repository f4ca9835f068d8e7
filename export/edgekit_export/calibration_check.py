"""Are these pictures good for calibrating? How many, how varied, whether they are enough and like the deployment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgekit_calibration.convergence import Convergence
from edgekit_calibration.picture_checks import doubtful_pictures, signature_of
from edgekit_calibration.similarity import PictureStatistics, Similarity, compare_statistics, statistics_of

from edgekit.bundle.bundle import Bundle
from edgekit.errors import DataError
from edgekit.frame import Pixels
from edgekit_export.activation_ranges import ActivationRanges, Coverage
from edgekit_export.calibration_images import DEFAULT_MAX_IMAGES, MIN_IMAGES
from edgekit_export.picture_stream import PictureStream, open_pictures
from edgekit_export.progress import Progress, silent

__all__ = ["LIGHT_STEPS", "CalibrationCheck", "check_calibration"]

LIGHT_STEPS: Final = 8

_ONE_LIGHT: Final = 15.0
"""CIELAB lightness between the darkest and the lightest twentieth of the pictures: less is one light all day."""


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """What was found.

    Attributes:
        available: pictures that were given.
        pictures: looked at and readable.
        skipped: "name: reason" of those that are not.
        doubts: what is doubtful about them, a sentence each.
        lightness: 5 %, 50 % and 95 % of the pictures are darker (CIELAB lightness, 0-100).
        light: how many pictures lie in each eighth of the way from black to white.
        convergence: how far ranges still move; None without a model.
        similarity: against the deployment's pictures; None without any.
        coverage: what the model makes of the deployment's pictures; None without model or deployment.
    """

    available: int
    pictures: int
    skipped: tuple[str, ...]
    doubts: tuple[str, ...]
    lightness: tuple[float, float, float]
    light: tuple[int, ...]
    convergence: Convergence | None = None
    similarity: Similarity | None = None
    coverage: Coverage | None = None

    @property
    def one_light(self) -> bool:
        """Whether all pictures were taken in much the same light."""
        return self.lightness[2] - self.lightness[0] < _ONE_LIGHT

    @property
    def warnings(self) -> tuple[str, ...]:
        """What speaks against calibrating on these pictures, the gravest first."""
        found = []
        if self.pictures < MIN_IMAGES:
            found.append(f"{self.pictures} pictures are too few: `edgekit export --int8` wants {MIN_IMAGES} at least.")
        if self.coverage is not None and not self.coverage.covered:
            found.append(self.coverage.sentence())
        # Where a model's ranges hold, pictures may look as they like.
        if self.similarity is not None and (self.coverage is None or not self.coverage.covered):
            found += [one.sentence() for one in self.similarity.differences if one.differs]
        if self.convergence is not None and self.convergence.points and not self.convergence.enough:
            found.append(self.convergence.sentence())
        return (*found, *self.doubts)


def check_calibration(
    pictures: Sequence[Path],
    *,
    model: Path | None = None,
    deployment: Sequence[Path] = (),
    max_pictures: int = DEFAULT_MAX_IMAGES,
    progress: Progress = silent,
) -> CalibrationCheck:
    """Look at calibration pictures, and, where they are given, at a model's ranges and the deployment's pictures.

    Args:
        pictures: folders, videos, lists or pictures.
        model: a bundle, whose float graph shows what ranges the pictures make.
        deployment: pictures as the deployed camera takes them, in the same forms.
        max_pictures: at most so many of either, evenly spread, as `edgekit export` would take them.
        progress: told after each picture.

    Raises:
        DataError: a path is missing or of an unknown kind, or no picture can be read.
        BundleError: the bundle cannot be read.
        MissingExtra: onnx is not installed and a model was given.
    """
    ours = open_pictures(pictures, max_pictures=max_pictures)
    theirs = open_pictures(deployment, max_pictures=max_pictures) if deployment else None
    ranges = ActivationRanges(Bundle.open(model), images=len(ours)) if model is not None else None
    skipped: list[str] = []
    signatures, statistics = [], []
    for name, pixels in _readable(ours, "Looking at the pictures", skipped, progress):
        signatures.append(signature_of(name, pixels))
        statistics.append(statistics_of(pixels))
        if ranges is not None:
            ranges.calibrate(pixels)
    if not statistics:
        raise DataError(f"None of the {len(ours)} pictures can be read: {skipped[0]}.")
    similarity = coverage = None
    if theirs is not None:
        seen = []
        for _, pixels in _readable(theirs, "Looking at the deployment", skipped, progress):
            seen.append(statistics_of(pixels))
            if ranges is not None:
                ranges.deploy(pixels)
        if not seen:
            raise DataError(f"None of the deployment's {len(theirs)} pictures can be read: {skipped[-1]}.")
        similarity = compare_statistics(statistics, seen)
        coverage = ranges.coverage() if ranges is not None else None
    return CalibrationCheck(
        available=ours.available,
        pictures=len(statistics),
        skipped=tuple(skipped),
        doubts=doubtful_pictures(signatures),
        lightness=_spread_of_light(statistics),
        light=_light(statistics),
        convergence=ranges.convergence() if ranges is not None else None,
        similarity=similarity,
        coverage=coverage,
    )


def _readable(
    stream: PictureStream, stage: str, skipped: list[str], progress: Progress
) -> Iterator[tuple[str, Pixels]]:
    for index, (name, pixels) in enumerate(stream, start=1):
        if isinstance(pixels, str):
            skipped.append(f"{name}: {pixels}")
        else:
            yield name, pixels
        progress(stage, index, len(stream))


def _spread_of_light(statistics: Sequence[PictureStatistics]) -> tuple[float, float, float]:
    ordered = sorted(one.lightness for one in statistics)
    low, middle, high = (ordered[round(share * (len(ordered) - 1))] for share in (0.05, 0.5, 0.95))
    return low, middle, high


def _light(statistics: Sequence[PictureStatistics]) -> tuple[int, ...]:
    counts = [0] * LIGHT_STEPS
    for one in statistics:
        counts[min(LIGHT_STEPS - 1, int(one.lightness * LIGHT_STEPS / 100))] += 1
    return tuple(counts)
