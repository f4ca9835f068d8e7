"""The network that tells a product from its variants: what of each place of a facing is found again near it."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from comparator.network import Block
from comparator.variant_pairs import Stands

__all__ = ["VariantNetwork"]

_REACH = 2
"""Cells of four pixels that a part of the print may be from where the reference shows it."""
_SOUGHT = 16
"""Channels in which they are looked for."""


class VariantNetwork(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """From normalised crops to logits: as a correlation layer does it (FlowNet, ICCV 2015), but within a facing."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        once, twice, thrice, four_times = (channels * times for times in (1, 2, 3, 4))
        self.described = nn.Sequential(
            Block(3, once, stride=2), Block(once, twice, stride=2), Block(twice, twice, groups=2)
        )
        self.sought = nn.Conv2d(twice, _SOUGHT, 1)
        self.compared = nn.Sequential(
            Block(3 * twice + (2 * _REACH + 1) ** 2 + 1, thrice, kernel=1),
            Block(thrice, thrice, groups=3),
            Block(thrice, four_times, stride=2),
            Block(four_times, four_times, groups=2),
        )
        self.dropped = nn.Dropout(0.2)
        self.told = nn.Linear(2 * four_times, len(Stands))

    def forward(self, now: torch.Tensor, reference: torch.Tensor, outline: torch.Tensor) -> torch.Tensor:
        """Logits (n, 2) of Stands.

        Args:
            now: float (n, 3, px, px), normalised.
            reference: the same.
            outline: float (n, 1, px, px), 0 or 1.
        """
        if self.training:  # together, for one mean and variance of both in batch normalisation
            seen, expected = self.described(torch.cat([now, reference])).chunk(2)
        else:
            seen, expected = self.described(now), self.described(reference)
        where = functional.avg_pool2d(outline, 4)
        found = _correlated(self.sought(seen), self.sought(expected))
        values = self.compared(torch.cat([seen, expected, (seen - expected).abs(), found, where], 1))
        pooled = torch.cat([values.mean((2, 3)), values.amax((2, 3))], 1)
        logits: torch.Tensor = self.told(self.dropped(pooled))
        return logits


def _correlated(seen: torch.Tensor, expected: torch.Tensor) -> torch.Tensor:
    """Likeness (n, shifts, height, width), -1 to 1, of each place to those around it in the reference."""
    height, width = seen.shape[2], seen.shape[3]
    around = functional.unfold(_directions(expected), 2 * _REACH + 1, padding=_REACH)
    around = around.view(-1, _SOUGHT, (2 * _REACH + 1) ** 2, height, width)
    return (_directions(seen).unsqueeze(2) * around).sum(1)


def _directions(values: torch.Tensor) -> torch.Tensor:
    """Of length 1, less what they have in common over the picture."""
    values = values - values.mean((2, 3), keepdim=True)
    return values / (values.square().sum(1, keepdim=True) + 1e-3).sqrt()
