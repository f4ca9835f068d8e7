"""Graphs timed against each other on this machine, and which of them is worth taking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.candidates import Candidate, Key
from edgekit.backends.choices import Choice
from edgekit.backends.protocols import Session
from edgekit.backends.timing import runner, times_of

__all__ = ["INT8_MUST_WIN_BY", "compete", "told", "worthwhile"]

INT8_MUST_WIN_BY: Final = 0.10
"""Share by which INT8 must be faster before it is worth its loss of accuracy."""


def compete(sessions: Mapping[Key, Session], batch: NDArray[np.uint8]) -> Choice:
    """Time loaded graphs on a batch of uint8 (n, height, width, 3), and choose one."""
    times = times_of({key: runner(session, batch) for key, session in sessions.items()})
    measured_ms = {key: round(found.percentile_ms(50), 3) for key, found in times.items()}
    return Choice(worthwhile(measured_ms), measured_ms)


def worthwhile(measured_ms: Mapping[Key, float]) -> Key:
    """The fastest, unless it is INT8 and does not beat the fastest other by INT8_MUST_WIN_BY; then that other."""
    fastest = min(measured_ms, key=lambda key: measured_ms[key])
    exact = [key for key in measured_ms if not key[2].startswith("int8")]
    if not exact:
        return fastest
    best_exact = min(exact, key=lambda key: measured_ms[key])
    return fastest if measured_ms[fastest] <= measured_ms[best_exact] * (1 - INT8_MUST_WIN_BY) else best_exact


def told(choice: Choice) -> str:
    """The figures in words, the fastest first; by encoding alone where one backend has measured them all."""
    one_place = len({key[:2] for key in choice.measured_ms}) == 1
    times = sorted(choice.measured_ms.items(), key=lambda item: item[1])
    words = [f"{key[2] if one_place else Candidate.of(key)} {value:.1f} ms" for key, value in times]
    said = " against ".join(filter(None, (words[0], ", ".join(words[1:]))))
    return said if times[0][0] == choice.chosen else f"{said}, and INT8 must win by {INT8_MUST_WIN_BY:.0%}"
