"""What truly happens in a clip: which facing is in which state when, when it is hidden, what is done to the camera."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edgekit.errors import DataError
from edgekit.files import write_whole
from edgekit.shelf.words import FacingStatus

__all__ = ["CameraTrouble", "Change", "Interval", "Nuisance", "Truth", "load_truth", "save_truth"]

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Interval = tuple[Seconds, Seconds]
"""Start and end, seconds of media time; the end does not belong to it."""

FOUND_AGAIN_S: Final = 120.0
"""So long a moved camera may need until it knows its view again."""

State = Literal[FacingStatus.STOCKED, FacingStatus.LOW, FacingStatus.OUT_OF_STOCK, FacingStatus.MISPLACED]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(_Frozen):
    """A facing has another true state from a moment on, whether or not it can be seen just then."""

    facing: str = Field(description="facing id")
    time_s: Seconds = Field(description="media time of the first frame in which it is so; 0: from the start")
    state: State
    cause: str = Field("", description="what did it, for tables: taken, restocked, swapped")


class Nuisance(_Frozen):
    """Something that happens and is no reason for an event: a shopper, a hand, a lamp, noise."""

    kind: str
    from_s: Seconds
    until_s: Seconds


class CameraTrouble(_Frozen):
    """A stretch in which the camera sees something else, or nothing."""

    kind: Literal["moved", "blocked", "lost"]
    from_s: Seconds
    until_s: Seconds


class Truth(_Frozen):
    """A clip's truth, as truth.json holds it."""

    version: Literal[1] = 1
    scenario: str = Field("", description="what the clip is about, for tables")
    seed: int | None = Field(None, description="of the simulation that made the clip")
    duration_s: Annotated[float, Field(gt=0)] = Field(description="media time of the whole clip")
    facings: tuple[str, ...] = Field(description="every facing of the planogram; all are stocked at 0 s unless changed")
    changes: tuple[Change, ...] = Field((), description="in order of time")
    hidden: dict[str, tuple[Interval, ...]] = Field({}, description="by facing: when most of it cannot be seen")
    nuisances: tuple[Nuisance, ...] = ()
    camera: tuple[CameraTrouble, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Truth:
        named = {change.facing for change in self.changes} | set(self.hidden)
        if unknown := sorted(named - set(self.facings)):
            raise ValueError(f"{unknown[0]!r} is not among `facings`")
        times = [change.time_s for change in self.changes]
        if times != sorted(times):
            raise ValueError("`changes` are not in order of time")
        return self

    def state_at(self, facing: str, time_s: float) -> FacingStatus:
        """The true state of a facing at a moment."""
        states = [change.state for change in self.changes if change.facing == facing and change.time_s <= time_s]
        return states[-1] if states else FacingStatus.STOCKED

    def hidden_s(self, facing: str, from_s: float, until_s: float) -> float:
        """For how many seconds of a stretch something stands before the facing; overlapping intervals count once."""
        return _covered_s(self.hidden.get(facing, ()), from_s, until_s)

    def visible_s(self, facing: str, from_s: float, until_s: float) -> float:
        """For how many seconds of a stretch the facing can be seen: neither hidden nor the camera in trouble."""
        return max(0.0, until_s - from_s - _covered_s(self.unseen(facing), from_s, until_s))

    def seen_for(self, facing: str, from_s: float, visible_s: float) -> float:
        """Media time at which the facing could be seen for so many seconds from `from_s` on; may be after the end."""
        now_s, left_s = from_s, visible_s
        for start_s, end_s in sorted(self.unseen(facing)):
            if start_s - now_s >= left_s:
                break
            left_s -= max(0.0, start_s - now_s)
            now_s = max(now_s, end_s)
        return now_s + left_s

    def unseen(self, facing: str) -> tuple[Interval, ...]:
        """When the facing cannot be seen, whether it is hidden or the camera in trouble; in no order.

        A camera that was moved sees again once it has found the reference: what it does not show then is `hidden`.
        """
        blind = [
            (one.from_s, min(one.until_s, one.from_s + FOUND_AGAIN_S) if one.kind == "moved" else one.until_s)
            for one in self.camera
        ]
        return (*self.hidden.get(facing, ()), *blind)

    def sees(self, facing: str, time_s: float) -> bool:
        """Whether the facing can be seen at a moment."""
        return not any(from_s <= time_s < until_s for from_s, until_s in self.unseen(facing))


def _covered_s(intervals: Iterable[Interval], from_s: float, until_s: float) -> float:
    covered_s, reached_s = 0.0, from_s
    for start_s, end_s in sorted(intervals):
        start_s, end_s = max(start_s, reached_s), min(end_s, until_s)
        if end_s > start_s:
            covered_s += end_s - start_s
            reached_s = end_s
    return covered_s


def load_truth(path: Path) -> Truth:
    """Read a truth.json.

    Raises:
        DataError: no such file, not JSON, or not a truth; says where and what.
    """
    try:
        return Truth.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"cannot read the truth {path}: {error.strerror or error}.",
            hint="`edgekit simulate` writes one with each clip; docs/replay.md says what it holds.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path}: {where + ': ' if where else ''}{first['msg']}.") from error


def save_truth(truth: Truth, path: Path) -> None:
    """Write a truth.json.

    Raises:
        OutputError: it cannot be written.
    """
    values = truth.model_dump(mode="json", exclude_defaults=True) | {"version": truth.version}
    write_whole(path, (json.dumps(values, indent=1) + "\n").encode())
