"""Arms that reach for a place, and what they carry."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blind_clips.people import SKINS, clothing
from blind_clips.sprites import Picture, Sprite, speckle

IN_S, OUT_S, STAY_S = 0.9, 0.8, 0.6  # seconds in which a hand comes and goes, and rests at the place


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """One reach of an arm, in picture points.

    Attributes:
        arm: drawn upright, the finger tips in the middle of its upper edge.
        target_xy: where the finger tips get to.
        from_xy: where the elbow comes from, outside the picture.
        grip_s: when what is carried is taken or set down.
        carried_in, carried_out: what hangs in the hand on its way in and out.
    """

    arm: Sprite
    target_xy: tuple[float, float]
    from_xy: tuple[float, float]
    grip_s: float
    stay_s: float
    carried_in: Sprite | None
    carried_out: Sprite | None

    @property
    def span_s(self) -> tuple[float, float]:
        before = STAY_S if self.carried_in is None else 0.0
        return self.grip_s - before - IN_S - self.stay_s, self.grip_s + (
            STAY_S if self.carried_in is not None else 0.0
        ) + OUT_S

    def parts(self, time_s: float) -> list[tuple[Sprite, tuple[int, int]]]:
        """What is to be laid over the picture at a time."""
        begin, end = self.span_s
        if not begin <= time_s <= end:
            return []
        away = 1.0 - min(1.0, (time_s - begin) / IN_S, (end - time_s) / OUT_S)
        target, origin = np.array(self.target_xy), np.array(self.from_xy)
        restless = np.array([np.sin(time_s * 6.0), np.cos(time_s * 4.7)]) * 3.0
        tip = target + (origin - target) * away**1.2 + restless
        out = []
        # What is set down is in its place from grip_s on, and not in the hand any more.
        carried = self.carried_in if time_s < self.grip_s - 1e-6 else self.carried_out
        if carried is not None:
            width, height = carried.size_wh
            out.append((carried, (int(tip[0] - width / 2), int(tip[1] - height / 2))))
        out.append(_turned(self.arm, tip, origin))
        return out


def _turned(arm: Sprite, tip: np.ndarray, origin: np.ndarray) -> tuple[Sprite, tuple[int, int]]:
    """The arm with its finger tips at `tip`, pointing away from `origin`."""
    dx, dy = tip - origin
    angle = np.arctan2(dx, -dy)
    c, s = np.cos(angle), np.sin(angle)
    width, height = arm.size_wh
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0]])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float) - (width / 2, 0)
    corners = corners @ matrix[:, :2].T
    low, high = corners.min(axis=0), corners.max(axis=0)
    matrix[:, 2] = -low - matrix[:, :2] @ np.array([width / 2, 0.0])
    size = int(np.ceil(high[0] - low[0])) + 1, int(np.ceil(high[1] - low[1])) + 1
    bgr = cv2.warpAffine(arm.bgr, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(arm.alpha, matrix, size)
    return Sprite(bgr, alpha), (int(tip[0] + low[0]), int(tip[1] + low[1]))


def arm(length: int, thick: int, cloth: Picture | None, rng: np.random.Generator) -> Sprite:
    """A hand, a wrist and a sleeve."""
    width = int(thick * 1.7)
    alpha = np.zeros((length, width), np.uint8)
    middle = width / 2
    palm = int(thick * 1.25)
    for n, off in enumerate((-0.36, -0.13, 0.1, 0.33)):
        x = int(middle + off * thick)
        cv2.line(
            alpha,
            (x, int(thick * (0.18 + 0.07 * abs(n - 1.5)))),
            (x, palm),
            255,
            max(3, int(thick * 0.19)),
            cv2.LINE_AA,
        )
    cv2.line(
        alpha,
        (int(middle - thick * 0.62), int(thick * 0.75)),
        (int(middle - thick * 0.2), int(thick * 1.5)),
        255,
        max(3, int(thick * 0.22)),
        cv2.LINE_AA,
    )
    cv2.ellipse(alpha, (int(middle), palm), (int(thick * 0.46), int(thick * 0.55)), 0, 0, 360, 255, -1)
    wrist = [
        (middle - thick * 0.3, palm),
        (middle + thick * 0.3, palm),
        (middle + thick * 0.36, thick * 2.6),
        (middle - thick * 0.36, thick * 2.6),
    ]
    cv2.fillPoly(alpha, [np.int32(wrist)], 255, cv2.LINE_AA)
    cuff = int(thick * rng.uniform(2.0, 3.4))
    sleeve = [
        (middle - thick * 0.46, cuff),
        (middle + thick * 0.46, cuff),
        (middle + thick * 0.8, length),
        (middle - thick * 0.8, length),
    ]
    cv2.fillPoly(alpha, [np.int32(sleeve)], 255, cv2.LINE_AA)
    picture = np.empty((length, width, 3), np.uint8)
    picture[:] = SKINS[int(rng.integers(0, len(SKINS)))]
    picture[cuff:] = clothing((width, length), cloth, rng)[cuff:]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    lit = np.clip(picture * (1.05 - 0.4 * across**2), 0, 255).astype(np.uint8)
    return Sprite(speckle(lit, rng, 3.0), cv2.GaussianBlur(alpha, (3, 3), 0))
