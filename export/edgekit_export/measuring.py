"""What the graphs of a bundle are worth: agreement with float on unlabelled pictures, scores on labelled ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgekit.bundle.manifest import Encoding
from edgekit_export.calibration_images import CalibrationImages, PreparedPicture
from edgekit_export.evaluate.agreement import Agreement, agreement
from edgekit_export.evaluate.score import Scorer
from edgekit_export.evaluate.scores import Scores
from edgekit_export.graphs import Graphs
from edgekit_export.models import SourceModel
from edgekit_export.progress import Progress

__all__ = ["agreements_of", "compared_pictures", "scores_of"]


def compared_pictures(images: CalibrationImages) -> tuple[PreparedPicture, ...]:
    """Pictures that no range comes from: those held out, or, of few, those that quantizing held back for ranking."""
    from edgekit_export.quantize import QuantizeOptions
    from edgekit_export.quantize.calibrate import held_back

    if images.held_out:
        return images.held_out
    return tuple(
        images.calibrating[index] for index in held_back(len(images.calibrating), QuantizeOptions().max_held_back)
    )


def agreements_of(
    graphs: Graphs, source: SourceModel, compared: Sequence[PreparedPicture], progress: Progress
) -> dict[Encoding, Agreement]:
    """Every encoding but float against float, on the same pictures."""
    others = [encoding for encoding in graphs.models if encoding is not Encoding.FLOAT]
    if not compared or not others:
        return {}
    from edgekit_export.graph_predictor import GraphPredictor

    stage, total = "Comparing INT8 with float", len(compared) * (len(others) + 1)
    outputs: dict[Encoding, dict[str, Any]] = {}
    for number, (encoding, model) in enumerate(graphs.models.items()):
        predictor = GraphPredictor(model, source.preprocessing, source.decoder, optimise=_optimised(encoding))
        rows = []
        for done, picture in enumerate(compared, start=1):
            rows.append(predictor.run(picture.prepared[None]))
            progress(stage, number * len(compared) + done, total)
        outputs[encoding] = {name: np.concatenate([row[name] for row in rows]) for name in predictor.output_names}
    size_hw, classes = source.preprocessing.geometry.size_hw, len(source.class_names)
    return {
        encoding: agreement(source.task, source.decoder, size_hw, classes, outputs[Encoding.FLOAT], outputs[encoding])
        for encoding in others
    }


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
