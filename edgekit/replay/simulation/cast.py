"""Who is on stage: what a clip of hours holds is drawn when it comes and forgotten when it has gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np

__all__ = ["Cast"]

BegunT = TypeVar("BegunT")
BegunT_co = TypeVar("BegunT_co", covariant=True)


class _Timed(Protocol[BegunT_co]):
    """A track or an effect."""

    @property
    def from_s(self) -> float: ...
    @property
    def until_s(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def begin(self) -> Callable[[np.random.Generator], BegunT_co]: ...


TimedT = TypeVar("TimedT", bound=_Timed[object])


class Cast(Generic[TimedT, BegunT]):
    """The tracks or effects of a clip, begun one by one as time goes on."""

    def __init__(self, ones: Sequence[TimedT]) -> None:
        self._ones = ones
        self._begun: dict[int, BegunT] = {}

    def at(self, time_s: float) -> list[tuple[TimedT, BegunT]]:
        """Those that are on stage then, in their order, each with what its `begin` gave."""
        now = [index for index, one in enumerate(self._ones) if one.from_s <= time_s < one.until_s]
        self._begun = {index: self._begun.get(index) or self._begin(index) for index in now}
        return [(self._ones[index], self._begun[index]) for index in now]

    def _begin(self, index: int) -> BegunT:
        one = self._ones[index]
        begun: BegunT = one.begin(np.random.default_rng(one.seed))  # type: ignore[assignment]
        return begun
