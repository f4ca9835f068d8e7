"""Holds the demo's events against what truly happens in the clip, with the delay that its settings allow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

__all__ = ["Judged", "Truth", "Verdict", "judge", "load_events", "load_truth", "settings_budget_frames"]

SLACK_FRAMES = 20
"""The truth is good to about 2 frames, and a bottle is lowered for up to 14 frames before it stands."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One true event.

    Attributes:
        facing: facing id.
        type: "opened" or "resolved".
        frame: first frame in which it is so.
        hand_until: last frame in which a hand covers the facing.
    """

    facing: str
    type: str
    frame: int
    hand_until: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A true event and the event raised for it.

    Attributes:
        truth: what happened.
        frame: frame in which the event was raised; None if it never was.
        latest: last frame in which it may be raised.
        in_time: raised, neither too early nor too late.
    """

    truth: Truth
    frame: int | None
    latest: int
    in_time: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How right a run's events are.

    Attributes:
        judged: the true events, in order.
        others: (facing or "camera", type, frame) of each event that no true one asks for.
        allowed: one sentence on how late an event may come.
    """

    judged: tuple[Judged, ...]
    others: tuple[tuple[str, str, int], ...]
    allowed: str

    @property
    def found(self) -> int:
        """How many true events came in time."""
        return sum(item.in_time for item in self.judged)

    @property
    def good(self) -> bool:
        """Every true event came in time, and no other."""
        return self.found == len(self.judged) and not self.others


def load_truth() -> tuple[float, tuple[Truth, ...]]:
    """Frames per second of the clip, and its true events in order."""
    import yaml

    raw = yaml.safe_load(files("edgekit.demo").joinpath("bottles.truth.yaml").read_text("utf-8"))
    return float(raw["fps"]), tuple(Truth(**event) for event in raw["events"])


def load_events(path: Path) -> list[tuple[str, str, int]]:
    """(facing, type's last word, frame) of each restock event in a JSON lines log; none where there is no log."""
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return [
        (event["subject"], event["type"].rsplit(".", 1)[1], event["data"]["frame_index"])
        for event in events
        if event["type"].startswith("io.edgekit.restock.")
    ]


def settings_budget_frames(shelf: Mapping[str, float], sample_fps: float, fps: float, kind: str) -> int:
    """Frames that stillness, median window and hold cost by configuration."""
    hold_s = shelf["hold_out_of_stock_s" if kind == "opened" else "hold_restocked_s"]
    return round((shelf["stillness_s"] + shelf["window"] / sample_fps + hold_s) * fps)


def judge(
    events: Sequence[tuple[str, str, int]],
    truth: Sequence[Truth],
    *,
    fps: float,
    shelf: Mapping[str, float],
    sample_fps: float,
) -> tuple[list[Judged], list[tuple[str, str, int]]]:
    """Match events to true ones, in order per facing; what matches none is the second result."""
    left = list(events)
    judged = []
    for true in truth:
        latest = max(true.frame, true.hand_until) + SLACK_FRAMES
        latest += settings_budget_frames(shelf, sample_fps, fps, true.type)
        match = next((event for event in left if event[:2] == (true.facing, true.type)), None)
        if match is None:
            judged.append(Judged(true, None, latest, in_time=False))
            continue
        left.remove(match)
        judged.append(Judged(true, match[2], latest, in_time=true.frame - SLACK_FRAMES <= match[2] <= latest))
    return judged, left
