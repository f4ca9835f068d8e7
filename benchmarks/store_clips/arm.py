"""Arms, from a shoulder to the tips of the fingers."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.colours import Colour
from store_clips.looks import Look
from store_clips.puffs import Mask, puff
from store_clips.sprites import Placed, Sprite, clear

Point = NDArray[np.float64]
"""Shape (2,): x and y in the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """Where an arm is: from a shoulder to the finger tips; the upper arm's width in points."""

    shoulder: Point
    hand: Point
    width_px: float


def arm_sprite(limb: Limb, look: Look, *, grips: bool, glove: Colour | None = None) -> Placed:
    """The arm, bent to one side; a hand that grips has shorter fingers."""
    shoulder, hand = limb.shoulder, limb.hand
    way = hand - shoulder
    length = max(1.0, np.hypot(*way))
    width = min(max(limb.width_px, length / 7), 1.7 * limb.width_px)
    along, across = way / length, np.array([-way[1], way[0]]) / length
    elbow = shoulder + way * 0.5 + across * width * 0.5
    palm, wrist = hand - along * width * 0.35, hand - along * width * 1.0
    cuff = elbow + (wrist - elbow) * (1 - look.bare)
    joints = np.stack([shoulder, hand, elbow])
    sketch = _Sketch(
        np.floor(joints.min(0) - width * 1.8).astype(int), np.ceil(joints.max(0) + width * 1.8).astype(int)
    )
    sketch.draw(elbow, wrist, width * 0.72, width * 0.46, look.skin)
    sketch.draw(shoulder, elbow, width, width * 0.86, look.coat)
    sketch.draw(elbow, cuff, width * 0.86, width * 0.68, look.coat)
    skin = glove or look.skin
    sketch.draw(wrist, palm, width * 0.5, width * 0.66, skin)
    for finger in range(4):
        knuckle = palm + across * width * (0.27 - 0.18 * finger)
        reach = along * (0.55 if grips else 0.95) * (1 if finger in (1, 2) else 0.86)
        tip = knuckle + (reach + across * (0.1 - 0.07 * finger)) * width * 0.75
        sketch.draw(knuckle, tip, width * 0.2, width * 0.16, skin, depth_px=width * 0.12)
    thumb = palm + across * width * 0.3
    tip = thumb + (along * 0.45 + across * 0.28) * width
    sketch.draw(thumb, tip, width * 0.22, width * 0.18, skin, depth_px=width * 0.13)
    return Placed(sketch.sprite, int(sketch.first[0]), int(sketch.first[1]))


class _Sketch:
    """A sprite that covers a part of the picture, drawn on in the picture's points."""

    def __init__(self, first: NDArray[np.int_], last: NDArray[np.int_]) -> None:
        self.first = first
        self.sprite: Sprite = clear(int(last[1] - first[1]), int(last[0] - first[0]))

    def draw(
        self,
        start: Point,
        end: Point,
        start_px: float,
        end_px: float,
        colour: Colour,
        *,
        depth_px: float | None = None,
    ) -> None:
        """A part of a limb, so wide at its ends."""
        mask: Mask = np.zeros(self.sprite.shape[:2], np.uint8)
        way = (end - start) / max(1e-6, np.hypot(*(end - start)))
        side = np.array([-way[1], way[0]])
        corners = (
            start + side * start_px / 2,
            end + side * end_px / 2,
            end - side * end_px / 2,
            start - side * start_px / 2,
        )
        outline = np.round([corner - self.first for corner in corners]).astype(np.int32)
        cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA)
        for joint, radius in ((start, start_px / 2), (end, end_px / 2)):
            x, y = np.round(joint - self.first)
            cv2.circle(mask, (int(x), int(y)), max(1, int(radius)), 255, -1, cv2.LINE_AA)
        puff(self.sprite, mask, colour, depth_px)
