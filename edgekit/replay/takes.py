"""Which clips to replay: what a person names on the command line, as takes with configuration and truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from edgekit.config.loading import load_site
from edgekit.config.schema import CameraConfig, SiteConfig, SourceConfig
from edgekit.errors import DataError, UsageError
from edgekit.replay.grading import Take, load_take
from edgekit.shelf.planogram import load_planogram

__all__ = ["TakeOptions", "find_takes", "other_planogram", "under_other_settings"]

TRUTH: Final = "truth.json"
CONFIG: Final = "edgekit.yaml"
PLANOGRAM: Final = "planogram.yaml"


@dataclass(frozen=True, slots=True)
class TakeOptions:
    """What a person says besides the clips; None leaves it to what lies beside each clip.

    Attributes:
        truth: truth.json of the one clip.
        config: edgekit.yaml.
        planogram: of the clip's view.
        model: bundle for the role "shelf".
        here: folder whose edgekit.yaml counts where a clip has none beside it; None for none.
    """

    truth: Path | None = None
    config: Path | None = None
    planogram: Path | None = None
    model: Path | None = None
    here: Path | None = None


def find_takes(named: Sequence[Path], options: TakeOptions) -> tuple[Take, ...]:
    """The takes that files and folders hold.

    Args:
        named: clips; folders as `edgekit simulate` writes them; folders of such folders.
        options: what else was said.

    Raises:
        UsageError: one truth for several clips, or no planogram.
        DataError: no such clip, no truth beside it, or the truth of other facings.
        ConfigError: an edgekit.yaml is wrong.
    """
    clips = [clip for one in named for clip in _clips(one)]
    if options.truth is not None and len(clips) != 1:
        raise UsageError(
            f"--truth is of one clip; {len(clips)} were named.", hint="Put each clip's truth.json beside it."
        )
    return tuple(_take(clip, options) for clip in clips)


def under_other_settings(take: Take, other: SiteConfig, *, planogram: Path | None = None) -> Take:
    """The same clip and truth under another configuration, its rules, models and pace; what is due stays due.

    Args:
        take: whose clip.
        other: whose settings; its cameras and sinks do not count, but for the pace of samples of an only one.
        planogram: in place of the take's, of the same facings.
    """
    camera = take.site.cameras[0]
    paces = {one.sample_fps for one in other.cameras}
    camera = camera.model_copy(
        update={
            "sample_fps": paces.pop() if len(paces) == 1 else camera.sample_fps,
            "planogram": planogram or camera.planogram,
        }
    )
    return replace(take, site=other.model_copy(update={"cameras": (camera,)}), due_by=take.yardstick)


def other_planogram(other: SiteConfig, takes: Sequence[Take]) -> Path | None:
    """The other configuration's planogram, where it has one camera and the planogram is of the takes' facings.

    Raises:
        PlanogramError: it is wrong.
    """
    if len(other.cameras) != 1:
        return None
    path = other.cameras[0].planogram
    facings = {facing.id for facing in load_planogram(path).facings}
    return path if all(set(take.truth.facings) == facings for take in takes) else None


def _clips(named: Path) -> Iterator[Path]:
    """The clip itself; or the folders of takes below a folder, if it is none itself and no folder of pictures."""
    if not named.exists():
        raise DataError(f"there is no clip {named}.")
    inside = sorted(path.parent for path in named.glob(f"*/{TRUTH}")) if named.is_dir() else []
    yield from inside if inside and not (named / TRUTH).exists() else [named]


def _take(clip: Path, options: TakeOptions) -> Take:
    folder = clip if clip.is_dir() else clip.parent
    truth = options.truth or folder / TRUTH
    if options.truth is None and not truth.exists():
        raise DataError(
            f"{clip} has no truth: a truth.json says which facing is in which state when, to hold the events against.",
            hint="`edgekit simulate` writes one with each clip; docs/replay.md says how to write one: --truth FILE",
        )
    site = _site(clip, folder, options)
    return load_take(clip.name if clip.is_dir() else clip.stem, site, truth)


def _site(clip: Path, folder: Path, options: TakeOptions) -> SiteConfig:
    own = load_site(folder / CONFIG) if (folder / CONFIG).exists() else None
    given = load_site(options.config) if options.config is not None else None
    if own is None and given is None and options.here is not None and (options.here / CONFIG).exists():
        given = load_site(options.here / CONFIG)
    site = given or own or SiteConfig()
    camera = _camera(clip, folder, own if own is not None and len(own.cameras) == 1 else site, options)
    if given is not None and len(given.cameras) == 1:
        camera = camera.model_copy(update={"sample_fps": given.cameras[0].sample_fps})
    changed: dict[str, object] = {"cameras": (camera,)}
    if options.model is not None:
        changed["models"] = {**site.models, "shelf": options.model.absolute()}
    return site.model_copy(update=changed)


def _camera(clip: Path, folder: Path, site: SiteConfig, options: TakeOptions) -> CameraConfig:
    known = site.cameras[0] if len(site.cameras) == 1 else None
    planogram = options.planogram or (known.planogram if known is not None else None)
    if planogram is None and (folder / PLANOGRAM).exists():
        planogram = folder / PLANOGRAM
    if planogram is None:
        raise UsageError(f"No planogram for {clip}.", hint=f"edgekit replay {clip} --planogram PLANOGRAM.yaml")
    source = known.source if known is not None and clip.is_dir() and _is_take(folder) else _source(clip)
    values = {"source": source, "planogram": planogram.absolute()}
    if known is not None:
        return known.model_copy(update=values)
    return CameraConfig.model_validate({"id": "camera-1", **values})


def _is_take(folder: Path) -> bool:
    return (folder / CONFIG).exists()


def _source(clip: Path) -> SourceConfig:
    """A file; the one clip of a folder; else the folder as pictures one after the other."""
    if clip.is_dir():
        inside = sorted(clip.glob("clip.*"))
        return SourceConfig(url=str(inside[0].absolute()) if len(inside) == 1 else f"{clip.absolute()}/")
    return SourceConfig(url=str(clip.absolute()))
