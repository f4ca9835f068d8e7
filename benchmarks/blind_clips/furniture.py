"""What goods stand on and before: boards, walls, rails and price cards, drawn with their depth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blind_clips.sprites import Picture, Sprite, Stand, paste, placed, speckle


@dataclass(frozen=True, slots=True)
class Bay:
    """The opening over one board: its sides, its top, where the wall meets the board, the board's front edge."""

    left: int
    right: int
    top: int
    floor_back: int
    floor_front: int


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """What is being painted: what lies behind the goods, and what lies before them."""

    behind: Picture
    front: Picture
    front_alpha: Picture

    @classmethod
    def of_size(cls, size_wh: tuple[int, int], colour: tuple[int, int, int]) -> Canvas:
        width, height = size_wh
        behind = np.full((height, width, 3), colour, np.uint8)
        return cls(behind, np.zeros_like(behind), np.zeros((height, width), np.uint8))

    def put_front(self, rows: slice, columns: slice, picture: Picture | tuple[int, int, int], alpha: int = 255) -> None:
        self.front[rows, columns] = picture
        self.front_alpha[rows, columns] = alpha

    def front_sprite(self) -> Sprite:
        return Sprite(self.front, self.front_alpha)


def paint_bay(
    canvas: Canvas,
    bay: Bay,
    wall: str,
    colour: tuple[int, int, int],
    stock: tuple[Sprite, ...],
    rng: np.random.Generator,
) -> None:
    """The wall of an opening, its shade from above, and the board in front of it."""
    width, height = bay.right - bay.left, bay.floor_back - bay.top
    back = _wall((width, height), wall, colour, stock, rng)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    depth = float(rng.uniform(0.35, 0.6))
    back = back * (1 - depth * np.exp(-down * 5.0)) * (1 - 0.12 * down)
    canvas.behind[bay.top : bay.floor_back, bay.left : bay.right] = np.clip(back, 0, 255)
    rows = bay.floor_front - bay.floor_back
    board = np.full((rows, width, 3), colour, np.float32)
    board *= np.linspace(float(rng.uniform(0.5, 0.7)), 1.0, rows, dtype=np.float32)[:, None, None]
    canvas.behind[bay.floor_back : bay.floor_front, bay.left : bay.right] = speckle(
        np.clip(board, 0, 255).astype(np.uint8), rng, 2.5, 0.8
    )


def _wall(
    size_wh: tuple[int, int],
    wall: str,
    colour: tuple[int, int, int],
    stock: tuple[Sprite, ...],
    rng: np.random.Generator,
) -> Picture:
    width, height = size_wh
    back = np.full((height, width, 3), colour, np.uint8)
    if wall == "textured":
        return speckle(speckle(back, rng, 7.0, 5.0), rng, 4.0)
    if wall == "perforated":
        step = int(rng.integers(9, 15))
        for y in range(step // 2, height, step):
            for x in range(step // 2 + (y // step % 2) * step // 2, width, step):
                cv2.circle(back, (x, y), max(1, step // 6), tuple(int(c * 0.35) for c in colour), -1, cv2.LINE_AA)
    elif wall == "slats":
        step = int(rng.integers(14, 26))
        for y in range(0, height, step):
            back[y : y + 3] = np.uint8(np.array(colour) * 0.5)
    elif wall == "mirror":
        back = _blurred_goods(back, stock, rng, scale=0.6, blur=4.5, light=0.55)
        sheen = np.linspace(0, 40, width)[None, :, None]
        back = np.clip(back * 0.85 + sheen, 0, 255).astype(np.uint8)
    elif wall == "goods":
        back = _blurred_goods((back * 0.35).astype(np.uint8), stock, rng, scale=0.8, blur=2.0, light=0.28)
    elif wall == "aisle":
        back = _blurred_goods(
            np.clip(back * 1.1, 0, 255).astype(np.uint8), stock, rng, scale=0.45, blur=4.0, light=0.75
        )
    return speckle(back, rng, 2.5, 0.8)


def _blurred_goods(
    back: Picture, stock: tuple[Sprite, ...], rng: np.random.Generator, *, scale: float, blur: float, light: float
) -> Picture:
    """Goods of somewhere else, out of focus and in little light."""
    if not stock:
        return back
    height, width = back.shape[:2]
    scene = back.copy()
    for foot in (height * 0.5, height * 1.0) if scale < 0.6 else (height * 1.0,):
        x = float(rng.uniform(-20, 0))
        while x < width:
            sprite = stock[int(rng.integers(0, len(stock)))]
            size = sprite.size_wh[0] * scale
            part, at = placed(sprite, Stand((x + size / 2, foot), scale, shade=light))
            paste(scene, part, at)
            x += size * rng.uniform(1.02, 1.5)
    return cv2.GaussianBlur(scene, (0, 0), blur)


def paint_rail(
    canvas: Canvas,
    bay: Bay,
    thick: int,
    colour: tuple[int, int, int],
    cards_x: tuple[float, ...],
    rng: np.random.Generator,
) -> None:
    """The front edge of a board with its price cards, before the feet of the goods."""
    top = bay.floor_front - max(2, thick // 5)
    rail = (
        np.full((thick, bay.right - bay.left, 3), colour, np.float32)
        * np.linspace(1.08, 0.72, thick, dtype=np.float32)[:, None, None]
    )
    canvas.put_front(slice(top, top + thick), slice(bay.left, bay.right), np.clip(rail, 0, 255).astype(np.uint8))
    below = slice(top + thick, min(top + thick + 14, canvas.behind.shape[0]))
    canvas.behind[below, bay.left : bay.right] = canvas.behind[below, bay.left : bay.right] // 2
    for x in cards_x:
        w, h = int(thick * rng.uniform(1.5, 2.2)), max(5, int(thick * 0.75))
        left = int(x - w / 2)
        card = np.full((h, w, 3), (60, 215, 245) if rng.random() < 0.2 else (240, 240, 238), np.uint8)
        card[h // 3 : h // 3 + max(1, h // 5), w // 6 : w // 2] = 60
        card[2 * h // 3 : 2 * h // 3 + 1, w // 6 : -(w // 6)] = 120
        if left > bay.left and left + w < bay.right:
            canvas.put_front(slice(top + 2, top + 2 + h), slice(left, left + w), card)


def leftover(width: int, height: int, rng: np.random.Generator) -> Sprite:
    """What stays when the last one is gone: an open carton or a tray, low and brown, white or grey."""
    colour = np.array([(95, 140, 175), (215, 218, 220), (120, 125, 128)][int(rng.integers(0, 3))], np.float32)
    low = max(8, int(height * rng.uniform(0.16, 0.26)))
    bgr = np.empty((low, width, 3), np.float32)
    bgr[:] = colour * 0.55
    bgr[int(low * 0.45) :] = colour
    bgr[:, :3] = colour * 0.8
    bgr[:, -3:] = colour * 0.8
    return Sprite(speckle(np.clip(bgr, 0, 255).astype(np.uint8), rng, 3.0), np.full((low, width), 255, np.uint8))
