"""The shelf's words as values: states, reasons, evidence, views, transitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Frame, Pixels
from edgekit.vision.detection import Detections

if TYPE_CHECKING:
    from edgekit.shelf.depletion import TimeToEmpty

__all__ = [
    "Embeddings",
    "Evidence",
    "FacingStatus",
    "Findings",
    "Probabilities",
    "Transition",
    "TransitionKind",
    "UnknownReason",
    "View",
    "Want",
]


class FacingStatus(str, Enum):
    """The state of a facing."""

    UNKNOWN = "unknown"
    STOCKED = "stocked"
    LOW = "low"
    OUT_OF_STOCK = "out_of_stock"
    MISPLACED = "misplaced"


class UnknownReason(str, Enum):
    """Why a facing's state is `unknown`."""

    NO_BASELINE = "no_baseline"
    OCCLUDED = "occluded"
    MOVING = "moving"
    CAMERA_MOVED = "camera_moved"
    DARK = "dark"
    INFRARED = "infrared"
    OVEREXPOSED = "overexposed"
    BLURRED = "blurred"
    COVERED = "covered"
    FROZEN = "frozen"
    UNDECIDED = "undecided"
    NO_EVIDENCE = "no_evidence"
    CLOSED = "closed"


class TransitionKind(str, Enum):
    """What happened to an episode; the last word of an event's type."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one sample says of one facing.

    Attributes:
        facing: its id.
        visible_share: 0-1, how much of the polygon is not covered by somebody or something in front.
        moving: something moves inside the polygon.
        fill: probability (0-1) that the facing is stocked (capacity 1), or the share of its capacity that is
            there; None when this sample cannot say.
        reason: why it cannot say; None when it can.
        method: the way the fill was found.
        misplaced: probability (0-1) that another product of the planogram stands here instead.
        units: fill is a share of the capacity (units were counted), so that the facing can be `low`.
    """

    facing: str
    visible_share: float
    moving: bool
    fill: float | None
    reason: UnknownReason | None = None
    method: str = ""
    misplaced: float = 0.0
    units: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Want:
    """Pixels that a model should look at for one sample.

    Attributes:
        role: the model's role in the configuration, such as "shelf".
        regions: uint8 (height, width, 3) each: the whole frame for a detector, one crop a facing for a classifier.
            The first want of a run shows the reference picture instead, whose size may differ from the frame's:
            a region's own shape is its size.
        facings: ids that the regions belong to; empty for a whole frame.
    """

    role: str
    regions: tuple[Pixels, ...]
    facings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Probabilities:
    """A classifier's answer to one Want: float32 (regions, classes), rows sum to 1."""

    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """An embedding model's answer to one Want: float32 (regions, width), each of length 1."""

    values: NDArray[np.float32]


Findings = Mapping[str, Detections | Probabilities | Embeddings]
"""What the models said of a View's wants, by role; a role that could not be run is absent."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the shelf saw in a sample before any model looked: gates per facing, and the pixels wanted.

    Attributes:
        frame: the sample.
        gates: evidence so far by facing id: visible share, motion, reason; fill is None.
        wants: what models should look at; empty when no facing can be concluded from this sample.
        memory: what the next `look` will need (small pictures, background); opaque.
        of_reference: the wants show the reference picture, not this frame.
        aligned: the frame's pixels as the reference lays them out: what the wants show; None: as they are.
        tracking: what the next `look` will need of the camera's alignment; opaque.
    """

    frame: Frame
    gates: Mapping[str, Evidence]
    wants: tuple[Want, ...]
    memory: object
    of_reference: bool = False
    aligned: Pixels | None = None
    tracking: object = None

    @property
    def pixels(self) -> Pixels:
        """The frame as the reference lays it out, so that the planogram's polygons hold."""
        return self.frame.pixels if self.aligned is None else self.aligned


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of an episode, with what an event needs to be told.

    Attributes:
        facing: id.
        kind: opened, updated, resolved or retracted.
        episode: number of the episode of this facing, from 1.
        number: number of this transition within the episode, from 1.
        state: the facing's state after it.
        previous_state: the facing's state before it.
        reason: why, such as "at_start", "state_changed", "facing_removed"; None for the plain case.
        fill: median fill of the window (0-1), or None.
        confidence: 0-1, how clearly the window speaks for `state`.
        since_s: visible seconds that the state had held when this was decided.
        media_time_s: time of the deciding sample in its epoch, seconds.
        frame_index: index of the deciding sample.
        time_to_empty: of a facing that is low, where its pace is known.
    """

    facing: str
    kind: TransitionKind
    episode: int
    number: int
    state: FacingStatus
    previous_state: FacingStatus
    reason: str | None
    fill: float | None
    confidence: float
    since_s: float
    media_time_s: float
    frame_index: int
    time_to_empty: TimeToEmpty | None = None
