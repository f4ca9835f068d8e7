"""The outcomes as a table: a row a scenario, a block a group, edgekit beside its peer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edgekit.replay.figures import figures_of
from shelf_bench.cases import Group
from shelf_bench.running import Outcome

__all__ = ["as_json", "lines"]

_HEAD = (
    f"{'':24}{'precision':>10}{'recall':>8}{'resolved':>10}{'p95 s':>7}{'false':>7}{'a day':>8}{'flags':>8}"
    f"{'stocked':>9} | {'precision':>10}{'recall':>8}{'resolved':>10}{'false':>7}"
)


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Text, 130 columns."""
    yield f"{'':24}{'edgekit':^67} | {'colour difference':^35}"
    yield _HEAD
    for group in Group:
        mine = [one for one in outcomes if one.group is group]
        if not mine:
            continue
        yield group.value
        for row in sorted({_about(one) for one in mine}):
            yield _row(f"  {row}", [one for one in mine if _about(one) == row])
        yield _row(f"  {group.value}: all {len(mine)}", mine)
        hours, transitions = _size(mine)
        yield f"  {hours:.2f} camera-hours, {transitions} true transitions"


def _about(outcome: Outcome) -> str:
    """What a row is of: a scenario; of real clips each its own."""
    return outcome.name if outcome.group is Group.REAL else outcome.ours.truth.scenario


def _size(outcomes: Sequence[Outcome]) -> tuple[float, int]:
    truths = [one.ours.truth for one in outcomes]
    return sum(truth.duration_s for truth in truths) / 3600, sum(len(truth.changes) for truth in truths)


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    ours, peer = figures_of([one.ours for one in outcomes]), figures_of([one.peer for one in outcomes])
    delay = "-" if ours.delay_p95_s is None else f"{ours.delay_p95_s:.1f}"
    flags = f"{ours.flagged}/{ours.trouble}" + (f"+{ours.false_flags}" if ours.false_flags else "")
    return (
        f"{name:24}{_share(ours.precision):>10}{_share(ours.recall):>8}{_share(ours.resolved_recall):>10}{delay:>7}"
        f"{ours.false_alarms:>7}{ours.false_alarms_per_day:>8.1f}{flags:>8}{_share(ours.stocked_share):>9}"
        f" | {_share(peer.precision):>10}{_share(peer.recall):>8}{_share(peer.resolved_recall):>10}"
        f"{peer.false_alarms:>7}"
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def as_json(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Figures by group, and of each clip."""

    def both(chosen: Sequence[Outcome]) -> dict[str, object]:
        ours, peer = figures_of([one.ours for one in chosen]), figures_of([one.peer for one in chosen])
        return {"edgekit": ours.to_json(), "colour difference": peer.to_json()}

    groups: dict[str, object] = {}
    for group in Group:
        chosen = [one for one in outcomes if one.group is group]
        if chosen:
            hours, transitions = _size(chosen)
            groups[group.value] = {"camera_hours": hours, "transitions": transitions, **both(chosen)}
    clips = [
        {"clip": one.name, "group": one.group.value, "wall_s": one.wall_s, "faults": list(one.faults), **both([one])}
        for one in outcomes
    ]
    return {"groups": groups, "clips": clips}
