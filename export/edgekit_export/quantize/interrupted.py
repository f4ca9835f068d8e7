"""What a calibration has seen: kept when it is interrupted, and taken up by the next one of the same work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from edgekit_calibration import Gathering, TableKey
from pydantic import ValidationError

from edgekit.errors import OutputError
from edgekit_export.quantize.memory import Memory

__all__ = ["EVERY_S", "Interrupted"]

EVERY_S: Final = 5.0
"""Seconds of work between two savings: as much is lost at most when the power fails. Ctrl-C loses nothing."""

# Saving (10 to 100 MB) may take this share of the time.
_SHARE: Final = 0.1

_log = logging.getLogger(__name__)


class Interrupted:
    """Where the gathering of one piece of work is kept while it is not done.

    Args:
        memory: its folder, shared with the results of other steps and bounded as they are.
        key: of the calibration table that will come of it.
        inputs: everything that the gathering depends on.
        clock: seconds that never go back.
    """

    def __init__(
        self, memory: Memory, key: TableKey, *inputs: bytes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._memory, self._key, self._clock = memory, key, clock
        self._graph = f"gather-{key.graph_sha256[:16]}"
        self._path = memory.path("gather", *inputs, prefix=f"{self._graph}-")
        self._next_s = clock() + EVERY_S

    def taken_up(self, nothing_yet: Callable[[], Gathering]) -> tuple[Gathering, str | None]:
        """The gathering to go on with, and what to tell: where it goes on, or why it cannot; None: nothing was left."""
        gathering = nothing_yet()
        if self._path is None:
            return gathering, None
        if gathering.restore(self._path):
            return gathering, f"going on after {gathering.done} images of an interrupted run"
        return nothing_yet(), self._why_not(self._path.parent)

    def _why_not(self, folder: Path) -> str | None:
        """What is different from the last interrupted calibration of the same graph; None where there was none."""
        for path in sorted(folder.glob(f"{self._graph}-*.npz"), key=lambda one: one.name):
            try:
                changes = TableKey.model_validate_json(Gathering.about(path)).changes_to(self._key)
            except (OSError, ValueError, KeyError, EOFError, ValidationError):
                continue
            return f"not going on with an interrupted run: {'; '.join(changes) or 'edgekit changed'}"
        return None

    def after_an_image(self, gathering: Gathering) -> None:
        """Save, if it is time."""
        started_s = self._clock()
        if started_s >= self._next_s:
            self.save(gathering)
            now_s = self._clock()
            self._next_s = now_s + max(EVERY_S, (now_s - started_s) / _SHARE)

    def save(self, gathering: Gathering) -> None:
        """Save what is there; where that cannot be written, nothing is saved from then on."""
        if self._path is None or not gathering.whole or not gathering.done:
            return
        try:
            gathering.save(self._path, about=self._key.model_dump_json())
            self._memory.tidy()
        except OutputError as error:
            _log.warning("An interrupted calibration would start anew: %s", error)
            self._path = None

    def done(self) -> None:
        """Nothing is left to take up."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
