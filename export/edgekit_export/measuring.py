"""What the graphs of a bundle are worth: agreement with float on unlabelled pictures, scores on labelled ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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
from edgekit_export.graph_predictor import GraphPredictor, Outputs
from edgekit_export.graphs import Graphs
from edgekit_export.models import SourceModel
from edgekit_export.pictures import UnreadablePicture, read_picture
from edgekit_export.progress import Progress

__all__ = ["AgainstFloat", "agreements_of", "compared_pictures", "disagreements_on_labels", "scores_of"]

MOST: Final = 4
"""Pictures of each encoding that a report shows."""

# One thread each: within one picture of a small network a second thread gains next to nothing.
_AT_A_TIME: Final = 2


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
    """Compare every encoding with float picture by picture; the outputs of three pictures are in memory at most."""
    others = [encoding for encoding in graphs.models if encoding is not Encoding.FLOAT]
    if not compared or not others:
        return AgainstFloat({})
    size_hw, names = source.preprocessing.geometry.size_hw, source.class_names
    predictors = {
        encoding: GraphPredictor(model, source.preprocessing, source.decoder, optimise=_optimised(encoding), threads=1)
        for encoding, model in graphs.models.items()
    }
    comparisons: dict[Encoding, Comparison] = {
        encoding: Comparison(source.task, source.decoder, size_hw, len(names)) for encoding in others
    }

    def outputs(picture: PreparedPicture) -> dict[Encoding, Outputs]:
        return {encoding: predictor.run(picture.prepared[None]) for encoding, predictor in predictors.items()}

    for done, (picture, found) in enumerate(_side_by_side(outputs, compared), start=1):
        for encoding, comparison in comparisons.items():
            comparison.add([picture.name], found[Encoding.FLOAT], found[encoding])
        progress("Comparing INT8 with float", done, len(compared))
    return AgainstFloat(
        {encoding: comparison.result(np.random.default_rng(0)) for encoding, comparison in comparisons.items()},
        _shown(comparisons, source, compared),
    )


def _side_by_side(
    outputs: Callable[[PreparedPicture], dict[Encoding, Outputs]], pictures: Sequence[PreparedPicture]
) -> Iterator[tuple[PreparedPicture, dict[Encoding, Outputs]]]:
    """Each picture with its outputs, in order, as many at a time as there are cores on a small machine."""
    coming: deque[tuple[PreparedPicture, Future[dict[Encoding, Outputs]]]] = deque()
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        for picture in pictures:
            coming.append((picture, pool.submit(outputs, picture)))
            if len(coming) > _AT_A_TIME:
                first, future = coming.popleft()
                yield first, future.result()
        while coming:
            first, future = coming.popleft()
            yield first, future.result()


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
    return {
        encoding: score(
            GraphPredictor(model, source.preprocessing, source.decoder, optimise=_optimised(encoding)),
            f"Evaluating {encoding.value}",
            progress,
        )
        for encoding, model in graphs.models.items()
    }
