"""What the clips are called, and how one is written."""

from __future__ import annotations

from pathlib import Path

from store_clips.kinds import KINDS
from store_clips.making import Order, make_take
from store_clips.writing import write_take

FIRST_HELD_OUT = 1000
"""The seed of a held-out clip that has the group's own random numbers, as 0 of one to be tuned on."""


def clip_names() -> tuple[str, ...]:
    """The names of all kinds, in the order of the set."""
    return tuple(KINDS)


def write_clip(name: str, *, held_out: bool, seed: int, data: Path, folder: Path) -> Path:
    """Write a clip of a kind with its reference, planogram, truth and settings; returns the path of its edgekit.yaml.

    Held-out clips have other photographs than those that may be tuned on, and seeds from 1000 on; every seed is another
    shelf and story.
    """
    first = FIRST_HELD_OUT if held_out else 0
    if seed < first:
        raise ValueError(f"Seeds of {'held-out ' if held_out else ''}clips begin at {first}, not at {seed}.")
    order = Order(name=name, held_out=held_out, seed=seed - first)
    return write_take(make_take(order, data), order, folder)
