"""A clip's folder: the film, its reference, planogram, truth and settings."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from blind_clips.film import Take, reference, seen_outlines, shoot
from blind_clips.sprites import Picture


def write_folder(
    take: Take, scenario: str, seed: int, nuisances: list[dict[str, object]], folder: Path, rng: np.random.Generator
) -> Path:
    """Make the film and write everything; returns the path of edgekit.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "reference.png"), reference(take, rng))
    writer = cv2.VideoWriter(str(folder / "clip.avi"), cv2.VideoWriter_fourcc(*"MJPG"), take.fps, take.size_wh)

    def write(picture: Picture) -> None:
        writer.write(picture)

    hidden = shoot(take, write, rng)
    writer.release()
    places = take.story.shelf.places
    facings = [
        {
            "id": place.name,
            "product": place.full.product.name,
            "gtin": place.gtin,
            **({"capacity": place.capacity} if place.capacity > 1 else {}),
            "polygon": drawn_by_hand(outline, rng),
        }
        for place, outline in zip(places, seen_outlines(take), strict=True)
    ]
    (folder / "planogram.yaml").write_text(
        yaml.safe_dump({"version": 1, "reference": "reference.png", "facings": facings}, sort_keys=False)
    )
    truth = {
        "scenario": scenario,
        "seed": seed,
        "duration_s": take.story.duration_s,
        "facings": [place.name for place in places],
        "changes": take.story.changes(),
        "hidden": {place.name: spans for n, place in enumerate(places) if (spans := spans_of(hidden[:, n], take.fps))},
        "nuisances": nuisances,
        "camera": take.camera.troubles(take.story.duration_s),
        "version": 1,
    }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1))
    settings = {
        "version": 1,
        "store": "blind",
        "cameras": [{"id": "cam", "source": "clip.avi", "planogram": "planogram.yaml", "sample_fps": 5.0}],
        "shelf": {"hold_out_of_stock_s": 5.0, "hold_restocked_s": 3.0, "low_at": 0.25, "cooldown_s": 3.0},
    }
    path = folder / "edgekit.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def drawn_by_hand(outline: NDArray[np.float64], rng: np.random.Generator) -> list[list[float]]:
    """An outline as an installer draws it: up to about 8 % of its size off."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    grown = (outline - (low + high) / 2) * rng.uniform(0.97, 1.06, 2) + (low + high) / 2
    moved = (
        grown + (high - low) * rng.uniform(-0.025, 0.025, 2) + (high - low) * rng.uniform(-0.02, 0.02, outline.shape)
    )
    return [[round(float(x), 1), round(float(y), 1)] for x, y in moved]


def spans_of(flags: NDArray[np.bool_], fps: float) -> list[list[float]]:
    """From a flag for each picture to spans in seconds; gaps of less than half a second are closed."""
    spans: list[list[float]] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    for first, end in edges.reshape(-1, 2):
        from_s, until_s = round(float(first / fps), 3), round(float(end / fps), 3)
        if spans and from_s - spans[-1][1] < 0.5:
            spans[-1][1] = until_s
        else:
            spans.append([from_s, until_s])
    return spans
