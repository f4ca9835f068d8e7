"""What `--max-drop` and `--target-latency` are held against: points lost against float, milliseconds here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgekit.bundle.manifest import Encoding
from edgekit_export.calibration_images import PreparedPicture
from edgekit_export.evaluate.agreement import Comparison
from edgekit_export.evaluate.score import Scorer
from edgekit_export.evaluate.scores import MAIN_METRIC
from edgekit_export.graph_predictor import GraphPredictor
from edgekit_export.latency import latencies
from edgekit_export.models import SourceModel
from edgekit_export.progress import Progress, silent
from edgekit_export.quantize import Budget, Limits, Target
from edgekit_export.request import ExportRequest

__all__ = ["limits_of"]


def limits_of(
    request: ExportRequest,
    floating: Any,
    source: SourceModel,
    compared: Sequence[PreparedPicture],
    score: Scorer | None,
    progress: Progress,
) -> Limits:
    """The limits that a request sets.

    Args:
        request: what was asked for.
        floating: the float graph (onnx.ModelProto).
        source: the model.
        compared: pictures that no range comes from, without labels.
        score: of labelled pictures: then points are those of the task's own metric, else of agreement with float.
        progress: told while the float graph is scored.
    """
    budget, target = None, None
    if request.max_drop is not None and score is not None:
        budget = _by_labels(request.max_drop, floating, source, score, progress)
    elif request.max_drop is not None:
        budget = _by_agreement(request.max_drop, floating, source, compared)
    if request.target_latency_ms is not None:
        target = Target(request.target_latency_ms, _milliseconds)
    return Limits(budget, target)


def _milliseconds(graph: Any) -> float:
    return latencies({Encoding.INT8_CPU: graph})[Encoding.INT8_CPU].p50_ms


def _predictor(encoding: Encoding, graph: Any, source: SourceModel) -> GraphPredictor:
    # ONNX Runtime runs the TensorRT encoding as a reference only, exactly as it is written.
    return GraphPredictor(graph, source.preprocessing, source.decoder, optimise=encoding is not Encoding.INT8_TENSORRT)


def _by_labels(max_drop: float, floating: Any, source: SourceModel, score: Scorer, progress: Progress) -> Budget:
    metric = MAIN_METRIC[source.task.value]
    reference = score(_predictor(Encoding.FLOAT, floating, source), "Evaluating float", progress).metrics[metric]

    def lost(encoding: Encoding, graph: Any) -> float:
        return 100.0 * (reference - score(_predictor(encoding, graph, source), "Evaluating", silent).metrics[metric])

    return Budget(max_drop, lost, metric)


def _by_agreement(max_drop: float, floating: Any, source: SourceModel, compared: Sequence[PreparedPicture]) -> Budget:
    reference = _predictor(Encoding.FLOAT, floating, source)
    outputs = [reference.run(picture.prepared[None]) for picture in compared]

    def lost(encoding: Encoding, graph: Any) -> float:
        size_hw, classes = source.preprocessing.geometry.size_hw, len(source.class_names)
        comparison = Comparison(source.task, source.decoder, size_hw, classes)
        predictor = _predictor(encoding, graph, source)
        for picture, expected in zip(compared, outputs, strict=True):
            comparison.add([picture.name], expected, predictor.run(picture.prepared[None]))
        found = comparison.result(np.random.default_rng(0))
        # Embeddings, and pictures on which float finds nothing, have no share: then the noise itself, in percent.
        return (
            100.0 * (1.0 - found.share) if found.share is not None else float(100.0 * 10.0 ** (-found.sqnr_db / 10.0))
        )

    return Budget(max_drop, lost, "agreement with float")
