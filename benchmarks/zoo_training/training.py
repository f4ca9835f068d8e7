"""One training run: AdamW, one cycle, label smoothing, growing pictures, normalisation measured at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from edgekit_export.models.presets import IMAGENET_MEAN, IMAGENET_STD
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from zoo_training.architectures import classifier
from zoo_training.pictures import LabelledPictures
from zoo_training.recipe import Recipe

__all__ = ["logits", "normalised", "trained"]

_SMALLEST_PART = 0.7  # side of the smallest part of a picture that is trained on, over the picture's side
_BRIGHTNESS = 0.2


def normalised(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """uint8 (n, height, width, 3) BGR as float32 (n, 3, height, width) RGB with ImageNet's mean and deviation."""
    rgb = torch.from_numpy(np.ascontiguousarray(pixels[..., ::-1].transpose(0, 3, 1, 2))).float() / 255
    return (rgb - torch.tensor(IMAGENET_MEAN).view(3, 1, 1)) / torch.tensor(IMAGENET_STD).view(3, 1, 1)


def augmented(pictures: torch.Tensor, side_px: int, random: torch.Generator) -> torch.Tensor:
    """A random square part of each picture, every other mirrored, some lighter or darker, at `side_px` pixels."""
    count = len(pictures)
    part = _SMALLEST_PART + (1 - _SMALLEST_PART) * torch.rand(count, generator=random)
    mirror = torch.randint(0, 2, (count,), generator=random) * 2 - 1
    shift = (torch.rand(count, 2, generator=random) * 2 - 1) * (1 - part)[:, None]
    corner = torch.zeros(count)
    across = torch.stack([part * mirror, corner, shift[:, 0]], dim=1)
    down = torch.stack([corner, part, shift[:, 1]], dim=1)
    places = functional.affine_grid(torch.stack([across, down], dim=1), [count, 3, side_px, side_px], False)
    cut = functional.grid_sample(pictures, places, padding_mode="border", align_corners=False)
    light = 1 + _BRIGHTNESS * (torch.rand(count, 1, 1, 1, generator=random) * 2 - 1)
    return (cut * light).contiguous(memory_format=torch.channels_last)


def trained(recipe: Recipe, pictures: LabelledPictures, say: Callable[[str], None]) -> Any:
    """The trained network (torch.nn.Module in eval mode), on the CPU.

    The same recipe, pictures, torch and number of threads give the same weights.
    """
    torch.manual_seed(recipe.seed)
    random = torch.Generator().manual_seed(recipe.seed)
    model = classifier(recipe.architecture, len(pictures.classes), **dict(recipe.keywords))
    model = model.to(memory_format=torch.channels_last).train()
    inputs, labels = normalised(pictures.pixels), torch.from_numpy(pictures.labels)
    optimizer = torch.optim.AdamW(_groups(model, recipe.weight_decay), lr=recipe.peak_rate)
    epochs = [stage.side_px for stage in recipe.stages for _ in range(stage.epochs)]
    steps = len(epochs) * (len(labels) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.peak_rate, total_steps=steps, pct_start=0.25)
    for epoch, side_px in enumerate(epochs, start=1):
        started, losses = time.monotonic(), []
        for chosen in _batches(len(labels), recipe.batch, random):
            outputs = model(augmented(inputs[chosen], side_px, random))
            loss = functional.cross_entropy(outputs, labels[chosen], label_smoothing=recipe.label_smoothing)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        seconds = time.monotonic() - started
        say(
            f"{recipe.architecture} epoch {epoch}/{len(epochs)} {side_px} px loss {np.mean(losses):.3f} {seconds:.0f} s"
        )
    _measure_normalisation(model, inputs, recipe, epochs[-1], random)
    return model.eval()


def logits(model: Any, prepared: NDArray[np.uint8], batch: int = 64) -> NDArray[np.float32]:
    """Outputs of `model` for prepared pictures: float32 (pictures, classes)."""
    with torch.no_grad():
        parts = [
            model(normalised(prepared[start : start + batch]).contiguous(memory_format=torch.channels_last)).numpy()
            for start in range(0, len(prepared), batch)
        ]
    found: NDArray[np.float32] = np.concatenate(parts)
    return found


def _groups(model: Any, weight_decay: float) -> list[dict[str, Any]]:
    matrices = [weights for weights in model.parameters() if weights.ndim > 1]
    vectors = [weights for weights in model.parameters() if weights.ndim <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]


def _batches(count: int, size: int, random: torch.Generator) -> Iterator[torch.Tensor]:
    """Whole batches of a shuffled epoch."""
    order = torch.randperm(count, generator=random)
    for start in range(0, count - size + 1, size):
        yield order[start : start + size]


def _measure_normalisation(
    model: Any, inputs: torch.Tensor, recipe: Recipe, side_px: int, random: torch.Generator
) -> None:
    """Replace the running means and variances, which lag behind the weights, by those of one whole pass."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # torch's way to say: the plain mean over batches
    with torch.no_grad():
        for chosen in _batches(len(inputs), 2 * recipe.batch, random):
            model(augmented(inputs[chosen], side_px, random))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
