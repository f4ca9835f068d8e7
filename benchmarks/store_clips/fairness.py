"""Whether a story can be told by who watches the clip with care."""

from __future__ import annotations

from itertools import pairwise

from store_clips.errors import UnfairError
from store_clips.sight import Span
from store_clips.story import Story

FACINGS = (6, 16)
CHANGES = (3, 8)
SEEN_S = 14.0  # so long a state must be seen, or not at all
SEEN_AT_FIRST_S = 4.0  # the first state of a place is that of the reference
UNSEEN_S = 0.45


def check_places(count: int) -> None:
    """Raise where a clip has too few or too many places."""
    if not FACINGS[0] <= count <= FACINGS[1]:
        raise UnfairError(f"{count} facings")


def check_story(story: Story, hidden: dict[str, list[Span]]) -> None:
    """Raise where changes are few or many, or a state is seen for too short a time without being hidden."""
    if story.changes and not CHANGES[0] <= len(story.changes) <= CHANGES[1]:
        raise UnfairError(f"{len(story.changes)} changes")
    times: dict[str, list[float]] = {}
    for change in story.changes:
        times.setdefault(change.facing, []).append(change.time_s)
    for name, changed_s in times.items():
        for index, (from_s, until_s) in enumerate(pairwise((0.0, *changed_s, story.duration_s))):
            seen_s = _seen_s((from_s, until_s), hidden.get(name, []))
            least_s = SEEN_S if index else SEEN_AT_FIRST_S
            if UNSEEN_S <= seen_s < least_s:
                raise UnfairError(f"{name} {from_s:.1f}-{until_s:.1f} seen for {seen_s:.1f} s")


def _seen_s(span: Span, hidden: list[Span]) -> float:
    from_s, until_s = span
    covered = (max(0.0, min(until_s, end_s) - max(from_s, begin_s)) for begin_s, end_s in hidden)
    return (until_s - from_s) - sum(covered)
