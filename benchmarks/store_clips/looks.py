"""People, seen from behind: how they look and are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from store_clips.colours import Colour, hsv, opaque, shaded
from store_clips.draws import pick
from store_clips.puffs import Mask, cloth, puff
from store_clips.sprites import Sprite, clear

SKINS: tuple[Colour, ...] = (
    (140, 170, 215),
    (120, 150, 200),
    (95, 130, 185),
    (70, 100, 150),
    (50, 72, 112),
    (40, 55, 85),
    (165, 190, 228),
)
HAIRS: tuple[Colour, ...] = ((25, 22, 20), (40, 55, 80), (90, 140, 175), (150, 150, 155), (30, 40, 60))
UNIFORMS: tuple[Colour, ...] = ((60, 150, 40), (150, 60, 30), (40, 40, 190), (30, 210, 230))
REFLECTOR: Colour = (215, 225, 225)


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks.

    Attributes:
        hat, pack: what is worn besides; None: nothing.
        has_long_hair: down to the shoulders.
        is_staff: in uniform.
        bare: how much of the lower arm is bare, 0 to 1.
        girth: 1 is usual.
        seed: of the folds of the clothes.
    """

    skin: Colour
    coat: Colour
    hair: Colour
    legs: Colour
    hat: Colour | None
    pack: Colour | None
    has_long_hair: bool
    is_staff: bool
    bare: float
    girth: float
    seed: int


def new_look(rng: np.random.Generator, *, is_staff: bool = False) -> Look:
    """Somebody, a customer or one of the staff."""
    skin = pick(rng, SKINS)
    coat = hsv(int(rng.integers(180)), int(rng.integers(10, 170)), int(rng.integers(40, 215)))
    hair = pick(rng, HAIRS)
    legs = hsv(int(rng.integers(95, 125)), int(rng.integers(10, 150)), int(rng.integers(30, 110)))
    hat = hsv(int(rng.integers(180)), 140, 140) if rng.random() < 0.25 else None
    pack = hsv(int(rng.integers(180)), 120, 90) if rng.random() < 0.3 else None
    has_long_hair = rng.random() < 0.4
    if is_staff:
        coat, pack, hat = pick(rng, UNIFORMS), None, None
    bare, girth = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.85, 1.2))
    return Look(skin, coat, hair, legs, hat, pack, has_long_hair, is_staff, bare, girth, int(rng.integers(1 << 30)))


def person_sprite(look: Look, height_px: float, phase: int) -> Sprite:
    """Somebody from head to feet, in one of the four phases of a step."""
    figure = _Figure(look, height_px)
    swing = (0, 0.035, 0, -0.035)[phase] * figure.height
    for side in (-1, 1):
        figure.draw_leg_and_arm(side, swing)
    figure.draw_coat()
    figure.draw_head()
    return figure.sprite


class _Figure:
    """A figure in the making."""

    def __init__(self, look: Look, height_px: float) -> None:
        self.look = look
        self.height, self.width = int(height_px), int(height_px * 0.46)
        self.sprite = clear(self.height, self.width)
        self._rng = np.random.default_rng(look.seed)
        self._middle = self.width / 2
        self._shoulder = 0.105 * self.height * look.girth

    def draw_leg_and_arm(self, side: int, swing: float) -> None:
        """On the left (-1) or right (1) side."""
        height, look, x, half = self.height, self.look, self._middle, self._shoulder
        leg = [
            (x + side * half * 0.08, height * 0.5),
            (x + side * half * 1.0, height * 0.5),
            (x + side * half * 0.75 + side * swing, height * 0.99),
            (x + side * half * 0.1 + side * swing, height * 0.99),
        ]
        self._cloth(leg, look.legs, 0.2)
        sleeve = [
            (x + side * half * 0.85, height * 0.185),
            (x + side * half * 1.28, height * 0.22),
            (x + side * half * 1.5 + swing * 0.5, height * 0.5),
            (x + side * half * 1.12 + swing * 0.5, height * 0.52),
        ]
        self._cloth(sleeve, look.coat, 0.2)
        hand = self._mask()
        middle = int(x + side * half * 1.32 + swing * 0.5), int(height * 0.53)
        cv2.circle(hand, middle, int(height * 0.022), 255, -1, cv2.LINE_AA)
        puff(self.sprite, hand, look.skin)

    def draw_coat(self) -> None:
        """Neck, coat with its seams, and what is on it."""
        height, look, x, half = self.height, self.look, self._middle, self._shoulder
        neck = self._mask()
        corner = int(x - height * 0.022), int(height * 0.12)
        cv2.rectangle(neck, corner, (int(x + height * 0.022), int(height * 0.19)), 255, -1)
        puff(self.sprite, neck, look.skin)
        coat = [
            (x - half * 0.3, height * 0.155),
            (x + half * 0.3, height * 0.155),
            (x + half * 1.1, height * 0.19),
            (x + half * 1.12, height * 0.34),
            (x + half * 1.08, height * 0.56),
            (x - half * 1.08, height * 0.56),
            (x - half * 1.12, height * 0.34),
            (x - half * 1.1, height * 0.19),
        ]
        self._cloth(coat, look.coat, 0.35)
        self._draw_seams()
        if look.is_staff:
            for at in (0.3, 0.42):
                puff(self.sprite, self._shape(self._band(half * 1.05, height * at, height * (at + 0.025))), REFLECTOR)
        if look.pack is not None:
            upper, lower = half * 0.7, half * 0.8
            top, foot = height * 0.2, height * 0.44
            self._cloth([(x - upper, top), (x + upper, top), (x + lower, foot), (x - lower, foot)], look.pack, 0.3)

    def _draw_seams(self) -> None:
        height, coat, x, half = self.height, self.look.coat, self._middle, self._shoulder
        seam, collar, hem = (opaque(shaded(coat, share)) for share in (0.62, 0.55, 0.6))
        ends = (int(x), int(height * 0.19)), (int(x), int(height * 0.555))
        cv2.line(self.sprite, *ends, seam, max(1, height // 300), cv2.LINE_AA)
        middle, axes = (int(x), int(height * 0.165)), (int(half * 0.42), int(height * 0.025))
        cv2.ellipse(self.sprite, middle, axes, 0, 0, 180, collar, max(2, height // 130), cv2.LINE_AA)
        ends = (int(x - half * 1.06), int(height * 0.535)), (int(x + half * 1.06), int(height * 0.535))
        cv2.line(self.sprite, *ends, hem, max(2, height // 200), cv2.LINE_AA)

    def draw_head(self) -> None:
        """Hair, and a hat."""
        height, look = self.height, self.look
        hair = self._mask()
        self._ellipse(hair, 0.08, (0.052, 0.07))
        if look.has_long_hair:
            self._ellipse(hair, 0.15, (0.055, 0.09))
        cloth(self.sprite, hair, look.hair, self._rng, 0.3)
        if look.hat is not None:
            hat = self._mask()
            middle, axes = (int(self._middle), int(height * 0.06)), (int(height * 0.06), int(height * 0.055))
            cv2.ellipse(hat, middle, axes, 0, 180, 360, 255, -1, cv2.LINE_AA)
            self._ellipse(hat, 0.062, (0.066, 0.016))
            puff(self.sprite, hat, look.hat)

    def _ellipse(self, mask: Mask, at: float, axes: tuple[float, float]) -> None:
        """In the middle, at a share of the height."""
        height = self.height
        middle, size = (int(self._middle), int(height * at)), (int(height * axes[0]), int(height * axes[1]))
        cv2.ellipse(mask, middle, size, 0, 0, 360, 255, -1, cv2.LINE_AA)

    def _band(self, half: float, top: float, foot: float) -> list[tuple[float, float]]:
        x = self._middle
        return [(x - half, top), (x + half, top), (x + half, foot), (x - half, foot)]

    def _cloth(self, outline: list[tuple[float, float]], colour: Colour, roughness: float) -> None:
        cloth(self.sprite, self._shape(outline), colour, self._rng, roughness)

    def _shape(self, outline: list[tuple[float, float]]) -> Mask:
        mask = self._mask()
        cv2.fillPoly(mask, [np.array(outline).astype(np.int32)], 255, cv2.LINE_AA)
        soft: Mask = cv2.GaussianBlur(mask, (0, 0), max(1.0, self.height / 160))
        return soft

    def _mask(self) -> Mask:
        return np.zeros((self.height, self.width), np.uint8)
