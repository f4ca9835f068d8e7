"""A script played on a scene: frames, and what is true in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import UsageError
from edgekit.frame import Pixels
from edgekit.replay.simulation.cast import Cast
from edgekit.replay.simulation.in_camera import perform_in_camera
from edgekit.replay.simulation.in_front import perform_in_front
from edgekit.replay.simulation.in_lens import Grain, perform_in_lens
from edgekit.replay.simulation.in_light import perform_in_light
from edgekit.replay.simulation.layers import cover, lay
from edgekit.replay.simulation.on_facings import perform_on_facing
from edgekit.replay.simulation.scene import Scene, picture_of
from edgekit.replay.simulation.script import Kind, Script
from edgekit.replay.simulation.stage import Apply, Effect, Pieces, Stage, Track
from edgekit.replay.truth import Interval, Truth
from edgekit.shelf.planogram import Facing
from edgekit.shelf.words import FacingStatus

__all__ = ["HIDDEN_SHARE", "Simulation", "simulate"]

HIDDEN_SHARE: Final = 0.3
"""A facing that is covered by more than this counts as hidden."""

_PERFORMERS: Final = {
    **dict.fromkeys(
        (Kind.TAKE, Kind.RESTOCK, Kind.GONE, Kind.BACK, Kind.SWAP, Kind.SHIFT, Kind.TOUCH), perform_on_facing
    ),
    **dict.fromkeys((Kind.SHOPPER, Kind.STANDER, Kind.TROLLEY, Kind.CRATE, Kind.PRICE_TAG), perform_in_front),
    **dict.fromkeys((Kind.JITTER, Kind.VIBRATION, Kind.BUMP, Kind.HANDHELD, Kind.TURN_AWAY), perform_in_camera),
    **dict.fromkeys(
        (Kind.NOISE, Kind.COMPRESSION, Kind.BLOCKS, Kind.DUST, Kind.INSECT, Kind.BLUR, Kind.COVERED, Kind.FROZEN),
        perform_in_lens,
    ),
    **dict.fromkeys(
        (
            Kind.LIGHT_STEP,
            Kind.LIGHT_DRIFT,
            Kind.FLICKER,
            Kind.SHADOW,
            Kind.SUN_PATCH,
            Kind.EXPOSURE,
            Kind.TEMPERATURE,
            Kind.BANDING,
            Kind.REFLECTION,
            Kind.LIGHTS_OFF,
            Kind.OVEREXPOSED,
        ),
        perform_in_light,
    ),
}


def simulate(script: Script, scene: Scene, seed: int) -> Simulation:
    """Play `script` on `scene`; the same arguments give the same frames to the bit.

    Args:
        script: what happens.
        scene: where.
        seed: decides how everything looks that the script leaves open.

    Raises:
        UsageError: the script names a facing that the scene has not.
    """
    known = {facing.id for facing in scene.facings}
    for action in script.actions:
        if unknown := sorted(set(action.facings) - known):
            raise UsageError(f"{script.name}: the scene has no facing {unknown[0]!r}.")
    stage = Stage(scene, script, np.random.default_rng((seed, 1)), dict(scene.full))
    for place in scene.places:
        if not place.units:
            stage.state(place.facing.id, 0.0, FacingStatus.OUT_OF_STOCK, "at start")
    for action in sorted(script.actions, key=lambda action: action.at_s):
        _PERFORMERS[action.kind](stage, action)
    return Simulation(stage, seed)


class Simulation:
    """A clip that need not be a file.

    Attributes:
        scene: where it plays.
        script: what happens.
        seed: as `simulate` was given it.
        reference: uint8 (height, width, 3): the full shelf, nobody in front.
    """

    def __init__(self, stage: Stage, seed: int) -> None:
        self.scene, self.script, self.seed = stage.scene, stage.script, seed
        self._stage = stage
        self._restockings = sorted(stage.restockings, key=lambda one: one.time_s)
        self._fittings = sorted(stage.fittings, key=lambda one: one[0])
        self._effects = sorted(stage.effects, key=lambda one: one.order)
        self._grain = Grain(np.random.default_rng((seed, 2)), stage.scene.size_wh)
        still = self._cut(self._soft(picture_of(stage.scene, stage.scene.full)), np.eye(3))
        self.reference: Pixels = self._grain.on(still, stage.script.noise, np.random.default_rng((seed, 3)))

    @property
    def facings(self) -> tuple[Facing, ...]:
        """The facings, as a planogram has them."""
        return self.scene.facings

    @property
    def frame_count(self) -> int:
        """How many frames `frames` gives."""
        return round(self.script.duration_s * self.script.fps)

    def frames(self) -> Iterator[tuple[float, Pixels]]:
        """(time in seconds, uint8 (height, width, 3) BGR) of every frame; can be called again."""
        picture: Pixels | None = None
        shown = last = None
        tracks: Cast[Track, Pieces] = Cast(self._stage.tracks)
        effects: Cast[Effect, Apply] = Cast(self._effects)
        for index in range(self.frame_count):
            time_s = round(index / self.script.fps, 6)
            if last is not None and any(start <= time_s < end for start, end in self._stage.frozen):
                yield time_s, last
                continue
            version = (bisect_right([one.time_s for one in self._restockings], time_s), self._fitted(time_s))
            if picture is None or version != shown:
                picture, shown = self._still(time_s), version
            front = [begun for _, begun in tracks.at(time_s)]
            last = self._frame(picture, time_s, front, effects.at(time_s), np.random.default_rng((self.seed, 4, index)))
            last.flags.writeable = False
            yield time_s, last

    @cached_property
    def truth(self) -> Truth:
        """What is true in the frames; what is hidden comes from the very masks of what is drawn in front."""
        stage = self._stage
        return Truth(
            scenario=self.script.name,
            seed=self.seed,
            duration_s=self.script.duration_s,
            facings=tuple(facing.id for facing in self.facings),
            changes=tuple(sorted(stage.changes, key=lambda change: change.time_s)),
            hidden=self._hidden(),
            nuisances=tuple(sorted(stage.nuisances, key=lambda one: one.from_s)),
            camera=tuple(sorted(stage.camera, key=lambda one: one.from_s)),
        )

    # --- pictures ----------------------------------------------------------------------------------------------

    def _fitted(self, time_s: float) -> int:
        return sum(at_s <= time_s for at_s, _ in self._fittings)

    def _still(self, time_s: float) -> Pixels:
        stock = dict(self.scene.full)
        for one in self._restockings:
            if one.time_s <= time_s:
                stock[one.facing] = one.units
        picture = picture_of(self.scene, stock)
        for _, (layer, x, y) in self._fittings[: self._fitted(time_s)]:
            lay(picture, layer, x, y)
        return self._soft(picture)

    def _soft(self, picture: Pixels) -> Pixels:
        """The shelf as the lens gives it; what passes in front is nearer, and blurred by its own movement anyway."""
        import cv2

        sigma = self.script.softness
        return picture if sigma < 0.25 else np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)

    def _frame(
        self,
        still: Pixels,
        time_s: float,
        front: list[Pieces],
        effects: list[tuple[Effect, Apply]],
        random: np.random.Generator,
    ) -> Pixels:
        picture = still.copy() if front else still
        for pieces in front:
            for layer, x, y in pieces(time_s):
                lay(picture, layer, x, y)
        pixels = self._cut(picture, self._matrix(time_s, random))
        grained = False
        for effect, apply in effects:
            if effect.order >= 2 and not grained:
                pixels, grained = self._grain.on(pixels, self.script.noise, random), True
            pixels = apply(pixels, time_s, random)
        return pixels if grained else self._grain.on(pixels, self.script.noise, random)

    def _matrix(self, time_s: float, random: np.random.Generator) -> NDArray[np.float64]:
        matrix = np.eye(3)
        for motion in self._stage.motions:
            if motion.from_s <= time_s < motion.until_s:
                matrix = motion.matrix(time_s, random) @ matrix
        return matrix

    def _cut(self, picture: Pixels, matrix: NDArray[np.float64]) -> Pixels:
        """What the camera sees of the picture with margins."""
        import cv2

        (width, height), margin = self.scene.size_wh, self.scene.margin_px
        if np.array_equal(matrix, np.eye(3)):
            return picture[margin : margin + height, margin : margin + width]
        own = matrix[:2].copy()
        own[:, 2] -= margin
        seen: Pixels = cv2.warpAffine(picture, own, (width, height), borderMode=cv2.BORDER_REFLECT_101)
        return seen

    # --- what is hidden ----------------------------------------------------------------------------------------

    def _hidden(self) -> dict[str, tuple[Interval, ...]]:
        times = [round(index / self.script.fps, 6) for index in range(self.frame_count)]
        tracks: Cast[Track, Pieces] = Cast(self._stage.tracks)
        shares = np.stack([self._covered(index, time_s, tracks) for index, time_s in enumerate(times)])
        hidden: dict[str, tuple[Interval, ...]] = {}
        for column, facing in enumerate(self.facings):
            spans = _spans(shares[:, column] > HIDDEN_SHARE, times, self.script.duration_s)
            if spans:
                hidden[facing.id] = spans
        return hidden

    @cached_property
    def _windows(self) -> list[tuple[slice, slice, NDArray[np.uint8], int]]:
        """Of each facing: where it lies in the picture with margins, its shape there, and its area."""
        import cv2

        windows = []
        for facing in self.facings:
            points = np.array(facing.polygon_xy_px) + self.scene.margin_px
            low, high = np.floor(points.min(0)).astype(int), np.ceil(points.max(0)).astype(int) + 1
            shape = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
            cv2.fillPoly(shape, [np.round(points - low).astype(np.int32)], 1)
            windows.append((slice(low[1], high[1]), slice(low[0], high[0]), shape, max(1, int(shape.sum()))))
        return windows

    def _covered(self, index: int, time_s: float, tracks: Cast[Track, Pieces]) -> NDArray[np.float64]:
        """Share of each facing that something in front covers or that the camera does not see."""
        shares = np.zeros(len(self.facings))
        if any(start <= time_s < end for start, end in self._stage.blind):
            return shares + 1
        front = [begun for _, begun in tracks.at(time_s)]
        matrix = self._matrix(time_s, np.random.default_rng((self.seed, 4, index)))
        moved = not np.array_equal(matrix, np.eye(3))
        if not front and not moved:
            return shares
        (width, height), margin = self.scene.size_wh, self.scene.margin_px
        mask = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
        for pieces in front:
            for layer, x, y in pieces(time_s):
                cover(mask, layer, x, y)
        if moved:
            self._mark_unseen(mask, matrix)
        for number, (rows, columns, shape, area) in enumerate(self._windows):
            shares[number] = np.count_nonzero((mask[rows, columns] > 127) & (shape > 0)) / area
        return shares

    def _mark_unseen(self, mask: NDArray[np.uint8], matrix: NDArray[np.float64]) -> None:
        """Mark what lies outside a moved camera's picture."""
        import cv2

        (width, height), margin = self.scene.size_wh, self.scene.margin_px
        seen = np.zeros_like(mask)
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float) + margin
        back = np.hstack([corners, np.ones((4, 1))]) @ np.linalg.inv(matrix).T
        cv2.fillConvexPoly(seen, np.round(back[:, :2]).astype(np.int32), 255)
        mask[seen == 0] = 255


def _spans(flags: NDArray[np.bool_], times: list[float], until_s: float) -> tuple[Interval, ...]:
    """Runs of True as (time of the first, time of the first frame after)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    ends = [*times, until_s]
    return tuple((ends[start], ends[end]) for start, end in zip(edges[::2], edges[1::2], strict=True))
