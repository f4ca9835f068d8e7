"""`edgekit calibrate`: calibration pictures, checked or collected."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from edgekit_calibration.collect import Collected

    from edgekit_export.calibration_check import CalibrationCheck

__all__ = ["calibrate"]


def calibrate(
    pictures: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PICTURES", help="Folders, videos or lists of pictures to look at."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Look at PICTURES; may be left out, since that is what PICTURES are for.")
    ] = False,
    collect: Annotated[bool, typer.Option("--collect", help="Gather pictures from cameras.")] = False,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="BUNDLE",
            help="Checking: the model to calibrate, which shows whether its ranges have come to rest. "
            "Collecting: a detector that knows people.",
        ),
    ] = None,
    deployment: Annotated[
        list[Path] | None,
        typer.Option(metavar="PICTURES", help="Checking: pictures as the deployed cameras take them, to compare with."),
    ] = None,
    camera: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE",
            help="Collecting: index, rtsp://..., clip.mp4 or an id of edgekit.yaml; may be given several times. "
            "Without it, every camera of the edgekit.yaml in this folder.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Collecting: where the pictures go.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(metavar="H", help="Collecting from live cameras: for so long.  [default: 8]")
    ] = None,
    max_seconds: Annotated[float | None, typer.Option(metavar="N", help="The same in seconds.")] = None,
    count: Annotated[int, typer.Option(metavar="N", min=1, help="Collecting: pictures the folder may hold.")] = 256,
    every: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", help="Collecting: look so often.  [default: 2 of live cameras, 0.5 of recordings]"
        ),
    ] = None,
    people: Annotated[
        str | None,
        typer.Option(
            metavar="mask|skip|keep",
            help="Collecting: paint people over, leave their pictures out, or keep them.  [default: mask with --model, "
            "else skip, which then leaves out whatever moves]",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Check calibration pictures, or collect them from the shop's own cameras.

    Checking says how many can be read, which are doubtful, how light is spread, with --model whether they are enough,
    and with --deployment whether they look like what the cameras see.

    Collecting looks at each camera every other second and keeps the pictures that differ most, evenly over cameras and
    light. The folder is whole at any moment: Ctrl-C loses nothing, and a second run goes on with it.

    Example: edgekit calibrate pictures/ --model shop.edgekit --deployment aisle-3.mp4

    Example: edgekit calibrate --collect --camera rtsp://10.0.0.5/live --hours 8 -o pictures/
    """
    from edgekit.errors import UsageError

    if collect == bool(pictures) or (collect and check):
        what = "PICTURES are looked at and --collect gathers new ones" if pictures else "There is nothing to do"
        raise UsageError(
            f"{what}: give one of both.",
            hint="For example: edgekit calibrate pictures/, or: edgekit calibrate --collect --camera 0 -o pictures/",
        )
    given = {
        "--camera": camera,
        "-o": output,
        "--hours": hours,
        "--max-seconds": max_seconds,
        "--every": every,
        "--people": people,
    }
    if pictures:
        _refuse(given, "goes with --collect")
        _check(pictures, model, deployment or [], as_json=as_json)
        return
    _refuse({"--deployment": deployment}, "goes with PICTURES to check")
    if output is None:
        raise UsageError("-o is missing: where shall the pictures go?", hint="Add -o pictures/")
    if hours is not None and max_seconds is not None:
        raise UsageError("--hours and --max-seconds say the same: give one of both.")
    duration_s = max_seconds if max_seconds is not None else None if hours is None else 3600 * hours
    for name, value in (("--hours or --max-seconds", duration_s), ("--every", every)):
        if value is not None and not value > 0:
            raise UsageError(f"{name} must be more than 0.")
    _collect(camera or [], output, model, people, count=count, every_s=every, duration_s=duration_s, as_json=as_json)


def _refuse(given: dict[str, Any], what: str) -> None:
    from edgekit.errors import UsageError

    for name, value in given.items():
        if value:
            raise UsageError(f"{name} {what}.")


def _check(pictures: list[Path], model: Path | None, deployment: list[Path], *, as_json: bool) -> None:
    from rich.console import Console

    from edgekit_export.calibration_check import check_calibration
    from edgekit_export.calibration_view import CheckView
    from edgekit_export.cli.progress_bar import progress_bar

    with progress_bar(Console(stderr=True)) as progress:
        found = check_calibration(pictures, model=model, deployment=deployment, progress=progress)
    if as_json:
        typer.echo(json.dumps(_as_json(found)))
        return
    Console(highlight=False).print(CheckView(found))


def _as_json(found: CalibrationCheck) -> dict[str, Any]:
    plain = asdict(found)
    if found.convergence is not None:
        plain["convergence"] = found.convergence.as_values()
    if found.coverage is not None:
        plain["coverage"]["covered"] = found.coverage.covered
    if found.similarity is not None:
        plain["similarity"]["alike"] = found.similarity.alike
    return {**plain, "warnings": list(found.warnings)}


def _collect(
    named: list[str],
    output: Path,
    model: Path | None,
    people_text: str | None,
    *,
    count: int,
    every_s: float | None,
    duration_s: float | None,
    as_json: bool,
) -> None:
    from edgekit_calibration.collect import collect
    from edgekit_calibration.collect_cameras import sources_by_id
    from edgekit_calibration.collect_choice import CollectOptions
    from edgekit_calibration.collect_folder import CollectionFolder
    from edgekit_calibration.collect_people import ModelPeople, People
    from rich.console import Console
    from rich.text import Text

    from edgekit.clock import SystemClock
    from edgekit.errors import UsageError
    from edgekit_export.cli.collect_view import CollectedView, collecting, how_people_are_left_out

    if people_text is not None and people_text not in [one.value for one in People]:
        raise UsageError(f"--people {people_text}: there are mask, skip and keep.")
    people = People(people_text) if people_text else People.MASK if model is not None else People.SKIP
    if people is People.MASK and model is None:
        raise UsageError(
            "--people mask needs a model that finds people.", hint="Add --model BUNDLE, or use --people skip."
        )
    clock = SystemClock()
    folder = CollectionFolder(output)
    sources = sources_by_id(named, _configured(named), folder, clock=clock)
    live = any(source.live for source in sources.values())
    if duration_s is None and live:
        duration_s = 8 * 3600.0
    finder = ModelPeople(model) if model is not None and people is not People.KEEP else None
    console = Console(stderr=True)
    console.print(Text(how_people_are_left_out(people, model), style="dim"))
    options = CollectOptions(count, every_s, duration_s, people)
    try:
        with collecting(console, count) as progress:
            found = collect(sources, folder, options, finder=finder, clock=clock, progress=progress)
    finally:
        if finder is not None:
            finder.close()
    if as_json:
        typer.echo(json.dumps(_collected_as_json(found)))
    else:
        console.print(CollectedView(found))
    if found.interrupted:
        raise KeyboardInterrupt


def _collected_as_json(found: Collected) -> dict[str, Any]:
    return {
        **asdict(found),
        "folder": str(found.folder),
        "left": {why.name.lower(): n for why, n in found.left.items()},
    }


def _configured(named: list[str]) -> Any:
    """The cameras of the edgekit.yaml in this folder, where there is one."""
    from edgekit.config.loading import load_site

    path = Path("edgekit.yaml")
    return load_site(path).cameras if path.is_file() else ()
