"""Colours, grain and print: what surfaces are made of."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Field = NDArray[np.float32]
Colour = tuple[int, int, int]

FONTS = (cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX)
SYLLABLES = ("ba", "ri", "no", "mel", "tor", "vi", "sa", "lu", "kra", "pe", "zen", "do", "fi", "mo", "ta", "ola", "eco")


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """A BGR colour from a hue in turns (0-1), a saturation and a value (0-1)."""
    pixel = np.array([[[hue % 1.0 * 180, saturation * 255, value * 255]]]).astype(np.uint8)
    blue, green, red = cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0].tolist()
    return blue, green, red


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two, `share` (0-1) of the way to the second; scaled beyond it."""
    blue, green, red = (int(np.clip(a + (b - a) * share, 0, 255)) for a, b in zip(first, second, strict=True))
    return blue, green, red


def dimmed(colour: Colour, gain: float) -> Colour:
    """The colour made darker or brighter."""
    return mixed((0, 0, 0), colour, gain)


def sheet(size_hw: tuple[int, int], colour: Colour) -> Image:
    """An even surface."""
    even: Image = np.full((*size_hw, 3), colour, np.uint8)
    return even


def smooth_noise(rng: np.random.Generator, size_hw: tuple[int, int], cell_px: int, strength: float) -> Field:
    """Soft random hills about zero, as broad as the cell."""
    height, width = size_hw
    shape = (max(2, height // max(1, cell_px) + 2), max(2, width // max(1, cell_px) + 2))
    small = rng.normal(0.0, strength, shape).astype(np.float32)
    field: Field = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return field


def shaded(image: Image, gain: Field) -> Image:
    """The image times a gain per pixel, of shape (h, w) or (h, w, 3)."""
    wide = gain[..., None] if gain.ndim == 2 else gain
    lit: Image = np.clip(image.astype(np.float32) * wide, 0, 255).astype(np.uint8)
    return lit


def ramp(size_hw: tuple[int, int], top: float, bottom: float) -> Field:
    """A gain that runs from the top edge to the bottom edge."""
    column = np.linspace(top, bottom, size_hw[0], dtype=np.float32)
    return np.repeat(column[:, None], size_hw[1], axis=1)


def brand(rng: np.random.Generator) -> str:
    """A word that could be a brand."""
    return "".join(rng.choice(SYLLABLES, int(rng.integers(1, 4)))).upper()


def write_word(image: Image, text: str, box: tuple[float, float, float, float], colour: Colour, font: int) -> None:
    """Write one word as large as fits into a box given in fractions of the image (x0, y0, x1, y1)."""
    height, width = image.shape[:2]
    (text_w, text_h), _ = cv2.getTextSize(text, font, 1.0, 2)
    scale = min((box[2] - box[0]) * width / text_w, (box[3] - box[1]) * height / text_h)
    at = (int(box[0] * width), int(box[3] * height))
    cv2.putText(image, text, at, font, scale, colour, max(1, round(scale * 2.2)), cv2.LINE_AA)


def small_print(
    image: Image, rng: np.random.Generator, box: tuple[float, float, float, float], colour: Colour, lines: int
) -> None:
    """Fill a box, in fractions of the image, with lines that read as text from afar."""
    height, width = image.shape[:2]
    step = (box[3] - box[1]) * height / max(1, lines)
    for line in range(lines):
        y = int(box[1] * height + step * (line + 0.5))
        x, end = box[0] * width, (box[0] + (box[2] - box[0]) * rng.uniform(0.6, 1.0)) * width
        while x < end:
            long = rng.uniform(0.03, 0.12) * width
            cv2.line(image, (int(x), y), (int(min(end, x + long)), y), colour, max(1, int(step * 0.4)))
            x += long + 0.03 * width


def bars(image: Image, rng: np.random.Generator, box: tuple[float, float, float, float]) -> None:
    """A bar code on white, in a box given in fractions of the image."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)
    image[y0:y1, x0:x1] = 240
    for x in range(x0 + 2, x1 - 2, 2):
        if rng.random() < 0.5:
            image[y0 + 1 : y1 - 1, x : x + 1] = 20
