"""Which regions of which cameras run together: of one model, as many as wait and fit into a batch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["Batch", "Piece", "Scheduler"]


@dataclass(slots=True, eq=False)
class Piece:
    """One want of one camera on its way through the engine; larger than a batch, it goes through in parts.

    Attributes:
        owner: who asked; only compared.
        role: the model.
        regions: what it should look at, at least one.
        buffers: the asker's output arrays by role and output name, reused from question to question.
        replies: where None (done) or the error goes.
        outputs: the answer, complete once it was replied to.
        run_s: seconds inside the session.
        taken: regions that went into batches so far.
        done: regions whose outputs are there.
    """

    owner: object
    role: str
    regions: tuple[Pixels, ...]
    buffers: dict[tuple[str, str], NDArray[np.generic]]
    replies: SimpleQueue[Exception | None]
    outputs: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    run_s: float = 0.0
    taken: int = 0
    done: int = 0

    def keep(self, name: str, rows: NDArray[np.generic]) -> None:
        """Copy `rows`, the next ones of output `name`: a session's own arrays are only lent."""
        key = (self.role, name)
        buffer = self.buffers.get(key)
        if buffer is None or len(buffer) < len(self.regions) or buffer.shape[1:] != rows.shape[1:]:
            buffer = np.empty((len(self.regions), *rows.shape[1:]), rows.dtype)
            self.buffers[key] = buffer
        buffer[self.done : self.done + len(rows)] = rows
        self.outputs[name] = buffer[: len(self.regions)]


@dataclass(slots=True, eq=False)
class Batch:
    """Regions of one model that run together: (piece, how many of its next regions)."""

    role: str
    parts: list[tuple[Piece, int]]

    @property
    def size(self) -> int:
        """Number of regions."""
        return sum(count for _, count in self.parts)

    def pieces(self) -> Iterator[Piece]:
        """Whose regions they are."""
        return (piece for piece, _ in self.parts)

    def regions(self) -> Iterator[Pixels]:
        """The regions, in order."""
        for piece, count in self.parts:
            yield from piece.regions[piece.taken - count : piece.taken]

    def hand_out(self, outputs: Mapping[str, NDArray[np.generic]], run_s: float) -> None:
        """Give every piece its rows."""
        row = 0
        for piece, count in self.parts:
            for name, values in outputs.items():
                piece.keep(name, values[row : row + count])
            piece.done += count
            piece.run_s += run_s
            row += count

    def finished(self) -> Iterator[Piece]:
        """The pieces that are complete now."""
        return (piece for piece, _ in self.parts if piece.done == len(piece.regions))


class Scheduler:
    """First come, first served; whoever wants the same model comes along. Nobody waits for a fuller batch."""

    def __init__(self, max_batches: Mapping[str, int]) -> None:
        """Batch at most `max_batches[role]` regions of a model."""
        self._max_batches = max_batches
        self._waiting: deque[Piece] = deque()

    def add(self, piece: Piece) -> None:
        """Let a piece wait for its turn."""
        self._waiting.append(piece)

    def forget(self, piece: Piece) -> None:
        """Drop what is left of a piece."""
        if piece in self._waiting:
            self._waiting.remove(piece)

    def next_batch(self) -> Batch | None:
        """What runs next; None when nothing waits."""
        if not self._waiting:
            return None
        batch = Batch(self._waiting[0].role, [])
        room = self._max_batches.get(batch.role, 1)
        for piece in [waiting for waiting in self._waiting if waiting.role == batch.role]:
            count = min(room, len(piece.regions) - piece.taken)
            piece.taken += count
            room -= count
            batch.parts.append((piece, count))
            if piece.taken == len(piece.regions):
                self._waiting.remove(piece)
            if room == 0:
                break
        return batch
