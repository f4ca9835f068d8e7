"""Your own network as a bundle: a function that returns the module and what edgekit must know of it.

Run it from the folder above (needs `pip install 'edgekit[torch]'`), with your own pictures and weights:

    edgekit export examples.own_model:shelf_classifier --checkpoint weights.pt \
        --int8 --calibration pictures/ -o own.edgekit
"""

from edgekit_export.models import UserModel
from torch import nn

from edgekit.bundle.manifest import Task

PRODUCTS = ("cola", "water", "juice", "empty")


def shelf_classifier() -> UserModel:
    """A small classifier of facings' crops, 64x64 pixels."""
    layers: list[nn.Module] = []
    channels = 3
    for width in (16, 32, 64):
        layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        channels = width
    module = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, len(PRODUCTS)))
    # No preprocessing is named: classifiers get ImageNet's by default, which `edgekit export` prints.
    return UserModel(module, input_size_hw=(64, 64), task=Task.CLASSIFY, class_names=PRODUCTS)
