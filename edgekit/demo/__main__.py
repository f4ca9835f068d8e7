"""The main job on real input: export a trained model to INT8, watch a shelf with it, say what came of it."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edgekit.demo.scene import SAMPLE_FPS, SHELF, Method, Scene, set_scene
from edgekit.demo.verdict import Judged, judge, load_events, load_truth, settings_budget_frames
from edgekit.errors import EdgekitError


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edgekit.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="folder for everything it makes")
    parser.add_argument("--method", type=Method, choices=list(Method), default=Method.DETECTOR)
    parser.add_argument("--encoding", default="int8-cpu", help="the encoding to run (int8-cpu, float, …)")
    return parser.parse_args()


def _step(console: Console, arguments: list[str]) -> None:
    console.print(f"\n[bold]$ edgekit {shlex.join(arguments)}[/bold]", soft_wrap=True, highlight=False)
    ran = subprocess.run([sys.executable, "-m", "edgekit", *arguments], check=False)
    if ran.returncode:
        raise SystemExit(ran.returncode)


def _auto(scene: Scene) -> str:
    from edgekit.backends.selection import load_model
    from edgekit.bundle.bundle import Bundle

    assert scene.bundle is not None
    model = load_model(Bundle.open(scene.bundle))
    try:
        return f"auto would take {model.encoding} on {model.backend} here: {model.reason}"
    finally:
        model.close()


def _budget_line(fps: float) -> str:
    opened, resolved = (settings_budget_frames(SHELF, SAMPLE_FPS, fps, kind) for kind in ("opened", "resolved"))
    return (
        f"An event may come 20 frames early, and as late as 20 frames + the frames a hand still covers the facing + "
        f"stillness {SHELF['stillness_s']} s + window {SHELF['window']}/{SAMPLE_FPS} s + hold "
        f"(out of stock {SHELF['hold_out_of_stock_s']} s: {opened} frames in all, "
        f"restocked {SHELF['hold_restocked_s']} s: {resolved} frames)."
    )


def _table(judged: list[Judged]) -> Table:
    table = Table("facing", "what happened", "true frame", "event frame", "latest allowed", "verdict")
    words = {"opened": "taken away", "resolved": "put back"}
    for item in judged:
        frame = "never" if item.frame is None else str(item.frame)
        verdict = "in time" if item.in_time else "missing" if item.frame is None else "out of time"
        table.add_row(
            item.truth.facing, words[item.truth.type], str(item.truth.frame), frame, str(item.latest), verdict
        )
    return table


def run_demo(out: Path, method: Method, encoding: str, console: Console) -> bool:
    """Export, run and judge; True when every true event came in time and no other.

    Raises:
        EdgekitError: as the steps do.
    """
    scene = set_scene(out, method)
    if scene.export:
        _step(console, ["export", *scene.export])
    chosen = ["--encoding", encoding] if scene.bundle else []
    _step(console, ["run", "--config", str(scene.config), *chosen, "--out", str(out), "--annotate"])
    fps, truth = load_truth()
    judged, others = judge(load_events(out / "events.jsonl"), truth, fps=fps, shelf=SHELF, sample_fps=SAMPLE_FPS)
    console.print("\n[bold]Against what truly happens in the clip[/bold]")
    console.print(_table(judged))
    console.print(_budget_line(fps))
    good = all(item.in_time for item in judged) and not others
    found = sum(item.in_time for item in judged)
    console.print(f"{found} of {len(judged)} true events in time, {len(others)} others: {others or 'none'}.")
    if scene.bundle is not None:
        console.print(_auto(scene))
    for pattern, what in _RESULTS.items():
        for path in out.glob(pattern):
            console.print(f"  {path}  [dim]{what}[/dim]", soft_wrap=True, highlight=False)
    (out / "verdict.json").write_text(json.dumps({"in_time": found, "true": len(judged), "others": len(others)}))
    return good


_RESULTS = {
    "annotated.mp4": "the clip with facings, states and events drawn in",
    "contact-sheet.png": "one picture per event",
    "events.jsonl": "the event log, one CloudEvent a line",
    "summary.json": "the run's figures",
    "*.report/report.html": "float against INT8",
}


def main() -> None:
    """Run the demo; exit code 1 when the events are not the true ones."""
    arguments = _arguments()
    console = Console()
    try:
        good = run_demo(arguments.out, arguments.method, arguments.encoding, console)
    except EdgekitError as error:
        Console(stderr=True).print(f"error: {error}", soft_wrap=True, highlight=False, markup=False)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
