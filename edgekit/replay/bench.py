"""Many takes, run and graded: one after the other, or in processes beside each other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Final

from edgekit.errors import CapabilityError, DataError, MissingExtra
from edgekit.replay.figures import Graded
from edgekit.replay.grading import Take, graded, recorded
from edgekit.replay.recording import Recording

__all__ = ["Replayed", "replay_all"]

_SHORTER_BY_S: Final = 2.0
"""A clip may end so much before its truth: frames are counted in different ways."""


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """A take with what the run said of it, and how right that is."""

    take: Take
    recording: Recording
    graded: Graded


def replay_all(
    takes: Sequence[Take], *, workers: int = 1, progress: Callable[[float], object] | None = None
) -> tuple[Replayed, ...]:
    """Run and grade takes.

    Args:
        takes: in any number.
        workers: processes; 1 runs them here.
        progress: called with the seconds of clips that are done, of all takes together.

    Returns:
        In the order of `takes`.

    Raises:
        DataError: a clip is shorter than its truth says.
        EdgekitError: as a run does.
    """
    tell = progress or _nobody
    return _here(takes, tell) if workers <= 1 or len(takes) <= 1 else _in_processes(takes, workers, tell)


def _nobody(done_s: float) -> None:
    """Nobody looks."""


def _here(takes: Sequence[Take], tell: Callable[[float], object]) -> tuple[Replayed, ...]:
    done, before_s = [], 0.0
    for take in takes:
        done.append(_replayed(take, partial(_tell_after, tell, before_s)))
        before_s += take.truth.duration_s
        tell(before_s)
    return tuple(done)


def _tell_after(tell: Callable[[float], object], before_s: float, reached_s: float) -> None:
    tell(before_s + reached_s)


def _in_processes(takes: Sequence[Take], workers: int, tell: Callable[[float], object]) -> tuple[Replayed, ...]:
    # spawn: a fork would copy the locks of OpenCV's and ONNX Runtime's threads in whatever state they are.
    context, done_s = multiprocessing.get_context("spawn"), 0.0
    pool = ProcessPoolExecutor(min(workers, len(takes)), mp_context=context)
    try:
        futures = {pool.submit(_in_process, take): take for take in takes}
        for future in as_completed(futures):
            future.result()
            done_s += futures[future].truth.duration_s
            tell(done_s)
        return tuple(future.result() for future in futures)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_process(take: Take) -> Replayed:
    try:
        return _replayed(take)
    except MissingExtra as error:
        # Made of more than a message, it does not survive the way between processes.
        raise CapabilityError(error.message, hint=error.hint) from None


def _replayed(take: Take, tick: Callable[[float], object] | None = None) -> Replayed:
    recording = recorded(take, tick=tick)
    if recording.duration_s < take.truth.duration_s - _SHORTER_BY_S:
        raise DataError(
            f"{take.name}: the clip lasts {recording.duration_s:.1f} s, its truth {take.truth.duration_s:.1f} s.",
            hint="It is the truth of another clip, or the clip was cut.",
        )
    return Replayed(take, recording, graded(take, recording))
