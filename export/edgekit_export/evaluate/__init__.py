"""The task's own metrics of any encoding, through the runtime's own preprocessing and decoding."""

from edgekit_export.evaluate.evaluate import EvaluationResult, evaluate
from edgekit_export.evaluate.scores import Scores

__all__ = ["EvaluationResult", "Scores", "evaluate"]
