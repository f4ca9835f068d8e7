"""The main job in one command: export a trained model to INT8, watch a shelf with it, say what came of it.

On a real clip with a public model; where those are not to be had, on a clip that edgekit renders.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edgekit.demo.embedded import FOLDER, set_embedded_scene
from edgekit.demo.scene import Method, Scene, set_scene
from edgekit.demo.verdict import Judged
from edgekit.errors import AssetError, EdgekitError


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


def _table(judged: Sequence[Judged]) -> Table:
    table = Table("facing", "what happened", "true frame", "event frame", "latest allowed", "verdict")
    words = {"opened": "taken away", "resolved": "put back"}
    for item in judged:
        frame = "never" if item.frame is None else str(item.frame)
        verdict = "in time" if item.in_time else "missing" if item.frame is None else "out of time"
        table.add_row(
            item.truth.facing, words[item.truth.type], str(item.truth.frame), frame, str(item.latest), verdict
        )
    return table


def choose_scene(out: Path, method: Method) -> Scene:
    """The real clip with a public model; where either is not to be had, the embedded default below `out`.

    Raises:
        EdgekitError: as the scenes do.
    """
    try:
        return set_scene(out, method)
    except AssetError as error:
        return set_embedded_scene(out / FOLDER, method, error.message)


def run_demo(out: Path, method: Method, encoding: str, console: Console) -> bool:
    """Export, run and judge; True when every true event came in time and no other.

    Raises:
        EdgekitError: as the steps do.
    """
    scene = choose_scene(out, method)
    out = scene.config.parent
    console.print(scene.about, soft_wrap=True, highlight=False, markup=False)
    if scene.export:
        _step(console, ["export", *scene.export])
    chosen = ["--encoding", encoding] if scene.bundle else []
    _step(console, ["run", "--config", str(scene.config), *chosen, "--out", str(out), "--annotate"])
    verdict = scene.verdict(out / "events.jsonl")
    console.print("\n[bold]Against what truly happens in the clip[/bold]")
    console.print(_table(verdict.judged))
    console.print(verdict.allowed)
    others = ", ".join(f"{facing} {kind} in frame {frame}" for facing, kind, frame in verdict.others) or "none"
    total = len(verdict.judged)
    console.print(f"{verdict.found} of {total} true events in time, {len(verdict.others)} others: {others}.")
    if scene.bundle is not None:
        console.print(_auto(scene))
    for pattern, what in _RESULTS.items():
        for path in out.glob(pattern):
            console.print(f"  {path}  [dim]{what}[/dim]", soft_wrap=True, highlight=False)
    figures = {"in_time": verdict.found, "true": total, "others": len(verdict.others)}
    (out / "verdict.json").write_text(json.dumps(figures))
    return verdict.good


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
