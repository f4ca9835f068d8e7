"""Where a graph comes from: zoo, checkpoints, ONNX files, your own code."""

from edgekit_export.models.options import ModelOptions
from edgekit_export.models.resolve import resolve_model
from edgekit_export.models.source_model import SourceModel
from edgekit_export.models.user_model import UserModel

__all__ = ["ModelOptions", "SourceModel", "UserModel", "resolve_model"]
