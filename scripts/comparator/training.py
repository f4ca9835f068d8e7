"""Trains the comparator's network on rendered pairs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from comparator.network import normalised
from comparator.rendering import Pairs

__all__ = ["trained"]

_BATCH: Final = 96
_RATE: Final = 3e-3
_SHOWN_EVERY: Final = 300
"""Steps."""

Crops = NDArray[np.float32]
"""float32 (n, px, px, 3), 0-255."""


def trained(make: Callable[[], nn.Module], pairs: Pairs, *, steps: int, seed: int) -> nn.Module:
    """A network trained on pairs: AdamW, one cycle, pairs drawn with repetition and varied anew each time."""
    torch.manual_seed(seed)
    random, network = np.random.default_rng(seed), make()
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    started, losses = time.monotonic(), []
    network.train()
    for step in range(1, steps + 1):
        now, reference, outline, shows = _batch(random, pairs)
        loss = functional.cross_entropy(network(now, reference, outline), shows, label_smoothing=0.03)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % _SHOWN_EVERY == 0 or step == steps:
            print(f"step {step}/{steps}: loss {np.mean(losses):.3f}, {time.monotonic() - started:.0f} s", flush=True)
            losses.clear()
    network.eval()
    return network


def _batch(random: np.random.Generator, pairs: Pairs) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Inputs of the network, normalised, and what they show."""
    drawn = _mirrored(random, pairs.chosen(random.integers(len(pairs), size=_BATCH)))
    now, reference = _varied(random, drawn.now.astype(np.float32), drawn.reference.astype(np.float32))
    outline = torch.from_numpy(drawn.outline).float().unsqueeze(1)
    return (
        normalised(torch.from_numpy(now)).contiguous(),
        normalised(torch.from_numpy(reference)).contiguous(),
        outline,
        torch.from_numpy(drawn.shows),
    )


def _mirrored(random: np.random.Generator, pairs: Pairs) -> Pairs:
    """Half of them mirrored."""
    mirrored = random.random(len(pairs)) < 0.5
    now, reference, outline = (
        np.where(mirrored.reshape(-1, *(1,) * (part.ndim - 1)), part[:, :, ::-1], part)
        for part in (pairs.now, pairs.reference, pairs.outline)
    )
    return replace(pairs, now=now, reference=reference, outline=outline)


def _varied(random: np.random.Generator, now: Crops, reference: Crops) -> tuple[Crops, Crops]:
    """Other colours and light in both; other light, noise and a shift by a pixel in what is now."""
    count = len(now)
    order = np.tile(np.arange(3), (count, 1))
    swapped = random.random(count) < 0.4
    order[swapped] = random.permuted(order[swapped], axis=1)
    now, reference = (np.take_along_axis(part, order[:, None, None], 3) for part in (now, reference))
    both = np.exp(random.normal(0, 0.2, (count, 1, 1, 1)))
    alone = np.exp(random.normal(0, 0.15, (count, 1, 1, 1)) + random.normal(0, 0.03, (count, 1, 1, 3)))
    now, reference = now * (both * alone).astype(np.float32), reference * both.astype(np.float32)
    noisy = random.random(count) < 0.3
    now[noisy] += 5 * random.standard_normal(now[noisy].shape, np.float32)
    for index in np.flatnonzero(random.random(count) < 0.3):
        now[index] = np.roll(now[index], tuple(random.integers(-1, 2, 2)), (0, 1))
    return np.clip(now, 0, 255), np.clip(reference, 0, 255)
