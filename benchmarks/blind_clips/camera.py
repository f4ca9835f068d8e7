"""What is done to the camera: it looks aslant, shakes, is pushed, covered, frozen, out of focus, dirty."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from blind_clips.light import Spell
from blind_clips.sprites import Picture, Sprite

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Push:
    """The view is shifted and turned for a spell."""

    spell: Spell
    shift_xy: tuple[float, float]
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """The camera's life during a clip.

    Attributes:
        shake_px: how far the view trembles all the time.
        sway_px: how far a hand-held view wanders, slowly.
        pushes: bumps; those of 4 px and more are told as `moved`.
        covered, frozen: spells in which the lens is covered, or the stream repeats one picture.
        dark: spells in which the lights are out and nothing is to be seen; they are told as `blocked`.
        blurs: (spell, sigma in points): out of focus.
        dirt: what sticks on the lens, and from when on.
    """

    size_wh: tuple[int, int]
    shake_px: float = 0.0
    sway_px: float = 0.0
    pushes: tuple[Push, ...] = field(default=())
    covered: tuple[Spell, ...] = field(default=())
    frozen: tuple[Spell, ...] = field(default=())
    dark: tuple[Spell, ...] = field(default=())
    blurs: tuple[tuple[Spell, float], ...] = field(default=())
    dirt: tuple[Spell, Sprite] | None = None
    seed: int = 0

    def pose(self, time_s: float) -> Matrix:
        """From the point that an undisturbed camera sees to the point where it is seen now, 3x3."""
        dx = dy = turn = 0.0
        if self.shake_px:
            dx, dy = np.random.default_rng((self.seed, round(time_s * 1000))).normal(0, self.shake_px, 2)
        if self.sway_px:
            dx += self.sway_px * (np.sin(time_s * 0.9) * 0.6 + np.sin(time_s * 2.3 + 1) * 0.4)
            dy += self.sway_px * (np.sin(time_s * 1.1 + 2) * 0.6 + np.sin(time_s * 1.9) * 0.4)
        for push in self.pushes:
            share = push.spell.share(time_s)
            dx, dy, turn = dx + push.shift_xy[0] * share, dy + push.shift_xy[1] * share, turn + push.turn_deg * share
        matrix = np.eye(3)
        matrix[:2] = cv2.getRotationMatrix2D((self.size_wh[0] / 2, self.size_wh[1] / 2), float(turn), 1.0)
        matrix[:2, 2] += dx, dy
        return matrix

    def is_covered(self, time_s: float) -> bool:
        return any(spell.from_s <= time_s < spell.until_s for spell in self.covered)

    def is_frozen(self, time_s: float) -> bool:
        return any(spell.from_s <= time_s < spell.until_s for spell in self.frozen)

    def blur_px(self, time_s: float) -> float:
        return max((spell.share(time_s) * sigma for spell, sigma in self.blurs), default=0.0)

    def troubles(self, duration_s: float) -> list[dict[str, object]]:
        """What a truth says of the camera."""
        rows: list[tuple[str, float, float]] = [("blocked", s.from_s, s.until_s) for s in (*self.covered, *self.dark)]
        rows += [("lost", s.from_s, s.until_s) for s in self.frozen]
        rows += [
            ("moved", p.spell.from_s, p.spell.until_s)
            for p in self.pushes
            if np.hypot(*p.shift_xy) >= 4 or abs(p.turn_deg) >= 0.5
        ]
        return [
            {"kind": kind, "from_s": round(a, 3), "until_s": round(min(b, duration_s), 3)}
            for kind, a, b in sorted(rows, key=lambda row: row[1])
        ]


def view_of(canvas_wh: tuple[int, int], size_wh: tuple[int, int], aslant: float, rng: np.random.Generator) -> Matrix:
    """From a shelf's picture to what the camera sees of it, 3x3: straight on, or from one side and above or below."""
    (cw, ch), (width, height) = canvas_wh, size_wh
    mx, my = (cw - width) / 2, (ch - height) / 2
    seen = np.float32([[mx, my], [cw - mx, my], [cw - mx, ch - my], [mx, ch - my]])
    if aslant > 0:
        side, above = rng.choice([-1.0, 1.0]), rng.uniform(-0.5, 0.5)
        squeeze = aslant * height * 0.5
        # What is nearer is larger: the far edge of the view takes in more of the shelf.
        far = squeeze * rng.uniform(0.6, 1.0)
        seen[[0, 1], 1] -= (far, 0) if side > 0 else (0, far)
        seen[[3, 2], 1] += (far, 0) if side > 0 else (0, far)
        seen[[0, 3], 0] += (above * far, -above * far)
        seen[[1, 2], 0] += (-above * far, above * far)
        seen = np.float32(np.clip(seen, 1, (cw - 1, ch - 1)))
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    return cv2.getPerspectiveTransform(seen, corners).astype(float)


def drop(size_wh: tuple[int, int], spots: int, rng: np.random.Generator) -> Sprite:
    """Drops or dust on the lens: soft pale or dark spots that never cover much."""
    width, height = size_wh
    alpha = np.zeros((height, width), np.float32)
    for _ in range(spots):
        radius = float(rng.uniform(0.01, 0.045)) * width
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        cv2.circle(alpha, (int(x), int(y)), int(radius), float(rng.uniform(50, 130)), -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), width * 0.008)
    bgr = np.full((height, width, 3), int(rng.choice([70, 150, 190])), np.uint8)
    return Sprite(bgr, alpha.astype(np.uint8))


def covering(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """What the camera sees with something before its lens: a hand, tape, a bag; nearly nothing, but not even."""
    base = np.array(
        [(12, 14, 30), (20, 20, 20), (70, 90, 105), (120, 125, 128), (20, 25, 60)][int(rng.integers(0, 5))], np.float32
    )
    cloud = cv2.resize(rng.normal(0, 1, (5, 6)).astype(np.float32), size_wh, interpolation=cv2.INTER_CUBIC)
    return np.clip(base * (1 + 0.22 * cloud[..., None]), 0, 255).astype(np.uint8)
