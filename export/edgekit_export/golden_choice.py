"""Which pictures become golden: those with which a wrong colour order or padding cannot pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.golden import MARGIN_DB, sqnr_db, threshold_db
from edgekit.bundle.manifest import DecoderSpec, Encoding, Preprocessing
from edgekit.vision.geometry import Geometry, ResizeMode
from edgekit_export.calibration_images import PreparedPicture, spread
from edgekit_export.golden_pictures import padded_otherwise, pattern_pictures, with_stronger_colours, without_blue
from edgekit_export.graph_predictor import GraphPredictor, Outputs
from edgekit_export.progress import Progress, silent

__all__ = ["GOLDEN_INPUTS", "MUST_FAIL_BY_DB", "GoldenChoice", "choose_golden"]

GOLDEN_INPUTS: Final = 2

MUST_FAIL_BY_DB: Final = 6.0
"""By how much swapped colours and another pad value must miss the limit."""

# Where twice ONNX Runtime's own difference (bundle.golden.MARGIN_DB) would leave too little room above the wrong
# ones, the limit is raised, up to 1.4 times that difference. YOLOX-nano needs it: optimised against not 19 dB,
# swapped colours 9-11 dB over its whole output, of which boxes make the most.
_LEAST_MARGIN_DB: Final = 3.0

# Pictures at hand that are tried, each also with stronger colours and without blue; rendered ones besides. The float
# graph says which of them swapped colours and padding change most; only those are run through every encoding.
_CANDIDATES: Final = 12
_FINALISTS: Final = 5

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
        return self.margin_db >= MUST_FAIL_BY_DB - 0.05  # limits are rounded to a tenth


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """One candidate through one encoding: exactly as written, and as a device would run it; then wrongly prepared.

    `repadded` is None where nothing of it is padding.
    """

    reference: Outputs
    optimised: Outputs
    swapped: Outputs
    repadded: Outputs | None


@dataclass(frozen=True, slots=True)
class _Separation:
    """How pictures separate right from wrong: SQNR of what a device would give, and of the best wrong one."""

    encoding: Encoding
    right_db: float
    wrong_db: float

    @property
    def gap_db(self) -> float:
        # Beyond the highest limit that an encoding can have, more right does not help.
        most = threshold_db(self.encoding, float("inf")) + MARGIN_DB
        return min(self.right_db, most) - self.wrong_db

    @property
    def limit_db(self) -> float:
        raised = min(self.wrong_db + MUST_FAIL_BY_DB, self.right_db - _LEAST_MARGIN_DB)
        highest = threshold_db(self.encoding, float("inf"))
        return round(max(threshold_db(self.encoding, self.right_db), min(raised, highest)), 1)


def choose_golden(
    graphs: Mapping[Encoding, Any],
    preprocessing: Preprocessing,
    decoder: DecoderSpec,
    pictures: Sequence[PreparedPicture],
    progress: Progress = silent,
) -> GoldenChoice:
    """Choose golden inputs out of `pictures` and rendered ones: those that separate right from wrong best.

    Each is run as it is, with swapped colours and, where it is padded, with another pad value.

    Args:
        graphs: onnx.ModelProto of each encoding, float among them.
        preprocessing: the bundle's.
        decoder: the bundle's.
        pictures: candidates; may be empty.
        progress: told after each candidate.
    """
    geometry = preprocessing.geometry.to_geometry()
    letterboxed = geometry.mode is ResizeMode.LETTERBOX
    floating = GraphPredictor(graphs[Encoding.FLOAT], preprocessing, decoder)
    candidates = _finalists(floating, geometry, pictures, letterboxed=letterboxed)
    total = len(graphs) * len(candidates)
    runs: dict[Encoding, list[_Runs]] = {}
    names: tuple[str, ...] = ()
    for encoding, graph in graphs.items():
        exact = GraphPredictor(graph, preprocessing, decoder, optimise=False)
        fast = _as_a_device_would(graph, preprocessing, decoder)
        names = exact.output_names
        runs[encoding] = []
        for candidate in candidates:
            runs[encoding].append(_run(exact, fast, candidate, geometry))
            progress(STAGE, sum(map(len, runs.values())), total)

    def separations(picked: Sequence[int]) -> list[_Separation]:
        return [
            _separation(encoding, [tries[index] for index in picked], letterboxed=letterboxed)
            for encoding, tries in runs.items()
        ]

    gaps = {index: min(found.gap_db for found in separations([index])) for index in range(len(candidates))}
    picked = sorted(sorted(gaps, key=lambda index: (-gaps[index], index))[:GOLDEN_INPUTS])
    chosen = separations(picked)
    return GoldenChoice(
        inputs=np.stack([candidates[index].prepared for index in picked]),
        outputs={
            encoding: tuple(np.concatenate([tries[index].reference[name] for index in picked]) for name in names)
            for encoding, tries in runs.items()
        },
        output_names=names,
        min_sqnr_db={found.encoding: found.limit_db for found in chosen},
        margin_db=min(found.limit_db - found.wrong_db for found in chosen),
    )


def _as_a_device_would(graph: Any, preprocessing: Preprocessing, decoder: DecoderSpec) -> GraphPredictor:
    """The same graph with other roundings, to see how far a healthy device may part from the reference.

    FP32: ONNX Runtime's optimised graph. FP16: every result rounded, which ONNX Runtime's CPU leaves undone. It must
    not optimise FP16 quantizers: its WeightBiasQuantization divides biases by products of their scales in FP16, which
    leave it (1.31.1: Lite0 comes out at -8 dB).
    """
    from edgekit_export.graph.half_rounding import has_half, with_half_rounding

    if has_half(graph):
        return GraphPredictor(with_half_rounding(graph), preprocessing, decoder, optimise=False)
    return GraphPredictor(graph, preprocessing, decoder, optimise=True)


def _finalists(
    floating: GraphPredictor, geometry: Geometry, pictures: Sequence[PreparedPicture], *, letterboxed: bool
) -> list[PreparedPicture]:
    real = [pictures[index] for index in spread(len(pictures), _CANDIDATES)]
    rendered = pattern_pictures(geometry)
    candidates = [*real, *map(with_stronger_colours, real), *rendered, *map(without_blue, [*real, *rendered])]
    ranked = []
    for index, candidate in enumerate(candidates):
        run = _run(floating, floating, candidate, geometry)
        ranked.append((_separation(Encoding.FLOAT, [run], letterboxed=letterboxed).wrong_db, index))
    return [candidates[index] for _, index in sorted(ranked)[:_FINALISTS]]


def _run(exact: GraphPredictor, fast: GraphPredictor, candidate: PreparedPicture, geometry: Geometry) -> _Runs:
    pixels = candidate.prepared[None]
    other = padded_otherwise(candidate, geometry)
    reference = exact.run(pixels)
    return _Runs(
        reference=reference,
        optimised=reference if fast is exact else fast.run(pixels),
        swapped=exact.run(np.ascontiguousarray(pixels[..., ::-1])),
        repadded=None if other is None else exact.run(other[None]),
    )


def _separation(encoding: Encoding, tries: Sequence[_Runs], *, letterboxed: bool) -> _Separation:
    reference = [one.reference for one in tries]
    wrong = [_worst_db(reference, [one.swapped for one in tries])]
    if letterboxed:
        # A picture without padding stays as it is: then nothing fails, and the separation is none.
        wrong.append(_worst_db(reference, [one.repadded or one.reference for one in tries]))
    return _Separation(encoding, _worst_db(reference, [one.optimised for one in tries]), max(wrong))


def _worst_db(reference: Sequence[Outputs], other: Sequence[Outputs]) -> float:
    """As the golden check sees it: over all pictures together, the worst output."""
    return min(
        sqnr_db(np.concatenate([one[name] for one in reference]), np.concatenate([one[name] for one in other]))
        for name in reference[0]
    )
