"""`edgekit replay`: clips whose truth is known through the shelf logic, and how right its events are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.errors import UsageError

if TYPE_CHECKING:
    from edgekit.cli.replay_view import ReplayView
    from edgekit.replay.grading import Take
    from edgekit.replay.outcome import Bench


def replay(
    clips: Annotated[
        list[Path],
        typer.Argument(
            metavar="CLIP...", help="Clips, or folders as `edgekit simulate` writes them, or folders of such folders."
        ),
    ],
    truth: Annotated[
        Path | None, typer.Option(help="What truly happens in the one clip; without it truth.json beside each clip.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="The edgekit.yaml to try; without it the one beside each clip, or in this folder."),
    ] = None,
    planogram: Annotated[Path | None, typer.Option(help="The planogram of the clip's view.")] = None,
    model: Annotated[Path | None, typer.Option(help="The bundle that looks at the shelf.")] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=V,V", help="Try these values of a shelf setting; several options are crossed."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another edgekit.yaml: the same clips under both, event by event.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Clips at a time; without it as many as there are processors.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for replay.html.", file_okay=False)] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line a clip and a last one for all on standard output.")
    ] = False,
) -> None:
    """Play clips whose truth is known, and say how right the events were: a table, and a line for each fault.

    What a truth is and how to write one: docs/replay.md. Figures need no threshold to be chosen here: --sweep shows
    what each value does, and marks those that no other beats.

    Example: edgekit replay clip.mp4 --truth truth.json --planogram shelf.yaml --out report

    Example: edgekit replay takes/ --sweep shelf.hold_out_of_stock_s=2,5,10 --sweep shelf.window=3,5

    Example: edgekit replay takes/ --config edgekit.yaml --against with-model.yaml --json
    """
    from edgekit.cli.replay_view import ReplayView
    from edgekit.replay.takes import TakeOptions, find_takes

    takes = find_takes(clips, TakeOptions(truth, config, planogram, model, here=Path()))
    if sweep and against is not None:
        raise UsageError("--sweep and --against answer two questions.", hint="Ask one after the other.")
    view = ReplayView(as_json=as_json)
    if out is None:
        takes = tuple(replace(take, most_pictures=0) for take in takes)
    bench = _run(takes, sweep or [], against, planogram, jobs, view)
    view.show(bench)
    if out is not None:
        from edgekit.files import write_whole
        from edgekit.replay.report.page import replay_html

        write_whole(out / "replay.html", replay_html(bench))
        view.wrote(out / "replay.html")


def _run(
    takes: tuple[Take, ...],
    sweep: list[str],
    against: Path | None,
    planogram: Path | None,
    jobs: int | None,
    view: ReplayView,
) -> Bench:
    from edgekit.config.loading import load_site
    from edgekit.replay.outcome import bench_of
    from edgekit.replay.sweeping import variants_of
    from edgekit.replay.takes import other_planogram, under_other_settings

    others: tuple[Take, ...] | None = None
    if against is not None:
        other = load_site(against)
        own = planogram or other_planogram(other, takes)
        others = tuple(under_other_settings(take, other, planogram=own) for take in takes)
    variants = variants_of(sweep) if sweep else ()
    return view.watch(takes, lambda progress: bench_of(takes, variants, others, workers=jobs, progress=progress))
