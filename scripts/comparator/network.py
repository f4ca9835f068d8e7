"""The comparator's network, and what it shares with that of variants: two crops of a facing through the same layers."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from comparator.pairs import Shows
from edgekit.shelf.evidence.comparator import View

__all__ = ["Compares", "Exported", "Network", "normalised", "write"]

_DARK, _MIDDLE = 12.0, 90.0
"""Levels, of 255: what is added before the logarithm, so that noise in the dark stays small, and what becomes 0."""


class Block(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A convolution, batch normalisation, ReLU; where the size and channels stay, what was given is added."""

    def __init__(self, given: int, wanted: int, *, kernel: int = 3, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(given, wanted, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.normalisation = nn.BatchNorm2d(wanted)
        self.adds = stride == 1 and given == wanted

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Values of the same or half the size."""
        made = functional.relu(self.normalisation(self.convolution(values)))
        return made + values if self.adds else made


class Compares(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """What networks of two crops have in common: both through the same layers, then both and their difference."""

    def __init__(self, channels: int, outputs: int, found: int = 0) -> None:
        """Make the layers.

        Args:
            channels: of the first layer; later ones have up to four times as many.
            outputs: logits.
            found: channels that found() gives.
        """
        super().__init__()
        once, twice, thrice, four_times = (channels * times for times in (1, 2, 3, 4))
        self.described = nn.Sequential(
            Block(3, once, stride=2), Block(once, twice, stride=2), Block(twice, twice, groups=2)
        )
        self.compared = nn.Sequential(
            Block(3 * twice + found + 1, thrice, kernel=1),
            Block(thrice, thrice, groups=3),
            Block(thrice, four_times, stride=2),
            Block(four_times, four_times, groups=2),
        )
        self.dropped = nn.Dropout(0.2)
        self.told = nn.Linear(2 * four_times, outputs)

    def found(self, seen: torch.Tensor, expected: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What else is told of both, each float (n, channels, px / 4, px / 4)."""
        return ()

    def forward(self, now: torch.Tensor, reference: torch.Tensor, outline: torch.Tensor) -> torch.Tensor:
        """Logits (n, outputs).

        Args:
            now: float (n, 3, px, px), normalised.
            reference: the same.
            outline: float (n, 1, px, px), 0 or 1.
        """
        if self.training:  # together, for one mean and variance of both in batch normalisation
            seen, expected = self.described(torch.cat([now, reference])).chunk(2)
        else:
            seen, expected = self.described(now), self.described(reference)
        where, found = functional.avg_pool2d(outline, 4), self.found(seen, expected)
        values = self.compared(torch.cat([seen, expected, (seen - expected).abs(), *found, where], 1))
        pooled = torch.cat([values.mean((2, 3)), values.amax((2, 3))], 1)
        logits: torch.Tensor = self.told(self.dropped(pooled))
        return logits


class Network(Compares):
    """Tells of Shows; 150 thousand weights."""

    def __init__(self, channels: int = 24) -> None:
        super().__init__(channels, len(Shows))


class Exported(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A network with crops as edgekit cuts them for inputs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, now: torch.Tensor, reference: torch.Tensor, outline: torch.Tensor) -> torch.Tensor:
        """Logits of uint8 crops (n, px, px, 3) BGR, and outlines (n, px, px)."""
        logits: torch.Tensor = self.network(normalised(now), normalised(reference), outline.float().unsqueeze(1))
        return logits


def normalised(pixels: torch.Tensor) -> torch.Tensor:
    """float (n, 3, height, width) of (n, height, width, 3), 0-255: logarithms, in which another exposure is a sum."""
    return torch.log((pixels.permute(0, 3, 1, 2).float() + _DARK) / _MIDDLE)


def write(network: nn.Module, view: View, out: Path) -> None:
    """Write a network as ONNX, any number of pairs at a time."""
    crop = torch.zeros(2, view.px, view.px, 3, dtype=torch.uint8)
    names = ["now", "reference", "outline"]
    torch.onnx.export(
        Exported(network).eval(),
        (crop, crop, crop[..., 0].contiguous()),
        str(out),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={name: {0: "n"} for name in (*names, "logits")},
        opset_version=17,
        dynamo=False,
    )
