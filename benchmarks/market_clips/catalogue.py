"""The clips by name, and the files of one clip."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import yaml

from market_clips.direction import directed, states_are_seen
from market_clips.kinds import KINDS
from market_clips.photos import Album
from market_clips.render import reference_picture, render
from market_clips.scene import MARGIN_PX, View
from market_clips.script import Script
from market_clips.truth import Truth, write_truth

FIRST_HELD_OUT_SEED = 1000
MOST_DRAWS = 120
Hidden = Mapping[str, tuple[tuple[float, float], ...]]
EDGEKIT = """\
version: 1
store: market-clips
cameras:
- {{id: cam, source: {clip}, planogram: planogram.yaml, sample_fps: 5.0}}
shelf: {{hold_out_of_stock_s: 5.0, hold_restocked_s: 3.0, cooldown_s: 3.0}}
"""


class UnfairKind(RuntimeError):
    """No fair clip was found for a kind and a seed; the recipe asks for too much."""


def clip_names() -> tuple[str, ...]:
    """The names of all kinds of clips."""
    return tuple(KINDS)


def write_clip(name: str, *, held_out: bool, seed: int, data: Path, folder: Path) -> Path:
    """Write one clip with its reference, planogram, truth and edgekit.yaml; return the path of the last.

    Args:
        name: one of clip_names().
        held_out: whether photographs kept for held-out clips are used; goes with seeds from 1000 on.
        seed: another seed gives another shelf, other colours and other times.
        data: the folder that holds grocerystore/ and shelf-photos/.
        folder: where the files go; made if it is missing.

    Raises:
        ValueError: for a name that is not in clip_names(), or a seed of the other sort.
    """
    if name not in KINDS:
        raise ValueError(f"{name} is no kind of clip; the kinds are {', '.join(KINDS)}.")
    if held_out != (seed >= FIRST_HELD_OUT_SEED):
        raise ValueError(f"seed {seed} with held_out={held_out}: held-out seeds begin at {FIRST_HELD_OUT_SEED}.")
    folder.mkdir(parents=True, exist_ok=True)
    script, clip, hidden = _filmed(name, Album(data, held_out), seed, folder)
    _write_planogram(script.view, folder / "planogram.yaml")
    truth = Truth(
        name,
        script.duration_s,
        tuple(item.name for item in script.view.facings),
        script.extras.changes,
        hidden,
        script.extras.nuisances,
        script.extras.camera,
    )
    write_truth(truth, folder / "truth.json")
    config = folder / "edgekit.yaml"
    config.write_text(EDGEKIT.format(clip=clip.name))
    return config


def _filmed(name: str, album: Album, seed: int, folder: Path) -> tuple[Script, Path, Hidden]:
    """Draw scripts until one is fair, also by what its rendered clip hides."""
    for draw in range(MOST_DRAWS):
        rng = np.random.default_rng([zlib.crc32(name.encode()), seed, draw])
        script = directed(KINDS[name], album, rng)
        if script is None:
            continue
        reference = reference_picture(script, np.random.default_rng([seed, 5]))
        cv2.imwrite(str(folder / "reference.png"), reference)
        clip = folder / ("clip.avi" if script.motion_jpeg else "clip.mp4")
        hidden = render(script, reference, clip)
        if states_are_seen(script, hidden):
            return script, clip, hidden
    raise UnfairKind(f"{name} with seed {seed}: no draw of {MOST_DRAWS} was fair; ask for fewer changes or troubles.")


def _write_planogram(view: View, path: Path) -> None:
    facings = []
    for facing in view.facings:
        corners = view.polygon(facing) - MARGIN_PX
        corners = np.clip(corners, 0, (view.view_wh[0] - 1, view.view_wh[1] - 1))
        entry: dict[str, object] = {"id": facing.name, "product": facing.product}
        if facing.capacity > 1:
            entry["capacity"] = facing.capacity
        entry["polygon"] = [[round(x, 1), round(y, 1)] for x, y in corners.tolist()]
        facings.append(entry)
    document = {"version": 1, "reference": "reference.png", "facings": facings}
    path.write_text(yaml.safe_dump(document, sort_keys=False, default_flow_style=None))
