"""Two models on the same pictures: how far their outputs and decisions part, and in which layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import DataError, ModelError, UsageError
from edgekit.frame import Pixels
from edgekit.vision.geometry import prepare
from edgekit_export.compare.comparison import Comparison, PictureDifference
from edgekit_export.compare.decisions import decisions_of
from edgekit_export.compare.sides import Side
from edgekit_export.compare.sums import OutputSums
from edgekit_export.compare.walk import Walk, WalkOptions
from edgekit_export.progress import Progress, silent

__all__ = ["Pictures", "PreparedPictures", "compare"]

_SHOWN_PICTURES: Final = 5
STAGE: Final = "Comparing"

Arrays = Mapping[str, NDArray[np.generic]]


class Pictures(Protocol):
    """Pictures that can be counted, each with its name; what cannot be read is a line that says why."""

    def __len__(self) -> int:
        """How many."""

    def __iter__(self) -> Iterator[tuple[str, Pixels | str]]:
        """Name and uint8 (height, width, 3) BGR pixels, or the reason why there are none."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPictures:
    """Pictures that `vision.prepare` has seen already, such as a bundle's golden inputs.

    Attributes:
        name: where they come from.
        pixels: uint8 (height, width, 3) BGR each.
    """

    name: str
    pixels: tuple[Pixels, ...]

    def __len__(self) -> int:
        return len(self.pixels)

    def __iter__(self) -> Iterator[tuple[str, Pixels | str]]:
        for index, one in enumerate(self.pixels):
            yield f"{self.name} {index}", one


def compare(
    a: Side,
    b: Side,
    pictures: Pictures,
    *,
    layers: WalkOptions | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Run both models on every picture and compare.

    Args:
        a, b: from `open_sides`.
        pictures: the same for both; each side prepares them in its own way, PreparedPictures excepted.
        layers: walk through both graphs too, this way; None for outputs only.
        progress: told after each picture.

    Raises:
        DataError: no picture can be read.
        ModelError: a model cannot be run, or both have no output in common.
        UsageError: prepared pictures for models that prepare theirs differently; layers of an engine.
    """
    _check(a, b, pictures, layers)
    run = _Run(a, b, prepared=isinstance(pictures, PreparedPictures), layers=layers, progress=progress)
    for index, (name, pixels) in enumerate(pictures):
        if isinstance(pixels, str):
            run.skipped.append(f"{name}: {pixels}")
        else:
            run.look(name, pixels, (index + 1) / len(pictures))
        progress(STAGE, index + 1, len(pictures))
    if not run.pictures:
        raise DataError(f"None of the {len(pictures)} pictures can be read: {run.skipped[0]}.")
    return run.result()


def _check(a: Side, b: Side, pictures: Pictures, layers: WalkOptions | None) -> None:
    if isinstance(pictures, PreparedPictures) and a.geometry != b.geometry:
        raise UsageError(
            f"{a.facts.name} and {b.facts.name} prepare pictures differently, so prepared ones will not do.",
            hint="Give pictures: --data DIR",
        )
    engine = next((side for side in (a, b) if side.graph is None), None)
    if layers is not None and engine is not None:
        raise UsageError(
            f"{engine.facts.name} is an engine: nothing between its input and its outputs can be seen.",
            hint="Leave --layers out, or name the graph that it was built from.",
        )


class _Run:
    """One comparison under way."""

    def __init__(
        self, a: Side, b: Side, *, prepared: bool, layers: WalkOptions | None, progress: Progress = silent
    ) -> None:
        self.a, self.b, self._prepared, self._layers, self._progress = a, b, prepared, layers, progress
        self.pictures = 0
        self.skipped: list[str] = []
        self._outputs: list[OutputSums] = []
        self._alone: tuple[str, ...] = ()
        self._decisions = decisions_of(a, b, prepared=prepared)
        self._parted: list[PictureDifference] = []
        self._walk: Walk | None = None
        self._walked = 0

    def look(self, name: str, pixels: Pixels, done: float) -> None:
        """Take in one picture; `done` is the share (0-1) of the pictures that it completes."""
        ready_a = pixels if self._prepared else prepare(pixels, self.a.geometry)
        ready_b = ready_a if self.a.geometry == self.b.geometry else prepare(pixels, self.b.geometry)
        given_a, given_b = self.a.runner.run(ready_a), self.b.runner.run(ready_b)
        if not self.pictures:
            self._pair(given_a, given_b)
        self._compare(name, given_a, given_b)
        if self._decisions is not None:
            # Whoever has no reading of its own is read as the other, whose names of outputs then hold.
            back = {sums.name_b: given_a[sums.name] for sums in self._outputs}
            there = {sums.name: given_b[sums.name_b] for sums in self._outputs}
            self._decisions.update(
                name, pixels, given_a if self.a.decoder else back, given_b if self.b.decoder else there
            )
        self.pictures += 1
        if self._layers is not None and self._walked < done * self._layers.max_pictures:
            self._walk_on(self._layers, ready_a, ready_b)

    def result(self) -> Comparison:
        """What was found."""
        return Comparison(
            a=self.a.facts,
            b=self.b.facts,
            pictures=self.pictures,
            skipped=tuple(self.skipped),
            outputs=tuple(sums.difference() for sums in self._outputs),
            decisions=self._decisions.result() if self._decisions is not None else None,
            most_parted=tuple(self._parted),
            walk=self._walk.result() if self._walk is not None else None,
            notes=self._notes(),
        )

    def _pair(self, given_a: Arrays, given_b: Arrays) -> None:
        pairs = _pairs(given_a, given_b)
        if not pairs:
            raise ModelError(
                f"Nothing to compare: {self.a.facts.name} gives {_shown(given_a)}; "
                f"{self.b.facts.name} gives {_shown(given_b)}."
            )
        self._outputs = [OutputSums(one, other) for one, other in pairs]
        used_a, used_b = {one for one, _ in pairs}, {other for _, other in pairs}
        self._alone = tuple(
            f"{name} is an output of {side.facts.name} only."
            for side, given, used in ((self.a, given_a, used_a), (self.b, given_b, used_b))
            for name in given
            if name not in used
        )

    def _compare(self, name: str, given_a: Arrays, given_b: Arrays) -> None:
        for sums in self._outputs:
            if given_a[sums.name].shape != given_b[sums.name_b].shape:
                raise ModelError(
                    f"{name}: {self.a.facts.name} gives {_shown({sums.name: given_a[sums.name]})}; "
                    f"{self.b.facts.name} gives {_shown({sums.name_b: given_b[sums.name_b]})}.",
                    hint="Outputs whose size depends on the picture cannot be compared.",
                )
        worst = min(sums.update(given_a[sums.name], given_b[sums.name_b]) for sums in self._outputs)
        self._parted.append(PictureDifference(name, worst))
        self._parted.sort(key=lambda one: one.sqnr_db)
        del self._parted[_SHOWN_PICTURES:]

    def _walk_on(self, layers: WalkOptions, ready_a: Pixels, ready_b: Pixels) -> None:
        if self._walk is None:
            names = tuple(sums.name for sums in self._outputs)
            self._walk = Walk(self.a.graph, self.b.graph, names, layers, progress=self._progress)
        self._walk.look(ready_a, ready_b)
        self._walked += 1

    def _notes(self) -> tuple[str, ...]:
        notes = [*self._alone, *((*self.a.notes, *self.b.notes) if self._walk is not None else ())]
        if self.a.preprocessing != self.b.preprocessing:
            notes.append("They prepare pictures differently; that is part of the difference.")
        if self._walk is not None:
            notes += [_in_integers(side) for side in (self.a, self.b) if _integer_operator(side) is not None]
        if self._decisions is None:
            notes.append("How the outputs are read is not known; --task or --decoder says it.")
        return tuple(notes)


def _integer_operator(side: Side) -> str | None:
    """An operator that works on whole numbers and gives whole numbers, where the graph has one."""
    nodes = () if side.graph is None else side.graph.graph.node
    return next((node.op_type for node in nodes if node.op_type.startswith("QLinear")), None)


def _in_integers(side: Side) -> str:
    return (
        f"{side.facts.name} keeps whole numbers between its layers ({_integer_operator(side)}): it can be compared "
        "only where it comes back to real ones. Its QDQ form shows every layer."
    )


def _pairs(given_a: Arrays, given_b: Arrays) -> list[tuple[str, str]]:
    """Which output of the one is which of the other: by name, else by order, else by shapes that each has once."""
    if common := [name for name in given_a if name in given_b]:
        return [(name, name) for name in common]
    in_order = list(zip(given_a, given_b, strict=False))
    if len(given_a) == len(given_b) and all(given_a[one].shape == given_b[two].shape for one, two in in_order):
        return in_order
    pairs = []
    for one, array in given_a.items():
        others = [two for two, candidate in given_b.items() if candidate.shape == array.shape]
        if len(others) == 1 and sum(other.shape == array.shape for other in given_a.values()) == 1:
            pairs.append((one, others[0]))
    return pairs


def _shown(given: Arrays) -> str:
    return ", ".join(f"{name} ({', '.join(map(str, array.shape))})" for name, array in given.items())
