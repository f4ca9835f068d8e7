"""How each network of the zoo is trained, as data; its hash says whether a checkpoint was made by this recipe."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Final

__all__ = ["INPUT_SIDE_PX", "RECIPES", "Recipe", "Stage", "fingerprint"]

INPUT_SIDE_PX: Final = 96
"""Side of the square pictures that the finished networks take."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Some epochs at one size.

    Attributes:
        side_px: side of the training pictures. Small ones first: the network sees four times as many pictures a
            second at 48 pixels as at 96 (progressive resizing; Howard, fast.ai DAWNBench entry, 2018).
        epochs: passes over the training pictures.
    """

    side_px: int
    epochs: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """One training run.

    Attributes:
        architecture: torchvision's name.
        stages: in order; the last is at the size that the finished network takes.
        peak_rate: AdamW's learning rate at the top of the one-cycle schedule.
        keywords: what torchvision's constructor is given, besides the number of classes.
        batch: pictures a step.
        weight_decay: AdamW's; none on biases and normalisation.
        label_smoothing: share of each label spread over all classes.
        seed: of weights, order and augmentation.
    """

    architecture: str
    stages: tuple[Stage, ...] = (Stage(48, 9), Stage(64, 6), Stage(INPUT_SIDE_PX, 4))
    peak_rate: float = 2e-3
    keywords: tuple[tuple[str, float], ...] = ()
    batch: int = 32
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    seed: int = 1


# Dropout and stochastic depth hold back a network that sees its pictures twenty times only.
RECIPES: Final = (
    Recipe("mobilenet_v2", keywords=(("dropout", 0.1),)),
    Recipe(
        "efficientnet_b0",
        stages=(Stage(48, 8), Stage(64, 5), Stage(INPUT_SIDE_PX, 3)),
        keywords=(("dropout", 0.1), ("stochastic_depth_prob", 0.0)),
    ),
    Recipe("mobilenet_v3_large", keywords=(("dropout", 0.1),)),
    Recipe("resnet18", stages=(Stage(48, 9), Stage(64, 5), Stage(INPUT_SIDE_PX, 3)), peak_rate=1e-3),
    # Timed only: just so much that its activations are those of a network that tells something apart.
    Recipe("resnet50", stages=(Stage(48, 4),), peak_rate=1e-3),
)


def fingerprint(recipe: Recipe, pictures_sha256: str) -> str:
    """SHA-256 of the recipe and of the training pictures (hex)."""
    content = json.dumps({"recipe": asdict(recipe), "pictures": pictures_sha256}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
