"""All kinds of clips by name, and how one is written."""

from __future__ import annotations

from pathlib import Path

from blind_clips.kind import film_kind
from blind_clips.kinds import KINDS


def clip_names() -> tuple[str, ...]:
    """The names of all kinds, in the order of the set."""
    return tuple(KINDS)


def write_clip(name: str, *, held_out: bool, seed: int, data: Path, folder: Path) -> Path:
    """Write a clip of a kind with its reference, planogram, truth and settings; returns the path of its edgekit.yaml.

    Held-out clips draw from other photographs than those that may be tuned on; every seed is another shelf and story.
    """
    return film_kind(KINDS[name], held_out=held_out, seed=seed, data=data, folder=folder)
