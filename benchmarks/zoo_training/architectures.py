"""torchvision's classifiers, also where its compiled operators do not load."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["classifier"]

# Operators stay declared only while their library is referenced.
_declared: list[Any] = []


def classifier(name: str, classes: int, **keywords: float) -> Any:
    """torchvision's own architecture (torch.nn.Module) with `classes` outputs and random weights."""
    return _torchvision().models.get_model(name, weights=None, num_classes=classes, **keywords)


def _torchvision() -> Any:
    """torchvision; a CPU torch beside a CUDA build of it lacks only operators that no classifier calls."""
    import torch

    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for module in [module for module in sys.modules if module.split(".")[0] == "torchvision"]:
            del sys.modules[module]
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)
        import torchvision
    return torchvision
