"""`edgekit evaluate`: the task's own metrics of any encoding, through the runtime's preprocessing and decoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Task
from edgekit.errors import DataError
from edgekit_export.evaluate.score import scorer
from edgekit_export.needs import need
from edgekit_export.progress import Progress, silent

__all__ = ["EvaluationResult", "evaluate"]


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What `edgekit evaluate` found.

    Attributes:
        task: "classify" or "detect".
        encoding: which graph really ran.
        backend: what ran it.
        images: pictures evaluated.
        metrics: fractions of 1: top1, top5, or map, map50, map75.
        skipped: "path: reason" of each picture that could not be read.
        notes: how labels were matched and why this encoding and backend, for people.
    """

    task: str
    encoding: str
    backend: str
    images: int
    metrics: Mapping[str, float]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def evaluate(
    bundle: Path | str,
    data: Path,
    *,
    encoding: str = "auto",
    backend: str = "auto",
    progress: Progress = silent,
) -> EvaluationResult:
    """Evaluate a bundle on labelled pictures.

    Args:
        bundle: a .edgekit file.
        data: a folder of class folders or a CSV list (classify), a folder with annotations.json and images/ (detect).
        encoding: "auto" or a name of a graph.
        backend: "auto" or a backend's name.
        progress: told after each picture.

    Raises:
        BundleError: the bundle cannot be read.
        DataError: the data is missing, or its labels do not match.
        BackendUnavailable, GoldenMismatch: nothing here can run what was asked for.
        MissingExtra: pycocotools is missing for a detector.
    """
    from edgekit.backends.selection import load_model
    from edgekit.predictor import Predictor

    opened = Bundle.open(bundle)
    if opened.manifest.task is Task.DETECT:
        need("pycocotools", "export", needed_for="evaluating a detector")
    if not data.exists():
        raise DataError(f"{data}: no such folder or list of labelled pictures.")
    score = scorer(opened.manifest.task, data, opened.manifest.class_names)
    model = load_model(opened, encoding=encoding, backend=backend)
    try:
        scores = score(Predictor(model), "Evaluating", progress)
        return EvaluationResult(
            task=opened.manifest.task.value,
            encoding=model.encoding,
            backend=model.backend,
            images=scores.images,
            metrics=scores.metrics,
            skipped=scores.skipped,
            notes=(*scores.notes, model.reason),
        )
    finally:
        model.close()
