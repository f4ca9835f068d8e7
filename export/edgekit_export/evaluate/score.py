"""The task's own metric of anything that predicts, on anybody's labelled pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from edgekit.bundle.manifest import Task
from edgekit.errors import UsageError
from edgekit_export.evaluate.classification import classification_scores
from edgekit_export.evaluate.coco import detection_scores, read_coco
from edgekit_export.evaluate.labelled import read_labelled
from edgekit_export.evaluate.predicts import Predicts
from edgekit_export.evaluate.scores import Scores
from edgekit_export.progress import Progress

__all__ = ["scorer"]

Scorer = Callable[[Predicts, str, Progress], Scores]


def scorer(task: Task, data: Path, class_names: Sequence[str]) -> Scorer:
    """Read the labels of `data` now; the returned function scores a model (model, stage, progress) on them.

    Raises:
        DataError: the data is missing, or its labels do not match the classes.
        UsageError: the task has no metric.
    """
    if task is Task.CLASSIFY:
        labelled = read_labelled(data, class_names)
        return lambda model, stage, progress: classification_scores(model, labelled, stage=stage, progress=progress)
    if task is Task.DETECT:
        coco = read_coco(data, class_names)
        count = len(class_names)
        return lambda model, stage, progress: detection_scores(model, coco, count, stage=stage, progress=progress)
    raise UsageError(f"Models for {task.value} have no accuracy to evaluate; classify and detect have.")
