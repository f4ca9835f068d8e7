"""What edgekit is compared with: anything that turns a clip's pictures into claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.config.schema import SiteConfig
from edgekit.frame import Frame, Pixels
from edgekit.replay.claims import Claim
from edgekit.replay.recording import Stretch
from edgekit.shelf.planogram import Planogram
from edgekit.shelf.polygon import rounded_bounds
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import FacingStatus, TransitionKind
from edgekit.sources.registry import open_source

__all__ = ["ColourDifference", "Peer", "Watched", "samples_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What a peer said of a clip: claims in order of time, and by facing what it looked like."""

    claims: tuple[Claim, ...]
    stretches: dict[str, tuple[Stretch, ...]]


class Peer(Protocol):
    """Another way to come to restock events."""

    name: str

    def watch(self, samples: Iterable[Frame], planogram: Planogram, rules: ShelfRules) -> Watched:
        """Look at every sample, in order; hold times are those of `rules`."""


def samples_of(site: SiteConfig) -> Iterator[Frame]:
    """The frames that the shelf logic would look at: `sample_fps` a second of the site's recording."""
    camera = site.cameras[0]
    source = open_source(camera.source)
    source.open()
    due_s = 0.0
    try:
        while (frame := source.read()) is not None:
            if frame.time_s >= due_s - 1e-6:
                yield frame
                due_s += 1.0 / camera.sample_fps
    finally:
        source.close()


class _Facing:
    """One facing's state: what it looks like has to hold for its time before it is believed."""

    def __init__(self) -> None:
        self.state = FacingStatus.STOCKED
        self._other_since_s: float | None = None

    def see(self, looks: FacingStatus, time_s: float, rules: ShelfRules) -> TransitionKind | None:
        if looks is self.state:
            self._other_since_s = None
            return None
        if self._other_since_s is None:
            self._other_since_s = time_s
        hold_s = rules.hold_restocked_s if looks is FacingStatus.STOCKED else rules.hold_out_of_stock_s
        if time_s - self._other_since_s < hold_s:
            return None
        self.state, self._other_since_s = looks, None
        return TransitionKind.RESOLVED if looks is FacingStatus.STOCKED else TransitionKind.OPENED


class ColourDifference:
    """A facing is empty while the mean Lab difference of its crop to the reference is over a threshold: no gate.

    One threshold for all clips, tuned on none: 25 of Lab's 100 is a difference that anybody sees at a glance.
    """

    name = "colour difference"

    def __init__(self, threshold: float = 25.0) -> None:
        self._threshold = threshold

    def watch(self, samples: Iterable[Frame], planogram: Planogram, rules: ShelfRules) -> Watched:
        import cv2

        full = _lab(cv2.imread(str(planogram.reference), cv2.IMREAD_COLOR))
        boxes = {facing.id: rounded_bounds(facing.polygon_xy_px) for facing in planogram.facings}
        facings = {name: _Facing() for name in boxes}
        claims: list[Claim] = []
        seen: dict[str, list[Stretch]] = {name: [] for name in boxes}
        for frame in samples:
            lab = _lab(_sized(frame.pixels, full.shape[:2]))
            for name, (left, top, right, bottom) in boxes.items():
                apart = np.linalg.norm(lab[top:bottom, left:right] - full[top:bottom, left:right], axis=2).mean()
                looks = FacingStatus.OUT_OF_STOCK if apart > self._threshold else FacingStatus.STOCKED
                happened = facings[name].see(looks, frame.time_s, rules)
                if happened is not None:
                    claims.append(Claim(name, happened, looks, frame.time_s, f"{name}@{frame.time_s:g}"))
                _note(seen[name], facings[name].state, frame.time_s)
        return Watched(tuple(claims), {name: tuple(known) for name, known in seen.items()})


def _lab(pixels: Pixels) -> NDArray[np.float32]:
    import cv2

    lab: NDArray[np.float32] = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    return lab


def _sized(pixels: Pixels, size_hw: Sequence[int]) -> Pixels:
    import cv2

    if pixels.shape[:2] == tuple(size_hw):
        return pixels
    sized: Pixels = cv2.resize(pixels, (size_hw[1], size_hw[0]), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return sized


def _note(known: list[Stretch], state: FacingStatus, time_s: float) -> None:
    if known and known[-1].state is state:
        known[-1] = Stretch(known[-1].from_s, time_s, state, None)
    else:
        known.append(Stretch(known[-1].until_s if known else time_s, time_s, state, None))
