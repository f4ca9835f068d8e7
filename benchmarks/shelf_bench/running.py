"""Every case by edgekit and by its peer, several at a time."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from edgekit.replay.bench import replay_all
from edgekit.replay.figures import Graded, stocked_seconds
from edgekit.replay.findings import findings_of
from edgekit.replay.grading import Take
from edgekit.replay.scoring import CameraScore, score
from edgekit.shelf.planogram import load_planogram
from shelf_bench.cases import Case, Group, take_of
from shelf_bench.peer import ColourDifference, Peer, samples_of

__all__ = ["Outcome", "outcomes"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One case.

    Attributes:
        name, group: the case's.
        ours, peer: how the events did.
        faults: edgekit's wrong, missed and late events, a line each.
        wall_s: all of it, the making of the clip too.
    """

    name: str
    group: Group
    ours: Graded
    peer: Graded
    faults: tuple[str, ...]
    wall_s: float


def outcomes(cases: Sequence[Case], workers: int) -> Iterator[Outcome]:
    """In the order in which they are done."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = [pool.submit(judged, case) for case in cases]
        for future in as_completed(futures):
            yield future.result()


def judged(case: Case) -> Outcome:
    """One case; its clip is thrown away."""
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="shelf-events-") as name:
        take = take_of(case, Path(name))
        (ours,) = replay_all([take])
        peer = graded_peer(take, ColourDifference())
        faults = tuple(finding.line for finding in findings_of(ours))
    return Outcome(case.name, case.group, ours.graded, peer, faults, time.monotonic() - started_s)


def graded_peer(take: Take, peer: Peer) -> Graded:
    """A peer's claims held against the same truth; it flags no camera."""
    planogram = load_planogram(take.site.cameras[0].planogram)
    watched = peer.watch(samples_of(take.site), planogram, take.site.shelf)
    camera = CameraScore((), take.truth.camera, ())
    marks = score(watched.claims, take.truth, take.site.shelf)
    return Graded(take.name, take.truth, marks, camera, stocked_seconds(watched.stretches, take.truth))
