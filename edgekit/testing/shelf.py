"""A small rendered shelf: pictures in which products stand or are gone, and the configuration that watches them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.config.schema import CameraConfig, SiteConfig, SourceConfig
from edgekit.frame import Pixels
from edgekit.shelf.rules import ShelfRules

__all__ = ["FakeShelf"]

_HEIGHT, _WIDTH, _MARGIN = 144, 96, 24

RULES = ShelfRules(
    window=3,
    initial_samples=3,
    stillness_s=0.2,
    hold_out_of_stock_s=0.6,
    hold_restocked_s=0.6,
    cooldown_s=0.4,
)
"""Quick ones: about a second and a half from a product's leaving to its event, at 5 samples a second."""


class FakeShelf:
    """A planogram with a reference picture in `folder`, and pictures of it; no model is needed to judge them.

    >>> shelf = FakeShelf(folder)  # doctest: +SKIP
    >>> camera = FakeCamera(shelf.pictures([(3.0, ()), (3.0, {"left"}), (3.0, ())]))  # doctest: +SKIP
    >>> runtime = Runtime(shelf.site(), sources={"cam": camera})  # doctest: +SKIP
    """

    def __init__(
        self, folder: Path, facings: Sequence[str] = ("left", "right"), *, gtin: str = "4006381333931", fps: float = 5.0
    ) -> None:
        """Write `planogram.yaml` and `reference.png` into `folder`; all facings hold the product `gtin`."""
        import cv2

        self.folder = folder
        self.facings = tuple(facings)
        self.fps = fps
        self._random = np.random.default_rng(7)
        size = (_HEIGHT, _WIDTH * len(self.facings), 3)
        # Around the products the scene has edges of its own: a picture that lost all of them is a covered lens.
        self._empty = self._blocks(size[0], size[1])
        for number in range(len(self.facings)):
            left, top, right, bottom = self._box(number)
            self._empty[top:bottom, left:right] = 120
        self._full = self._empty.copy()
        for number in range(len(self.facings)):
            left, top, right, bottom = self._box(number)
            self._full[top:bottom, left:right] = self._blocks(bottom - top, right - left)
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "reference.png"), self._full)
        lines = ["reference: reference.png", "facings:"]
        for number, name in enumerate(self.facings):
            left, top, right, bottom = self._box(number)
            polygon = [[left, top], [right, top], [right, bottom], [left, bottom]]
            lines.append(f'  - {{id: {name}, gtin: "{gtin}", product: box, polygon: {polygon}}}')
        self.planogram = folder / "planogram.yaml"
        self.planogram.write_text("\n".join(lines) + "\n", "utf-8")

    def picture(self, gone: Collection[str] = ()) -> Pixels:
        """The shelf without the products of the facings in `gone`; a little noise makes every picture new."""
        pixels = self._full.copy()
        for number, name in enumerate(self.facings):
            if name in gone:
                left, top, right, bottom = self._box(number)
                pixels[top:bottom, left:right] = self._empty[top:bottom, left:right]
        noisy: Pixels = pixels + self._random.integers(0, 4, pixels.shape, np.uint8)
        return noisy

    def pictures(self, scenes: Sequence[tuple[float, Collection[str]]]) -> Iterator[Pixels]:
        """For each scene (seconds, facings whose products are gone) its pictures, `fps` a second."""
        for seconds, gone in scenes:
            for _ in range(round(seconds * self.fps)):
                yield self.picture(gone)

    def write_clip(self, path: Path, scenes: Sequence[tuple[float, Collection[str]]]) -> Path:
        """The scenes as a video file (Motion JPEG)."""
        import cv2

        size_wh = (self._full.shape[1], self._full.shape[0])
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), self.fps, size_wh)
        for pixels in self.pictures(scenes):
            writer.write(pixels)
        writer.release()
        return path

    def site(self, source: int | str = "iterable", *, cameras: Sequence[str] = ("cam",), **changes: Any) -> SiteConfig:
        """A site that watches this shelf, every picture a sample, its state in `folder`; `changes`: other fields."""
        values: dict[str, Any] = {
            "store": "s-001",
            "shelf": RULES,
            "state": self.folder / "state",
            "cameras": tuple(
                CameraConfig(id=name, source=SourceConfig(url=source), planogram=self.planogram, sample_fps=self.fps)
                for name in cameras
            ),
        }
        return SiteConfig(**{**values, **changes})

    def _blocks(self, height: int, width: int) -> Pixels:
        blocks = self._random.integers(0, 2, (-(-height // 8), -(-width // 8), 3), np.uint8) * np.uint8(180) + 40
        pixels: Pixels = blocks.repeat(8, 0).repeat(8, 1)[:height, :width].astype(np.uint8)
        return pixels

    @staticmethod
    def _box(number: int) -> tuple[int, int, int, int]:
        left = number * _WIDTH + _MARGIN
        return left, _MARGIN, left + _WIDTH - 2 * _MARGIN, _HEIGHT - _MARGIN
