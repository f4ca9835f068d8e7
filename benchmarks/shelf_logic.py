"""What the shelf logic costs a sample: 100 facings in 1920x1080, judged by appearance, on one core.

    python benchmarks/shelf_logic.py [--samples 100] [--json shelf_logic.json]

Rows are what the camera does: nothing, tremble by up to 3 pixels, drift, stand where it was bumped to, be found again
after a bump (every sample then needs features), tremble before a shelf of which 30 places are emptied (each is held
against the reference by the comparator, too), and nothing while a shopper walks past facings of one unit or of
four. Columns are milliseconds a sample: registration alone (the sample's picture shrunk, aligned to the reference, laid
out as the reference is), the rest of the shelf logic (gates, evidence, state machines), and both. The scene is
rendered. OpenCV runs on one thread, and times are the process's own on its core, so that other work on the machine
counts for little.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from edgekit.frame import Frame, Pixels
from edgekit.replay.simulation.scene import picture_of
from edgekit.replay.simulation.shelves import ShelfStyle, rendered_scene
from edgekit.shelf.gates.layout import small_picture
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.registration.aligner import Aligner
from edgekit.shelf.registration.laid_out import laid_out
from edgekit.shelf.registration.picture import halved
from edgekit.shelf.registration.tracking import Tracking, unmoved
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.shelf import Shelf, ShelfState

WIDTH, HEIGHT = 1920, 1080
COLUMNS, ROWS = 20, 5
FPS = 5.0
WARM_UP = 15
WALL_BGR = 90, 100, 105
Motion = Callable[[int, np.random.Generator], tuple[float, float, float]]
"""Of a sample's number: how far the camera is off, in pixels right and down, and degrees."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row: how the camera moves, whether a shopper walks past or each sample is searched anew, units a facing, and
    how many facings are emptied."""

    name: str
    motion: Motion
    shopper: bool = False
    searched: bool = False
    units: int = 1
    emptied: int = 0


def trembling(_: int, random: np.random.Generator) -> tuple[float, float, float]:
    """By up to 3 pixels."""
    return random.uniform(-3, 3), random.uniform(-3, 3), 0.0


CASES = (
    Case("still", lambda _, __: (0.0, 0.0, 0.0)),
    Case("trembling, 3 px", trembling),
    Case("the same, 30 places emptied", trembling, emptied=30),
    Case("drifting, 11 px/s", lambda number, _: (abs(2.2 * number % 160 - 80), 0.0, 0.0)),
    Case("bumped by 36 px, 2°, and found again", lambda _, __: (30.0, -20.0, 2.0)),
    Case("just bumped, searched for by features", lambda _, __: (150.0, -100.0, 3.0), searched=True),
    Case("still, a shopper walks past", lambda _, __: (0.0, 0.0, 0.0), shopper=True),
    Case("the same, 4 units a facing", lambda _, __: (0.0, 0.0, 0.0), shopper=True, units=4),
)


def scene() -> Pixels:
    """uint8 (1080, 1920, 3): a rendered shelf."""
    random = np.random.default_rng(4)
    rendered = rendered_scene(random, ShelfStyle(rows=5, facings=60), size_wh=(WIDTH, HEIGHT))
    whole, margin = picture_of(rendered, rendered.full), rendered.margin_px
    return np.ascontiguousarray(whole[margin : margin + HEIGHT, margin : margin + WIDTH]).astype(np.uint8)


def facings(units: int) -> tuple[Facing, ...]:
    """100 facings of so many units side by side in five rows, with a wall around them."""
    wide, high = (WIDTH - 120) / COLUMNS, (HEIGHT - 120) / ROWS
    told = []
    for number in range(COLUMNS * ROWS):
        left, top = 60 + wide * (number % COLUMNS) + 5, 60 + high * (number // COLUMNS) + 12
        right, bottom = left + wide - 10, top + high - 24
        polygon = ((left, top), (right, top), (right, bottom), (left, bottom))
        told.append(Facing(f"f{number:03}", None, False, "box", "appearance", units, polygon))
    return tuple(told)


def without(reference: Pixels, emptied: int) -> Pixels:
    """The shelf with so many of its 100 places showing a grey wall."""
    shelf: Pixels = reference.copy()
    for facing in facings(1)[:: COLUMNS * ROWS // max(1, emptied)][:emptied]:
        (left, top), (right, bottom) = np.array(facing.polygon_xy_px).astype(int)[[0, 2]]
        shelf[top:bottom, left:right] = WALL_BGR
    return shelf


def frames(case: Case, reference: Pixels, count: int) -> Iterator[Frame]:
    """`count` frames of a case, with a sensor's noise."""
    random = np.random.default_rng(9)
    shelf = without(reference, case.emptied)
    noise = random.integers(-4, 5, (HEIGHT + 64, WIDTH + 64, 3), np.int16)
    cloth = random.integers(10, 150, (HEIGHT // 60, 5, 3), np.uint8).repeat(60, 0).repeat(60, 1)
    for number in range(count):
        x, y, turn = case.motion(number, random)
        motion = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), turn, 1.0)
        motion[:, 2] += (x, y)
        there = cv2.warpAffine(shelf, motion, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        if case.shopper:
            left = number * 35 % (WIDTH - 300)
            there[:, left : left + 300] = cloth[:HEIGHT]
        top, left = random.integers(0, 64, 2)
        noisy = np.clip(there + noise[top : top + HEIGHT, left : left + WIDTH], 0, 255).astype(np.uint8)
        yield Frame(noisy, number / FPS, number, 0)


def registered(aligner: Aligner, state: ShelfState, frame: Frame) -> Tracking:
    """What `Shelf.look` does of a frame before its gates."""
    tracking = state.tracking or unmoved(frame.size_hw)
    halfway = halved(frame.pixels)
    after = aligner.track(tracking, halfway, frame.time_s)
    if state.memory is not None and not after.moved:
        laid_out(small_picture(halfway), after, state.memory.background.colours).of(frame.pixels)
    return after


def measured(case: Case, reference: Pixels, samples: int) -> dict[str, Any]:
    """One row: percentiles of registration, of the rest, and of both."""
    planogram = Planogram(Path("benchmark.yaml"), Path("benchmark.png"), (HEIGHT, WIDTH), facings(case.units), {})
    shelf = Shelf(planogram, ShelfRules(), sample_fps=FPS, models={}, reference_pixels=reference)
    aligner = Aligner.of(reference, (HEIGHT, WIDTH))
    state = shelf.initial()[0]
    alone, both = [], []
    for frame in frames(case, reference, WARM_UP + samples):
        if case.searched:
            state = replace(state, tracking=unmoved(frame.size_hw))
        start_s = process_time()
        registered(aligner, state, frame)
        middle_s = process_time()
        state = shelf.conclude(state, shelf.look(state, frame), {}).state
        end_s = process_time()
        if frame.index >= WARM_UP:
            alone.append((middle_s - start_s) * 1000)
            both.append((end_s - middle_s) * 1000)
    rest = [max(0.0, whole - part) for whole, part in zip(both, alone, strict=True)]
    return {
        "name": case.name,
        "samples": samples,
        **{
            f"{name}_{percent}_ms": round(float(np.percentile(values, q)), 2)
            for name, values in (("registration", alone), ("logic", rest), ("both", both))
            for percent, q in (("p50", 50), ("p95", 95))
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=100, help="timed samples of each row")
    parser.add_argument("--json", type=Path, help="write all figures here")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    reference = scene()
    rows = [measured(case, reference, arguments.samples) for case in CASES]
    table = Table(title=f"{COLUMNS * ROWS} facings, {WIDTH}x{HEIGHT}, one core, {arguments.samples} samples a row")
    table.add_column("the camera")
    for heading in ("registration p50", "p95", "logic p50", "p95", "both p50", "p95 ms"):
        table.add_column(heading, justify="right")
    for row in rows:
        told = [
            f"{row[f'{name}_{percent}_ms']:.1f}"
            for name in ("registration", "logic", "both")
            for percent in ("p50", "p95")
        ]
        table.add_row(row["name"], *told)
    Console(width=120).print(table)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"cores": 1, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
