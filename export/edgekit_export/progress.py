"""How a long job says where it is: a stage's name, and how much of it is done."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "silent"]


class Progress(Protocol):
    """Called often, from the thread that works; may raise to stop the job."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` steps of `stage` are finished; total 0 where it is not known."""


def silent(stage: str, done: int, total: int) -> None:
    """A Progress that says nothing."""
