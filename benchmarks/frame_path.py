"""How fast frames go through: real-time factor of `edgekit run`, and what it costs a frame beside the model.

    python benchmarks/frame_path.py [--rounds 3] [--json frame_path.json]

Rows, on the clip of three bottles (640x360, 1189 frames), restricted to two CPU cores:
- `edgekit run` with every frame sampled, and with 5 samples a second, by encoding: times faster than the clip plays;
- overhead a frame (frame interval minus that frame's own session.run, one in flight): of the runtime with decoding,
  NMS and three facings; of a bare OpenCV read + letterbox loop; of the same loop with decoding, NMS and three zones
  by supervision (MIT), where that package is installed.
Rounds are interleaved; the table shows medians over rounds. The machine may be busy: compare rows of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from edgekit.assets import asset
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.demo.scene import CLIP, Method, set_scene
from edgekit.vision.decoders import make_decoder
from edgekit.vision.geometry import mapping, prepare
from edgekit.vision.postprocess import detections_of

CLIP_S = 1189 / (179 / 6)
Row = dict[str, Any]


def two_cores() -> int:
    """Restrict this process and its children to two cores; how many there are then."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, cores)
    return len(cores)


def exported(folder: Path, bundle: Path | None) -> Path:
    """The demo's scene in `folder`, with its bundle exported unless one is given."""
    scene = set_scene(folder, Method.DETECTOR)
    assert scene.bundle is not None
    if bundle is None:
        subprocess.run([sys.executable, "-m", "edgekit", "export", *scene.export], check=True, capture_output=True)
    else:
        scene.bundle.write_bytes(bundle.read_bytes())
    return scene.config


def run_program(config: Path, *, sample_fps: float, encoding: str, backend: str = "auto") -> Row:
    """One `edgekit run`; its summary of the only camera, with the seconds of the whole run."""
    raw = yaml.safe_load(config.read_text())
    raw["cameras"][0]["sample_fps"] = sample_fps
    changed = config.with_name("benchmark.yaml")
    changed.write_text(yaml.safe_dump(raw))
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "edgekit", "run", "--config", str(changed), "--out", out]
        command += ["--encoding", encoding, "--backend", backend]
        subprocess.run(command, check=True, capture_output=True)
        summary = json.loads((Path(out) / "summary.json").read_text())
    return {**summary["cameras"][0]["telemetry"], "wall_s": summary["wall_s"]}


def overheads_ms(step: Callable[[Any], float]) -> dict[str, float]:
    """Percentiles of (frame interval - seconds that `step` spent in the model) over the clip, read by OpenCV."""
    import cv2

    capture = cv2.VideoCapture(str(asset(CLIP)))
    overheads = []
    try:
        last_s = perf_counter()
        while True:
            ok, pixels = capture.read()
            if not ok:
                break
            model_s = step(pixels)
            now_s = perf_counter()
            overheads.append((now_s - last_s - model_s) * 1000)
            last_s = now_s
    finally:
        capture.release()
    return dict(zip(("p50_ms", "p95_ms", "p99_ms"), np.percentile(overheads[1:], (50, 95, 99)).tolist(), strict=True))


def bare_loop(bundle: Path) -> dict[str, float]:
    """Read and letterbox, nothing else."""
    geometry = Bundle.open(bundle).manifest.preprocessing.geometry.to_geometry()
    prepared = np.empty((*geometry.size_hw, 3), np.uint8)

    def step(pixels: Any) -> float:
        prepare(pixels, geometry, out=prepared)
        return 0.0

    return overheads_ms(step)


def supervision_loop(bundle: Path, planogram: Path) -> dict[str, float] | None:
    """The bare loop with the float model, decoding, NMS and supervision's zones; None where that is not installed."""
    try:
        import supervision
    except ImportError:
        return None
    opened = Bundle.open(bundle)
    model = load_model(opened, encoding="float", backend="onnxruntime")
    manifest = opened.manifest
    geometry = manifest.preprocessing.geometry.to_geometry()
    decoder = make_decoder(manifest.decoder.name, manifest.decoder.parameters, geometry.size_hw)
    facings = yaml.safe_load(planogram.read_text())["facings"]
    zones = [supervision.PolygonZone(polygon=np.array(facing["polygon"])) for facing in facings]
    prepared = np.empty((1, *geometry.size_hw, 3), np.uint8)

    def step(pixels: Any) -> float:
        prepare(pixels, geometry, out=prepared[0])
        start_s = perf_counter()
        outputs = model.session.result(model.session.submit(prepared))
        model_s = perf_counter() - start_s
        size_hw = pixels.shape[:2]
        (found,) = detections_of(decoder, outputs, [mapping(size_hw, geometry)], [size_hw], min_score=0.3)
        boxes = supervision.Detections(
            xyxy=found.boxes_xyxy_px, confidence=found.scores, class_id=found.class_ids.astype(int)
        )
        for zone in zones:
            zone.trigger(boxes)
        return model_s

    try:
        return overheads_ms(step)
    finally:
        model.close()


def measure(rounds: int, given: Path | None) -> list[Row]:
    """All rows, medians over interleaved rounds."""
    with tempfile.TemporaryDirectory() as folder:
        config = exported(Path(folder), given)
        bundle = config.with_name("yolox-nano.edgekit")
        jobs: dict[str, Callable[[], Row | None]] = {}
        for encoding in ("int8-cpu", "float"):
            for sample_fps, said in ((179 / 6, "every frame"), (5.0, "5 samples/s")):
                jobs[f"edgekit run, {encoding}, {said}"] = lambda encoding=encoding, sample_fps=sample_fps: run_program(
                    config, sample_fps=sample_fps, encoding=encoding
                )
        jobs["edgekit run, fake model, every frame"] = lambda: run_program(
            config, sample_fps=179 / 6, encoding="float", backend="fake"
        )
        jobs["bare read + letterbox"] = lambda: bare_loop(bundle)
        jobs["supervision, three zones"] = lambda: supervision_loop(bundle, config.with_name("planogram.yaml"))
        results: dict[str, list[Row]] = {name: [] for name in jobs}
        for _ in range(rounds):
            for name, job in jobs.items():
                if (row := job()) is not None:
                    results[name].append(row)
    return [row_of(name, rows) for name, rows in results.items() if rows]


def row_of(name: str, rows: list[Row]) -> Row:
    """Medians over rounds of one job's figures."""
    overhead = [row.get("overhead", row) for row in rows]
    row: Row = {
        key: round(statistics.median(one[key] for one in overhead), 3) for key in ("p50_ms", "p95_ms", "p99_ms")
    }
    if "wall_s" in rows[0]:
        row["realtime"] = round(CLIP_S / statistics.median(one["wall_s"] for one in rows), 2)
        inferences = [one["inference"]["p50_ms"] for one in rows]
        row["model_p50_ms"] = None if None in inferences else round(statistics.median(inferences), 2)
    return {"name": name, "rounds": len(rows), **row}


def find_public_data() -> None:
    """As the Makefile does: take ../shared/data where it lies beside the checkout and nothing else is named."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    if "EDGEKIT_ASSETS" not in os.environ and beside.is_dir():
        os.environ["EDGEKIT_ASSETS"] = str(beside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bundle", type=Path, help="an exported YOLOX-nano bundle; exported anew without it")
    parser.add_argument("--json", type=Path, default=Path("frame_path.json"))
    arguments = parser.parse_args()
    find_public_data()
    cores = two_cores()
    rows = measure(arguments.rounds, arguments.bundle)
    table = Table(title=f"{cores} cores, medians of {arguments.rounds} interleaved rounds")
    for heading in ("", "x real time", "model p50", "overhead p50", "p95", "p99 ms"):
        table.add_column(heading, justify="left" if not heading else "right")
    for row in rows:
        values = (row.get("realtime"), row.get("model_p50_ms"), row["p50_ms"], row["p95_ms"], row["p99_ms"])
        table.add_row(row["name"], *("-" if value is None else f"{value:.2f}" for value in values))
    Console(width=110).print(table)
    arguments.json.write_text(json.dumps({"cores": cores, "rows": rows}, indent=1))
    print(f"wrote {arguments.json}")


if __name__ == "__main__":
    main()
