"""The network that tells a product from its variants: what of each place of a facing is found again near it."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from comparator.network import Compares
from comparator.variant_pairs import Stands

__all__ = ["VariantNetwork"]

_REACH = 2
"""Cells of four pixels that a part of the print may be from where the reference shows it."""
_SOUGHT = 16
"""Channels in which they are looked for."""


class VariantNetwork(Compares):
    """Tells of Stands as a correlation layer does (FlowNet, ICCV 2015), within a facing; 70 thousand weights."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__(channels, len(Stands), found=(2 * _REACH + 1) ** 2)
        self.sought = nn.Conv2d(2 * channels, _SOUGHT, 1)

    def found(self, seen: torch.Tensor, expected: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """How like each part of the print is to those around its place in the reference."""
        return (_correlated(self.sought(seen), self.sought(expected)),)


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
