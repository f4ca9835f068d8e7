"""What the graphs of a bundle are worth: agreement with float on unlabelled pictures, scores on labelled ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from edgekit.bundle.manifest import Encoding
from edgekit.frame import Pixels
from edgekit_export.calibration_images import CalibrationImages, PreparedPicture
from edgekit_export.evaluate.agreement import Agreement, Comparison
from edgekit_export.evaluate.disagreement import Disagreement, disagreements
from edgekit_export.evaluate.score import Scorer
from edgekit_export.evaluate.scores import Scores
from edgekit_export.evaluate.unpadded import unpadded_answers, unpadded_pixels
from edgekit_export.graphs import Graphs
from edgekit_export.models import SourceModel
from edgekit_export.pictures import UnreadablePicture, read_picture
from edgekit_export.progress import Progress

__all__ = ["AgainstFloat", "agreements_of", "compared_pictures", "disagreements_on_labels", "scores_of"]

MOST: Final = 4
"""Pictures of each encoding that a report shows."""


def compared_pictures(images: CalibrationImages) -> Sequence[PreparedPicture]:
    """Pictures that no range comes from: those held out, or, of few, those that quantizing held back for ranking."""
    from edgekit_export.quantize import QuantizeOptions
    from edgekit_export.quantize.calibrate import held_back

    if images.held_out:
        return images.held_out
    return tuple(
        images.calibrating[index] for index in held_back(len(images.calibrating), QuantizeOptions().max_held_back)
    )


@dataclass(frozen=True, slots=True, eq=False)
class AgainstFloat:
    """Every encoding but float against float, on the same unlabelled pictures.

    Attributes:
        agreements: by encoding.
        disagreements: the pictures on which they disagree most, of every encoding.
    """

    agreements: Mapping[Encoding, Agreement]
    disagreements: tuple[Disagreement, ...] = ()


def agreements_of(
    graphs: Graphs, source: SourceModel, compared: Sequence[PreparedPicture], progress: Progress
) -> AgainstFloat:
    """Compare every encoding with float picture by picture; no more than one picture's outputs are in memory."""
    others = [encoding for encoding in graphs.models if encoding is not Encoding.FLOAT]
    if not compared or not others:
        return AgainstFloat({})
    from edgekit_export.graph_predictor import GraphPredictor

    size_hw, names = source.preprocessing.geometry.size_hw, source.class_names
    predictors = {
        encoding: GraphPredictor(model, source.preprocessing, source.decoder, optimise=_optimised(encoding))
        for encoding, model in graphs.models.items()
    }
    comparisons: dict[Encoding, Comparison] = {
        encoding: Comparison(source.task, source.decoder, size_hw, len(names)) for encoding in others
    }
    for done, picture in enumerate(compared, start=1):
        reference = predictors[Encoding.FLOAT].run(picture.prepared[None])
        for encoding, comparison in comparisons.items():
            comparison.add([picture.name], reference, predictors[encoding].run(picture.prepared[None]))
        progress("Comparing INT8 with float", done, len(compared))
    return AgainstFloat(
        {encoding: comparison.result(np.random.default_rng(0)) for encoding, comparison in comparisons.items()},
        _shown(comparisons, source, compared),
    )


def _shown(
    comparisons: Mapping[Encoding, Comparison], source: SourceModel, compared: Sequence[PreparedPicture]
) -> tuple[Disagreement, ...]:
    geometry = source.preprocessing.geometry.to_geometry()
    sizes_hw = [picture.frame_size_hw for picture in compared]

    def read(index: int) -> Pixels:
        return unpadded_pixels(compared[index].prepared, sizes_hw[index], geometry)

    shown: list[Disagreement] = []
    for encoding, comparison in comparisons.items():
        answers = comparison.answers()
        if answers is not None:
            one, two = (unpadded_answers(side, sizes_hw, geometry) for side in answers)
            shown += disagreements(encoding.value, one, two, source.class_names, read, most=MOST)
    return tuple(shown)


def disagreements_on_labels(scores: Mapping[Encoding, Scores], class_names: Sequence[str]) -> tuple[Disagreement, ...]:
    """The labelled pictures on which an encoding and float disagree most, of every encoding."""
    floating = scores.get(Encoding.FLOAT)
    if floating is None or floating.answers is None:
        return ()
    one, shown = floating.answers, list[Disagreement]()
    for encoding, found in scores.items():
        if encoding is not Encoding.FLOAT and found.answers is not None:
            shown += disagreements(
                encoding.value, one, found.answers, class_names, lambda index: _read(one.names[index]), most=MOST
            )
    return tuple(shown)


def _read(name: str) -> Pixels | None:
    try:
        return read_picture(Path(name))
    except UnreadablePicture:
        return None


def _optimised(encoding: Encoding) -> bool:
    """ONNX Runtime runs the TensorRT encoding as a reference only, exactly as it is written."""
    return encoding is not Encoding.INT8_TENSORRT


def scores_of(graphs: Graphs, source: SourceModel, score: Scorer | None, progress: Progress) -> dict[Encoding, Scores]:
    """Every encoding on labelled pictures; empty where there are none."""
    if score is None:
        return {}
    from edgekit_export.graph_predictor import GraphPredictor

    return {
        encoding: score(
            GraphPredictor(model, source.preprocessing, source.decoder, optimise=_optimised(encoding)),
            f"Evaluating {encoding.value}",
            progress,
        )
        for encoding, model in graphs.models.items()
    }
