"""A wrong product in a facing, end to end: enrolled by photos, a clip through `edgekit run`, the event."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from typer.testing import CliRunner

from edgekit.cli.app import build_app

SIZE = 96
LEFTS = {"left": 20, "middle": 136, "right": 252}


def shelf_picture(photo, kinds: dict[str, int | None], number: int) -> np.ndarray:
    pixels = np.full((140, 368, 3), 128.0) + np.random.default_rng(number).normal(0, 1, (140, 368, 3))
    pixels[:14] = (90, 80, 70)
    pixels[124:] = (60, 70, 90)
    for name, kind in kinds.items():
        if kind is not None:
            pixels[20 : 20 + SIZE, LEFTS[name] : LEFTS[name] + SIZE] = photo(kind, 3)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def test_a_wrong_product_in_a_facing_becomes_a_misplaced_event(tmp_path: Path, embedders, photo, photos) -> None:
    app = build_app()
    for kind in range(8):
        arguments = ["enroll", f"product {kind}", *map(str, photos(kind, 5)), "--model", str(embedders[0])]
        done = CliRunner().invoke(app, [*arguments, "--index", str(tmp_path / "p.index"), "--encoding", "int8-cpu"])
        assert done.exit_code == 0, done.output
    full = {"left": 0, "middle": 1, "right": 2}
    cv2.imwrite(str(tmp_path / "full.png"), shelf_picture(photo, full, 0))
    (tmp_path / "clip").mkdir()
    scenes = [full] * 15 + [{**full, "left": 2}] * 20 + [full] * 20
    for number, kinds in enumerate(scenes):
        cv2.imwrite(str(tmp_path / "clip" / f"{number:03d}.png"), shelf_picture(photo, kinds, number))
    polygons = {name: [[x, 20], [x + SIZE, 20], [x + SIZE, 116], [x, 116]] for name, x in LEFTS.items()}
    facings = [
        {"id": name, "product": f"product {kind}", "method": "recognition", "polygon": polygons[name]}
        for name, kind in full.items()
    ]
    (tmp_path / "shelf.yaml").write_text(json.dumps({"reference": "full.png", "facings": facings}))
    rules = {"window": 3, "initial_samples": 3, "stillness_s": 0.2, "hold_out_of_stock_s": 1, "hold_restocked_s": 1}
    site = {
        "models": {"names": str(embedders[0])},
        "index": "p.index",
        "cameras": [{"id": "cam", "source": {"url": "clip/", "fps": 5}, "planogram": "shelf.yaml"}],
        "shelf": rules,
    }
    (tmp_path / "edgekit.yaml").write_text(json.dumps(site))
    ran = CliRunner().invoke(app, ["run", "--config", str(tmp_path / "edgekit.yaml"), "--out", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    events = [json.loads(line) for line in (tmp_path / "out" / "events.jsonl").read_text().splitlines()]
    told = [(event["type"].rpartition(".")[2], event["subject"], event["data"]["state"]) for event in events]
    assert told == [("opened", "left", "misplaced"), ("resolved", "left", "stocked")]
