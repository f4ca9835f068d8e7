"""What `edgekit run` runs: edgekit.yaml, with the options on top; or the options alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgekit.errors import UsageError

if TYPE_CHECKING:
    from edgekit.config.schema import CameraConfig, SiteConfig

__all__ = ["RunOptions", "site_for_run", "source_url"]

DEFAULT_CONFIG = Path("edgekit.yaml")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of `edgekit run` that change the site; None leaves it as configured.

    Attributes:
        config: edgekit.yaml; None for the one in this folder, if there is one.
        camera: a configured camera's id (run only that one), or a source to put in its place.
        model: bundle for the role "shelf".
        planogram: of the one camera.
        encoding: an encoding's name or "auto".
        backend: a backend's name or "auto".
        out: folder for events.jsonl and the state.
    """

    config: Path | None = None
    camera: str | None = None
    model: Path | None = None
    planogram: Path | None = None
    encoding: str | None = None
    backend: str | None = None
    out: Path | None = None


def site_for_run(options: RunOptions) -> SiteConfig:
    """The site to run.

    Raises:
        UsageError: something is missing; the message names it.
        ConfigError: edgekit.yaml is wrong.
    """
    site = _base(options)
    cameras = _cameras(site.cameras, options)
    changed: dict[str, Any] = {"cameras": cameras}
    if options.model is not None:
        changed["models"] = {**site.models, "shelf": options.model.absolute()}
    if options.encoding is not None:
        changed["encoding"] = options.encoding
    if options.backend is not None:
        changed["backend"] = options.backend
    if options.out is not None:
        changed["state"] = options.out.absolute() / ".edgekit"
        changed["sinks"] = (*site.sinks, _out_sink(options.out))
        changed["pictures"] = site.pictures.model_copy(update={"folder": options.out.absolute() / "pictures"})
    # Validated again: an option may be as wrong as a line of the file.
    return _validated({**_plain(site), **changed})


def _base(options: RunOptions) -> SiteConfig:
    from edgekit.config.loading import load_site
    from edgekit.config.schema import CameraConfig, SiteConfig

    if options.config is not None:
        return load_site(options.config)
    if DEFAULT_CONFIG.exists():
        return load_site(DEFAULT_CONFIG)
    missing = [name for name, value in (("--camera", options.camera), ("--planogram", options.planogram)) if not value]
    if missing or options.camera is None or options.planogram is None:
        raise UsageError(
            f"There is no edgekit.yaml in this folder, and no {' and no '.join(missing)} was given.",
            hint="`edgekit init` writes a commented edgekit.yaml; or: edgekit run --camera 0 --planogram P.yaml",
        )
    camera = CameraConfig.model_validate(
        {"id": "camera-1", "source": source_url(options.camera), "planogram": options.planogram.absolute()}
    )
    return SiteConfig(cameras=(camera,), state=Path(".edgekit").absolute())


def _cameras(cameras: tuple[CameraConfig, ...], options: RunOptions) -> tuple[CameraConfig, ...]:
    if options.camera is not None:
        named = tuple(camera for camera in cameras if camera.id == options.camera)
        cameras = named or (_with_source(_only(cameras, "--camera"), options.camera),)
    if not cameras:
        raise UsageError("edgekit.yaml names no camera.", hint="Add one under `cameras:`; `edgekit init` shows how.")
    if options.planogram is not None:
        only = _only(cameras, "--planogram")
        cameras = (only.model_copy(update={"planogram": options.planogram.absolute()}),)
    return cameras


def _only(cameras: tuple[CameraConfig, ...], option: str) -> CameraConfig:
    if len(cameras) != 1:
        ids = ", ".join(camera.id for camera in cameras) or "none"
        raise UsageError(f"{option} needs exactly one camera to stand for; edgekit.yaml has: {ids}.")
    return cameras[0]


def _with_source(camera: CameraConfig, source: str) -> CameraConfig:
    return camera.model_copy(update={"source": camera.source.model_copy(update={"url": source_url(source)})})


def source_url(text: str) -> int | str:
    """What `--camera` names, as a source: an index as a number, a path made absolute, anything else as it is."""
    if text.isdigit():
        return int(text)
    from edgekit.sources.kinds import source_kind

    if source_kind(text) not in ("folder", "video"):
        return text
    return str(Path(text).absolute()) + ("/" if text.endswith("/") else "")


def _out_sink(out: Path) -> Any:
    from edgekit.config.schema import JsonlSink

    return JsonlSink(type="jsonl", name="out", path=out.absolute() / "events.jsonl")


def _plain(site: SiteConfig) -> dict[str, Any]:
    return {name: getattr(site, name) for name in type(site).model_fields}


def _validated(values: dict[str, Any]) -> SiteConfig:
    from pydantic import ValidationError

    from edgekit.config.schema import SiteConfig

    try:
        return SiteConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{'.'.join(map(str, first['loc']))}: {first['msg']} (got {first['input']!r}).") from None
