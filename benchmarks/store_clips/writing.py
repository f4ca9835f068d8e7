"""A clip's folder: the film, its reference, planogram, truth and settings."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import yaml

from store_clips.making import Order, Take
from store_clips.story import Story

REFERENCE_SEED = 31
MJPG_QUALITY = 88
SETTINGS = """version: 1
store: store-clips
cameras:
- {{id: cam, source: {source}, planogram: planogram.yaml, sample_fps: 5.0}}
shelf: {{hold_out_of_stock_s: 5.0, hold_restocked_s: 3.0, cooldown_s: 3.0}}
"""


def write_take(take: Take, order: Order, folder: Path) -> Path:
    """Make the film and write everything; returns the path of edgekit.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_reference(take.story, order, folder / "reference.png")
    planogram = {"version": 1, "reference": "reference.png", "facings": _facings(take.story)}
    text = yaml.safe_dump(planogram, sort_keys=False, default_flow_style=None)
    (folder / "planogram.yaml").write_text(text)
    (folder / "truth.json").write_text(json.dumps(_truth(take, order), indent=1))
    # Every fourth kind is stored as a camera with MJPEG would send it.
    source = "clip.avi" if order.number % 4 == 0 else "clip.mp4"
    _write_film(take, folder / source)
    path = folder / "edgekit.yaml"
    path.write_text(SETTINGS.format(source=source))
    return path


def _write_reference(story: Story, order: Order, path: Path) -> None:
    """As the installer took it, with a camera's noise."""
    rng = np.random.default_rng((REFERENCE_SEED, order.number, *order.more_entropy))
    clean = story.world.reference
    noisy = clean.astype(np.float32) + rng.normal(0, 1.2, clean.shape)
    cv2.imwrite(str(path), np.clip(noisy, 0, 255).astype(np.uint8))


def _facings(story: Story) -> list[dict[str, object]]:
    return [
        {
            "id": facing.id,
            "product": facing.product,
            **({"gtin": facing.gtin} if facing.gtin is not None else {}),
            **({"capacity": facing.capacity} if facing.capacity > 1 else {}),
            "polygon": [[round(float(x), 1), round(float(y), 1)] for x, y in facing.drawn],
        }
        for facing in story.world.facings
    ]


def _truth(take: Take, order: Order) -> dict[str, object]:
    story = take.story
    return {
        "scenario": order.name,
        "duration_s": round(story.frames / story.fps, 3),
        "facings": [facing.id for facing in story.world.facings],
        "changes": [asdict(change) for change in story.changes],
        "hidden": take.hidden,
        "nuisances": [asdict(spell) for spell in sorted(story.nuisances, key=lambda spell: spell.from_s)],
        "camera": [asdict(spell) for spell in story.troubles],
        "version": 1,
    }


def _write_film(take: Take, path: Path) -> None:
    story = take.story
    if path.suffix == ".mp4":
        code = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(path), code, story.fps, story.world.size_wh)
    else:
        code = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, code, story.fps, story.world.size_wh)
        writer.set(cv2.VIDEOWRITER_PROP_QUALITY, MJPG_QUALITY)
    if not writer.isOpened():
        raise OSError(f"{path} cannot be written: this OpenCV has no encoder for it")
    for index in range(story.frames):
        writer.write(take.film.frame(index))
    writer.release()
