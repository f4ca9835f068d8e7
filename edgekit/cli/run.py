"""`edgekit run`: cameras through a model to restock events."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli.pages import Address, page_up
from edgekit.errors import SourcesLost, UsageError

if TYPE_CHECKING:
    from edgekit.annotate.annotator import Annotator
    from edgekit.cli.run_view import RunView
    from edgekit.config.schema import SiteConfig
    from edgekit.events.sinks.protocol import Sink
    from edgekit.pipeline.summary import RunSummary
    from edgekit.runtime import Runtime


def run(
    config: Annotated[
        Path | None, typer.Option(help="The edgekit.yaml to run; without it the one in this folder.")
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(
            help="A source in place of the configured one (0, rtsp://…, clip.mp4, folder/), or a camera's id."
        ),
    ] = None,
    model: Annotated[Path | None, typer.Option(help="The bundle that looks at the shelf.")] = None,
    planogram: Annotated[Path | None, typer.Option(help="The planogram of the camera's view.")] = None,
    encoding: Annotated[str | None, typer.Option(help="auto, float, fp16, int8-tensorrt or int8-cpu.")] = None,
    backend: Annotated[str | None, typer.Option(help="auto, onnxruntime, openvino, tensorrt or tensorrt-rtx.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for events.jsonl, summary.json and the state.", file_okay=False)
    ] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.0, help="Stop after so many seconds.")] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Play a recording at its own pace, as a camera.")
    ] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Also write annotated.mp4 and contact-sheet.png to --out.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="CloudEvents and a last summary line on standard output, the rest aside.")
    ] = False,
    ui: Annotated[
        bool, typer.Option("--ui", help="Show it live on a local page; a recording then plays at its own pace.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Address that the page listens on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the page's address.")] = False,
) -> None:
    """Watch the cameras of edgekit.yaml and tell what is missing, one line an event.

    Without further arguments it runs the edgekit.yaml in this folder. A recording ends by itself, a camera runs
    until Ctrl-C.

    Example: edgekit run --camera 0 --ui

    Example: edgekit run --camera clip.mp4 --planogram shelf.yaml --model products.edgekit --out first-run --annotate
    """
    from edgekit.cli.run_view import RunView
    from edgekit.cli.site import RunOptions, site_for_run

    if annotate and out is None:
        raise UsageError("--annotate needs a folder to write to.", hint="Add: --out DIR")
    site = site_for_run(RunOptions(config, camera, model, planogram, encoding, backend, out))
    annotator = _annotator(site, out) if annotate and out is not None else None
    view = RunView(site, as_json=as_json)
    live = _Live(site, Address(host, port, not no_browser)) if ui else None
    with _terminated_like_interrupted():
        summary, interrupted = _watch(site, view, annotator, live, realtime=realtime or ui, max_seconds=max_seconds)
    plain = summary.to_json()
    written: tuple[Path, ...] = ()
    if annotator is not None:
        written = annotator.finish()
    if out is not None:
        written = (*written, *_write_summary(out, plain))
    view.finish(summary, plain, written)
    if interrupted:
        raise KeyboardInterrupt


def _watch(
    site: SiteConfig,
    view: RunView,
    annotator: Annotator | None,
    live: _Live | None,
    *,
    realtime: bool,
    max_seconds: float | None,
) -> tuple[RunSummary, bool]:
    """The run's summary, and whether Ctrl-C ended it: that is how a camera's run ends, and its files are kept.

    A recording that is interrupted leaves nothing but its events: its pictures would show a part as if it were all.
    """
    from edgekit.pipeline.observer import Observers
    from edgekit.runtime import Runtime

    observers = [one for one in (annotator, live.watch if live is not None else None) if one is not None]
    observer = Observers(tuple(observers)) if observers else None
    runtime = Runtime(site, observer=observer, realtime=realtime, sinks=_sinks(view))
    try:
        with ExitStack() as shown:
            if live is not None:
                shown.enter_context(live.up(runtime))
            shown.enter_context(view.watching())
            runtime.start()
            view.started(runtime.health())
            if not runtime.wait_opened() and not _failed(runtime):
                raise SourcesLost(_unopened(runtime), hint="`edgekit doctor` lists the cameras of this machine.")
            return runtime.run_until_done(max_seconds=max_seconds, tick=view.tick), False
    except KeyboardInterrupt:
        runtime.close()
        if any(camera.live and camera.opened for camera in runtime.health().cameras):
            return runtime.summary(), True
        if annotator is not None:
            annotator.abandon()
        raise
    except BaseException:
        runtime.close()
        if annotator is not None:
            annotator.abandon()
        raise


class _Live:
    """The live page of a run: what watches it, and the page itself."""

    def __init__(self, site: SiteConfig, address: Address) -> None:
        from edgekit.web.live_watch import LiveWatch

        self.watch = LiveWatch()
        self._site = site
        self._address = address

    def up(self, runtime: Runtime) -> AbstractContextManager[None]:
        """The page, up within the block.

        Raises:
            PlanogramError: a planogram is wrong.
            UsageError: nothing can listen there.
        """
        from edgekit.cli.sentence import sentence
        from edgekit.shelf.planogram import load_planogram
        from edgekit.web.live_page import LivePage

        planograms = {camera.id: load_planogram(camera.planogram) for camera in self._site.cameras}
        runtime.on(self.watch.event, name="live-page")
        page = LivePage(self.watch, planograms, health=runtime.health, sentence=sentence, store=self._site.store)
        return page_up(page.page, self._address, "live page")


def _sinks(view: RunView) -> list[Sink]:
    from edgekit.events.sinks.callback import Callback
    from edgekit.events.sinks.stdout import StandardOutput

    return [StandardOutput("console")] if view.as_json else [Callback("console", view.event)]


def _failed(runtime: Runtime) -> bool:
    """Every camera ended with an error of its own, which run_until_done raises."""
    return all(camera.phase.over for camera in runtime.health().cameras)


def _unopened(runtime: Runtime) -> str:
    problems = [camera.problem or f"{camera.source} did not open." for camera in runtime.health().cameras]
    return " ".join(["No camera could be opened.", *problems])


def _annotator(site: SiteConfig, out: Path) -> Annotator:
    from edgekit.annotate.annotator import Annotator
    from edgekit.bundle.bundle import Bundle
    from edgekit.shelf.planogram import load_planogram

    names: tuple[str, ...] = ()
    for path in site.models.values():
        manifest = Bundle.open(path).manifest
        names = manifest.class_names if manifest.task.value == "detect" else names
    return Annotator(
        out,
        {camera.id: load_planogram(camera.planogram) for camera in site.cameras},
        fps={camera.id: fps for camera in site.cameras if (fps := _recording_fps(camera.source)) is not None},
        class_names=names,
        min_score=site.shelf.min_score,
        heading=f"{site.store}: {', '.join(camera.id for camera in site.cameras)}",
    )


def _recording_fps(source: Any) -> float | None:
    from edgekit.sources.registry import is_live, open_source

    if is_live(source):
        return None
    opened = open_source(source)
    try:
        opened.open()
        return opened.fps
    finally:
        opened.close()


def _write_summary(out: Path, plain: dict[str, Any]) -> tuple[Path, ...]:
    from edgekit.files import write_whole

    path = out / "summary.json"
    write_whole(path, json.dumps(plain, indent=1).encode() + b"\n")
    return (path, *(found for found in [out / "events.jsonl"] if found.exists()))


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM (systemd, docker stop) closes as cleanly as Ctrl-C."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
