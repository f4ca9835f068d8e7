"""What a person sees of a run: a progress bar, one line an event, a summary at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from edgekit.cli.sentence import sentence
from edgekit.shelf.planogram import load_planogram

if TYPE_CHECKING:
    from edgekit.config.schema import SiteConfig
    from edgekit.events.event import Event
    from edgekit.pipeline.health import CameraHealth, Health
    from edgekit.pipeline.summary import CameraSummary, RunSummary

__all__ = ["RunView"]

_STYLES = {"!": "bold red", "~": "yellow", "+": "green", "-": "dim"}


class RunView:
    """The terminal of one run. `event` is called on a delivery thread, everything else on the main one."""

    def __init__(self, site: SiteConfig, *, as_json: bool) -> None:
        self.as_json = as_json
        self._site = site
        self._console = Console(stderr=as_json, highlight=False)
        self._progress = Progress(*_columns(), console=self._console, disable=not self._console.is_terminal)
        self._tasks = {camera.id: self._progress.add_task(camera.id, total=None, said="") for camera in site.cameras}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Show the progress bar meanwhile."""
        with self._progress:
            yield

    def started(self, health: Health) -> None:
        """Say what was loaded."""
        for model in health.models:
            self._say(
                f"model {model.role}: {Path(model.bundle).name}, {model.encoding} on {model.backend} ({model.reason})"
            )
        if not health.models:
            self._say("no model: facings are judged by their appearance")
        for camera in health.cameras:
            self._say(f"camera {camera.id}: {camera.source}{'' if camera.live else ' (recording)'}")
        for configured in self._site.cameras:
            for warning in load_planogram(configured.planogram).warnings:
                self._say(f"warning: {_short(configured.planogram)}: {warning}")

    def tick(self, health: Health) -> None:
        """Move the progress bars on."""
        for camera in health.cameras:
            frames = camera.telemetry.frames
            self._progress.update(
                self._tasks[camera.id], completed=frames, total=camera.frame_count, said=_said_camera(camera)
            )

    def event(self, event: Event) -> None:
        """Print one line."""
        line = sentence(event)
        self._progress.console.print(line, style=_STYLES.get(line[0], ""), markup=False, soft_wrap=True)

    def finish(self, summary: RunSummary, plain: dict[str, Any], written: tuple[Path, ...]) -> None:
        """Print the summary; with --json one line of it on standard output."""
        if self.as_json:
            sys.stdout.write(json.dumps({"summary": plain}) + "\n")
            sys.stdout.flush()
            return
        self._console.print()
        for camera in summary.cameras:
            self._console.print(_camera_table(camera))
        self._show_models()
        for error in summary.errors:
            self._say(f"problem: {error}")
        for path in written:
            self._say(f"wrote {_short(path)}")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)

    def _show_models(self) -> None:
        from edgekit.bundle.bundle import Bundle
        from edgekit.bundle.summary import summary_of

        for path in self._site.models.values():
            self._console.print(_encodings_table(summary_of(Bundle.open(path))))


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
    )


def _said_camera(camera: CameraHealth) -> str:
    speed = f"{camera.telemetry.fps:.0f} frames/s" if camera.telemetry.fps else camera.phase.value
    states = [facing.committed for facing in camera.facings.values()]
    counts = ", ".join(f"{states.count(state)} {state.replace('_', ' ')}" for state in dict.fromkeys(sorted(states)))
    return f"{speed}  {counts}"


def _camera_table(camera: CameraSummary) -> Table:
    telemetry = camera.telemetry
    table = Table("camera " + camera.id, "", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    pace = f", {camera.realtime_factor:.1f}x real time" if camera.realtime_factor else ""
    table.add_row("frames", f"{telemetry.frames} ({telemetry.fps or 0:.1f}/s{pace})")
    table.add_row("samples", f"{telemetry.samples}, {telemetry.inferences} of them through the model")
    for name, what in (
        ("latency", telemetry.latency),
        ("model alone", telemetry.inference),
        ("overhead", telemetry.overhead),
    ):
        if what.p50_ms is not None:
            table.add_row(name, f"p50 {what.p50_ms:.1f}  p95 {what.p95_ms:.1f}  p99 {what.p99_ms:.1f} ms")
    dropped = {cause: count for cause, count in telemetry.dropped.items() if count}
    table.add_row("dropped", ", ".join(f"{count} {cause}" for cause, count in dropped.items()) or "none")
    table.add_row("events", str(camera.events))
    return table


def _encodings_table(bundle: dict[str, Any]) -> Table:
    """Size, MACs and accuracy of each encoding, as export measured them."""
    reported = {one["encoding"]: one for one in (bundle["report"] or {}).get("encodings", ())}
    table = Table(
        bundle["name"],
        "size",
        "INT8 MACs planned",
        "executed",
        "accuracy",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for encoding, graph in bundle["graphs"].items():
        macs = graph["macs"]
        table.add_row(
            encoding,
            f"{graph['bytes'] / 1e6:.1f} MB",
            _share(macs["planned_int8"], macs["total"]),
            _share(macs["executed_int8"], macs["total"]) if macs["planned_int8"] else "-",
            _accuracy(encoding, reported.get(encoding, {})),
        )
    return table


def _accuracy(encoding: str, reported: dict[str, Any]) -> str:
    if scores := reported.get("scores"):
        return ", ".join(f"{name} {value:.3f}" for name, value in scores["metrics"].items())
    if encoding == "float":
        return "reference"
    agreement = reported.get("agreement") or {}
    if agreement.get("top1") is not None:
        return f"same class as float on {agreement['top1']:.1%} of {agreement['images']} pictures"
    if agreement.get("ap50") is not None:
        return f"AP50 {agreement['ap50']:.3f} against float's boxes on {agreement['images']} pictures"
    return "not measured"


def _share(part: int | None, total: int) -> str:
    if part is None:
        return "not known"
    return f"{part / total:.1%}" if total else "-"


def _short(path: Path) -> Path:
    """Relative to this folder where it lies in it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path
