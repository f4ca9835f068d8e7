"""Many rendered pairs as arrays, made in processes; the same seeds give the same pairs however many processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from comparator.pairs import Pair
from comparator.photographs import Photographs

__all__ = ["HELD_OUT", "Pairs", "Renders", "rendered"]

Renders = Callable[[np.random.Generator, Photographs], Pair]
"""Makes a pair by chance."""

HELD_OUT: Final = 1_000_000
"""Seeds from here on are rendered from other photographs, and never trained on."""
_CHUNK: Final = 100
"""Pairs a seed."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of crops.

    Attributes:
        now: uint8 (n, px, px, 3) BGR.
        reference: uint8 (n, px, px, 3) BGR.
        outline: uint8 (n, px, px), 0 or 1.
        shows: int64 (n,), what each shows.
    """

    now: NDArray[np.uint8]
    reference: NDArray[np.uint8]
    outline: NDArray[np.uint8]
    shows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.shows)

    def chosen(self, index: NDArray[np.int64] | slice) -> Pairs:
        """Some of them: views for a slice, copies for numbers."""
        return Pairs(self.now[index], self.reference[index], self.outline[index], self.shows[index])

    def put(self, at: int, pairs: Pairs) -> None:
        """Overwrite those from number `at` on."""
        here = slice(at, at + len(pairs))
        self.now[here], self.reference[here] = pairs.now, pairs.reference
        self.outline[here], self.shows[here] = pairs.outline, pairs.shows


def rendered(renders: Renders, data: Path, first: int, count: int, jobs: int) -> Pairs:
    """`count` pairs from seed `first` on; HELD_OUT and later from the photographs held out.

    Args:
        renders: a function of a module, as processes are told its name.
        data: the folder of public data.
        first: a seed, which gives _CHUNK pairs.
        count: of pairs.
        jobs: processes that render.
    """
    chunks = _chunks(renders, data, first, count, jobs)
    chunk = next(chunks)
    pairs = _unfilled(count, chunk.now.shape[1])
    for at in range(0, count, _CHUNK):
        pairs.put(at, chunk.chosen(slice(count - at)))
        chunk = next(chunks, chunk)
    return pairs


def _chunks(renders: Renders, data: Path, first: int, count: int, jobs: int) -> Iterator[Pairs]:
    seeds = range(first, first - -count // _CHUNK)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_chunk, renders, data), seeds)


def _chunk(renders: Renders, data: Path, seed: int) -> Pairs:
    cv2.setNumThreads(1)
    photographs, random = _photographs(data, held_out=seed >= HELD_OUT), np.random.default_rng((77, seed))
    made = [renders(random, photographs) for _ in range(_CHUNK)]
    return Pairs(
        np.stack([pair.now.pixels for pair in made]),
        np.stack([pair.reference.pixels for pair in made]),
        np.stack([pair.now.outline for pair in made]),
        np.array([pair.shows for pair in made], np.int64),
    )


@cache
def _photographs(data: Path, *, held_out: bool) -> Photographs:
    """Read once a process: 300 MB."""
    return Photographs.of_split(data, held_out=held_out)


def _unfilled(count: int, px: int) -> Pairs:
    crops = (count, px, px)
    return Pairs(
        np.empty((*crops, 3), np.uint8),
        np.empty((*crops, 3), np.uint8),
        np.empty(crops, np.uint8),
        np.empty(count, np.int64),
    )
