"""Which pictures become golden: those with which a wrong colour order or padding cannot pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.golden import sqnr_db, threshold_db
from edgekit.bundle.manifest import DecoderSpec, Encoding, Preprocessing
from edgekit.frame import Pixels
from edgekit.vision.geometry import Geometry, ResizeMode, mapping, prepare
from edgekit_export.calibration_images import PreparedPicture
from edgekit_export.graph_predictor import GraphPredictor, Outputs
from edgekit_export.progress import Progress, silent

__all__ = ["GOLDEN_INPUTS", "MUST_FAIL_BY_DB", "GoldenChoice", "choose_golden", "golden_picture", "pattern_pictures"]

GOLDEN_INPUTS: Final = 2
MUST_FAIL_BY_DB: Final = 6.0

# Candidates that are tried of the pictures at hand; the rendered ones come after them.
_CANDIDATES: Final = 6
_PICTURE_SIDE_PX: Final = 640

STAGE: Final = "Choosing golden pictures"


@dataclass(frozen=True, slots=True, eq=False)
class GoldenChoice:
    """Golden inputs and outputs.

    Attributes:
        inputs: uint8 (n, height, width, 3), prepared.
        outputs: per encoding, in the order of `output_names`, by ONNX Runtime with optimisations off.
        output_names: the graphs' outputs.
        min_sqnr_db: per encoding, what a loaded graph must reach.
        margin_db: the least by which swapped colours or another pad value fail, over all encodings.
    """

    inputs: NDArray[np.uint8]
    outputs: Mapping[Encoding, tuple[NDArray[np.generic], ...]]
    output_names: tuple[str, ...]
    min_sqnr_db: Mapping[Encoding, float]
    margin_db: float

    @property
    def tells(self) -> bool:
        """Whether a wrong colour order and another padding both fail by enough."""
        return self.margin_db >= MUST_FAIL_BY_DB


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    reference: Outputs
    optimised: Outputs
    wrong: tuple[Outputs, ...]


def choose_golden(
    graphs: Mapping[Encoding, Any],
    preprocessing: Preprocessing,
    decoder: DecoderSpec,
    pictures: Sequence[PreparedPicture],
    progress: Progress = silent,
) -> GoldenChoice:
    """Choose golden inputs out of `pictures` and, where those cannot tell, rendered ones.

    Every candidate is run through every encoding as it is, with swapped colours and, where it is padded, with
    another pad value. Those are taken that the wrong ones miss by most.

    Args:
        graphs: onnx.ModelProto of each encoding.
        preprocessing: the bundle's.
        decoder: the bundle's.
        pictures: candidates, best pictures that were not calibrated on; may be empty.
        progress: told after each run.
    """
    geometry = preprocessing.geometry.to_geometry()
    chosen = [pictures[index] for index in range(0, len(pictures), max(1, len(pictures) // _CANDIDATES))][:_CANDIDATES]
    candidates = [*chosen, *pattern_pictures(geometry)]
    total = len(graphs) * len(candidates)
    runs: dict[Encoding, list[_Runs]] = {}
    names: tuple[str, ...] = ()
    for encoding, graph in graphs.items():
        exact = GraphPredictor(graph, preprocessing, decoder, optimise=False)
        fast = GraphPredictor(graph, preprocessing, decoder, optimise=True)
        names = exact.output_names
        runs[encoding] = []
        for candidate in candidates:
            runs[encoding].append(_run(exact, fast, candidate, geometry))
            progress(STAGE, sum(map(len, runs.values())), total)
    ranked = sorted(range(len(candidates)), key=lambda index: (-_margin_db(runs, [index]), index))
    # Real pictures before rendered ones, as long as they tell enough.
    telling = [index for index in ranked if _margin_db(runs, [index]) >= MUST_FAIL_BY_DB]
    real = [index for index in telling if index < len(chosen)]
    best = ([*real, *[index for index in ranked if index not in real]])[: min(GOLDEN_INPUTS, len(candidates))]
    if _margin_db(runs, best) < MUST_FAIL_BY_DB:
        best = ranked[: len(best)]
    picked = sorted(best)
    return GoldenChoice(
        inputs=np.stack([candidates[index].prepared for index in picked]),
        outputs={
            encoding: tuple(np.concatenate([tries[index].reference[name] for index in picked]) for name in names)
            for encoding, tries in runs.items()
        },
        output_names=names,
        min_sqnr_db={encoding: _limit_db(encoding, tries, picked) for encoding, tries in runs.items()},
        margin_db=_margin_db(runs, picked),
    )


def _run(exact: GraphPredictor, fast: GraphPredictor, candidate: PreparedPicture, geometry: Geometry) -> _Runs:
    pixels = candidate.prepared[None]
    swapped = np.ascontiguousarray(pixels[..., ::-1])
    wrong = [exact.run(swapped)]
    repadded = _padded_otherwise(candidate, geometry)
    if repadded is not None:
        wrong.append(exact.run(repadded[None]))
    return _Runs(exact.run(pixels), fast.run(pixels), tuple(wrong))


def _padded_otherwise(candidate: PreparedPicture, geometry: Geometry) -> Pixels | None:
    """The prepared picture with another pad value; None where nothing of it is padding."""
    if geometry.mode is not ResizeMode.LETTERBOX:
        return None
    height, width = candidate.frame_size_hw
    where = mapping(candidate.frame_size_hw, geometry)
    left, top = (int(value) for value in where.offset_xy)
    right, bottom = left + round(width * where.scale_xy[0]), top + round(height * where.scale_xy[1])
    if (bottom - top, right - left) == geometry.size_hw:
        return None
    other: Pixels = np.full_like(candidate.prepared, 0 if geometry.pad_value >= 64 else 114)
    other[top:bottom, left:right] = candidate.prepared[top:bottom, left:right]
    return other


def _worst_db(reference: Sequence[Outputs], other: Sequence[Outputs]) -> float:
    """As the golden check sees it: over all pictures together, the worst output."""
    return min(
        sqnr_db(np.concatenate([one[name] for one in reference]), np.concatenate([one[name] for one in other]))
        for name in reference[0]
    )


def _limit_db(encoding: Encoding, tries: Sequence[_Runs], picked: Sequence[int]) -> float:
    optimised = _worst_db([tries[index].reference for index in picked], [tries[index].optimised for index in picked])
    return threshold_db(encoding, optimised)


def _margin_db(runs: Mapping[Encoding, Sequence[_Runs]], picked: Sequence[int]) -> float:
    """How far below the limit the better of the wrong ones stays, at worst over the encodings."""
    margins = []
    for encoding, tries in runs.items():
        limit = _limit_db(encoding, tries, picked)
        reference = [tries[index].reference for index in picked]
        kinds = max(len(tries[index].wrong) for index in picked)
        for kind in range(kinds):
            # A picture without padding is the same with another pad value.
            wrong = [
                tries[index].wrong[kind] if kind < len(tries[index].wrong) else tries[index].reference
                for index in picked
            ]
            margins.append(limit - _worst_db(reference, wrong))
    return min(margins)


def golden_picture(original: Pixels | None, geometry: Geometry) -> tuple[Pixels, Pixels]:
    """The picture that checks `prepare`, at most 640 pixels a side, and what `prepare` makes of it."""
    if original is None:
        original = _pattern(480, 640, 0)
    picture = np.ascontiguousarray(original[:_PICTURE_SIDE_PX, :_PICTURE_SIDE_PX])
    return picture, prepare(picture, geometry)


def pattern_pictures(geometry: Geometry) -> list[PreparedPicture]:
    """Rendered pictures, always the same: coloured shapes on a gradient, one wide and one tall."""
    made = []
    for number, size_hw in enumerate(((360, 640), (640, 360))):
        pixels = _pattern(*size_hw, number)
        made.append(PreparedPicture(f"rendered picture {number}", prepare(pixels, geometry), size_hw))
    return made


def _pattern(height: int, width: int, number: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    picture = np.empty((height, width, 3), np.uint8)
    picture[..., 0] = 40 + 60 * y / height
    picture[..., 1] = 70 + 90 * x / width
    picture[..., 2] = 200 - 80 * (x + y) / (width + height)
    colours = ((20, 30, 220), (230, 120, 20), (30, 200, 210), (40, 160, 40), (10, 10, 10), (245, 245, 245))
    for index, colour in enumerate(colours):
        centre_x = width * (0.15 + 0.14 * index)
        centre_y = height * (0.3 + 0.4 * ((index + number) % 2))
        reach = min(height, width) * (0.1 + 0.02 * index)
        inside = (x - centre_x) ** 2 + (y - centre_y) ** 2 < reach**2
        if index % 2:
            inside = (abs(x - centre_x) < reach * 0.6) & (abs(y - centre_y) < reach * 1.4)
        picture[inside] = colour
    return picture
