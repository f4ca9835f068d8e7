"""What annotation needs to know of a planogram and of a reading, and the words it says about a transition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from edgekit.shelf.words import FacingStatus, Transition, TransitionKind, UnknownReason

__all__ = ["FacingLike", "PlanogramLike", "ReadingLike", "outline_of", "said_of", "said_state"]


class FacingLike(Protocol):
    """A facing of a planogram."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def polygon_xy_px(self) -> Sequence[Sequence[float]]:
        """Its corners in the reference picture."""


class PlanogramLike(Protocol):
    """The facings of one camera."""

    @property
    def facings(self) -> Sequence[FacingLike]:
        """In the file's order."""

    @property
    def reference_size_hw(self) -> tuple[int, int]:
        """Height and width of the reference picture."""


class ReadingLike(Protocol):
    """One facing at one sample."""

    @property
    def state(self) -> FacingStatus:
        """As far as this sample can tell."""

    @property
    def reason(self) -> UnknownReason | None:
        """Why it is unknown."""

    @property
    def committed(self) -> FacingStatus:
        """The last concluded state."""

    @property
    def fill(self) -> float | None:
        """Median fill of the window."""

    @property
    def outline_xy_px(self) -> Sequence[Sequence[float]] | None:
        """Where the facing lies now, in pixels of the reference's size; None: where the planogram has it."""


def outline_of(facing: FacingLike, reading: ReadingLike | None) -> Sequence[Sequence[float]]:
    """The facing's corners now, in pixels of the reference's size: a moved camera has them elsewhere."""
    moved = reading.outline_xy_px if reading is not None else None
    return facing.polygon_xy_px if moved is None else moved


def said_state(state: FacingStatus) -> str:
    """ "out_of_stock" → "out of stock"."""
    return state.value.replace("_", " ")


def said_of(transition: Transition) -> str:
    """What happened, in a few words: "out of stock", "restocked", "out of stock (at start)"."""
    if transition.kind is TransitionKind.RESOLVED:
        text = "restocked" if transition.state is FacingStatus.STOCKED else said_state(transition.state)
    elif transition.kind is TransitionKind.RETRACTED:
        text = f"{said_state(transition.previous_state)} taken back"
    elif transition.kind is TransitionKind.UPDATED:
        text = f"now {said_state(transition.state)}"
    else:
        text = said_state(transition.state)
    if transition.reason is not None and transition.reason != "state_changed":
        text += f" ({transition.reason.replace('_', ' ')})"
    return text
