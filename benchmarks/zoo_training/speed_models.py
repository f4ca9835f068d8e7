"""Networks whose time is measured and nothing else: at 224x224, with sane activations."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
from edgekit_export.calibration_images import spread
from edgekit_export.models.presets import PRESETS, preset_preprocessing
from edgekit_export.models.torch_export import onnx_from_module
from edgekit_export.pictures import pictures_in, read_picture
from torch import nn

from edgekit.vision.geometry import prepare
from zoo_training.architectures import classifier
from zoo_training.training import normalised

__all__ = ["speed_model"]

_SIDE_PX: Final = 224
_PICTURES: Final = 64


def speed_model(name: str, pictures: Path, weights: Path) -> bytes:
    """torchvision's `name` as ONNX (opset 17, 1x3x224x224).

    Its normalisation layers hold the statistics of the pictures that it was trained on, at this size: with others,
    activations grow or vanish from layer to layer, ranges become empty, and quantizers take ways that no trained
    network takes.

    Args:
        name: as torchvision calls it.
        pictures: a folder of what it was trained on.
        weights: its state_dict, trained at another size. Random ones will not do: no picture then differs from another
            by more than rounding, and a quantizer that measures noise leaves float what it need not.
    """
    contract = preset_preprocessing(PRESETS["imagenet"], (_SIDE_PX, _SIDE_PX))
    paths = pictures_in(pictures)
    chosen = [read_picture(paths[index]) for index in spread(len(paths), _PICTURES)]
    batch = normalised(np.stack([prepare(picture, contract.geometry.to_geometry()) for picture in chosen]))
    trained = torch.load(weights, weights_only=True)
    model = classifier(name, len(next(reversed(trained.values())))).train()
    model.load_state_dict(trained)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # the plain mean over batches: of this one
    with torch.no_grad():
        model(batch)
    graph = onnx_from_module(model.eval(), size_hw=(_SIDE_PX, _SIDE_PX), outputs=("logits",), where=name)
    content: bytes = graph.SerializeToString()
    return content
