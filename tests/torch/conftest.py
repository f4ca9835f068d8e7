"""torch's tests run in an environment of their own (`make test-torch`); torchvision's NMS where its build lacks it.

A CPU torch beside a CUDA build of torchvision cannot load torchvision's compiled operators. The models need only NMS
of them, which is given here in plain torch. A matching pair needs none of this, and edgekit itself never does it.
"""

from __future__ import annotations

import sys

import pytest


def _greedy_nms(boxes, scores, iou_threshold):
    import torch

    order = scores.argsort(descending=True, stable=True)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    kept = []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(best)
        low = torch.maximum(boxes[best, :2], boxes[rest, :2])
        high = torch.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = (high - low).clamp(min=0).prod(dim=1)
        order = rest[shared / (area[best] + area[rest] - shared) <= iou_threshold]
    return torch.stack(kept) if kept else torch.zeros(0, dtype=torch.int64)


def _import_torchvision():
    import torchvision
    import torchvision.extension

    return torchvision


@pytest.fixture(scope="session", autouse=True)
def torchvision_library():
    """torchvision, usable beside this torch; yields the library of operators that was needed for that, or None."""
    import torch

    try:
        _import_torchvision()
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.impl("nms", _greedy_nms, "CPU")
        _import_torchvision().extension._has_ops = lambda: True
        yield library
    else:
        yield None


@pytest.fixture(autouse=True)
def reproducible():
    """Random weights are the same in every run; two threads, as elsewhere."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(2)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Twenty pictures of coloured blobs."""
    import cv2
    import numpy as np

    folder = tmp_path_factory.mktemp("pictures")
    for index in range(20):
        small = np.random.default_rng(index).integers(0, 256, (6, 8, 3), np.uint8)
        cv2.imwrite(str(folder / f"{index:02d}.png"), cv2.resize(small, (160, 120), interpolation=cv2.INTER_CUBIC))
    return folder
