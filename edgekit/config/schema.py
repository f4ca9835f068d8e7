"""The schema of edgekit.yaml; field names are the user's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator

from edgekit.shelf.hours import OpeningHours, StoreHours
from edgekit.shelf.rules import ShelfRules

__all__ = [
    "CameraConfig",
    "ExportConfig",
    "HoursConfig",
    "JsonlSink",
    "PicturesConfig",
    "RetentionConfig",
    "SinkConfig",
    "SiteConfig",
    "SourceConfig",
    "StdoutSink",
]

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
EncodingName = Literal["auto", "float", "fp16", "int8-tensorrt", "int8-cpu"]
BackendName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SourceConfig(_Section):
    """Where a camera's frames come from."""

    # repr=False: camera URLs hold passwords; sources.redact says what may be shown.
    url: int | str = Field(
        repr=False, description="USB index, rtsp:// or http:// URL, video file, folder/, or 'gst: PIPELINE'"
    )
    transport: Literal["tcp", "udp"] = Field("tcp", description="rtsp only")
    open_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    read_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    loop_for_s: Annotated[float, Field(gt=0)] | None = Field(
        None, description="recordings: start over until this many seconds of media time have passed"
    )
    fps: Annotated[float, Field(gt=0)] | None = Field(None, description="folders: frames per second (default 5)")
    size_wh: tuple[PositiveInt, PositiveInt] | None = Field(None, description="usb: picture size to ask the camera for")

    @field_validator("url", mode="before")
    @classmethod
    def _index_or_text(cls, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, str)) or value == "":
            raise ValueError("expected a camera index, a URL, a file or a folder")
        if isinstance(value, int) and value < 0:
            raise ValueError(f"a camera index is 0 or more, got {value}")
        return value


class HoursConfig(_Section):
    """When the store is open; outside these hours facings pause and nothing is told of them."""

    open: str = Field(description='such as "Mo-Fr 08:00-20:00; Sa 09:00-18:00", or "24/7"')
    timezone: str = Field(description="where the store stands, such as Europe/Berlin")

    @field_validator("open")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        OpeningHours.parse(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        _zone(value)
        return value

    @property
    def store_hours(self) -> StoreHours:
        """The same, to ask."""
        return StoreHours(OpeningHours.parse(self.open), _zone(self.timezone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"this machine knows no time zone {name!r}; they are named like Europe/Berlin") from error


class CameraConfig(_Section):
    """One camera and the planogram of its view."""

    id: Name
    source: SourceConfig
    planogram: Path
    sample_fps: Annotated[float, Field(gt=0, le=240)] = 5.0
    started_at: datetime = Field(
        datetime(1970, 1, 1, tzinfo=timezone.utc), description="recordings: wall clock of frame 0"
    )
    hours: HoursConfig | None = Field(None, description="this camera's own, in place of the store's")

    @field_validator("source", mode="before")
    @classmethod
    def _short_source(cls, value: Any) -> Any:
        return value if isinstance(value, (dict, SourceConfig)) else {"url": value}

    @field_validator("started_at")
    @classmethod
    def _utc_unless_said(cls, value: datetime) -> datetime:
        return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


class JsonlSink(_Section):
    """Appends one CloudEvent a line to a file."""

    type: Literal["jsonl"]
    path: Path
    name: Name | None = None


class StdoutSink(_Section):
    """Writes one CloudEvent a line to standard output."""

    type: Literal["stdout"]
    name: Name | None = None


SinkConfig = Annotated[JsonlSink | StdoutSink, Field(discriminator="type")]


class ExportConfig(_Section):
    """What a bare `edgekit export --int8` does in this folder."""

    model: str
    task: Literal["classify", "detect", "embed"] | None = None
    decoder: str | None = None
    calibration: Path | None = None
    checkpoint: Path | None = None
    classes: Path | None = None
    preprocess: str | None = None
    input_size: int | None = None
    data: Path | None = None


class RetentionConfig(_Section):
    """How long the outbox keeps events that not every consumer has acknowledged."""

    days: Annotated[float, Field(gt=0)] = 30.0
    megabytes: Annotated[float, Field(gt=0)] = 100.0


class PicturesConfig(_Section):
    """The pictures that an event names, and for how long they are kept."""

    folder: Path | None = Field(None, description="where they are written; default: `pictures` in the state folder")
    before_after: bool = Field(True, description="the facing's crop before and after what was decided")
    whole_picture: bool = Field(False, description="the whole picture of the deciding sample as well")
    mask_people: bool = Field(True, description="people are filled in grey before anything is written")
    expire_days: Annotated[float, Field(gt=0)] = Field(30.0, description="older pictures are removed")
    max_mb: Annotated[float, Field(gt=0)] = Field(200.0, description="while they take more, the oldest are removed")


class SiteConfig(_Section):
    """A whole edgekit.yaml, paths made absolute."""

    short_forms: ClassVar[Mapping[str, str]] = {"model": "models"}

    version: Literal[1] = 1
    store: Name = "store"
    models: dict[Name, Path] = {}
    index: Path | None = Field(None, description="enrolled products (edgekit enroll), for a model that embeds")
    encoding: EncodingName = "auto"
    backend: BackendName = "auto"
    threads: Annotated[int, Field(ge=1)] | None = Field(None, description="CPU threads of a session")
    export: ExportConfig | None = None
    cameras: tuple[CameraConfig, ...] = ()
    shelf: ShelfRules = ShelfRules()
    hours: HoursConfig | None = Field(None, description="when facings are watched; always, if not given")
    sinks: tuple[SinkConfig, ...] = ()
    state: Path = Path(".edgekit")
    retention: RetentionConfig = RetentionConfig()
    pictures: PicturesConfig = PicturesConfig()

    @model_validator(mode="before")
    @classmethod
    def _short_model(cls, value: Any) -> Any:
        if isinstance(value, dict) and "model" in value:
            if "models" in value:
                raise ValueError("give either `model` or `models`, not both")
            value = {**value, "models": {"shelf": value["model"]}}
            del value["model"]
        return value

    @field_validator("cameras")
    @classmethod
    def _distinct_ids(cls, cameras: tuple[CameraConfig, ...]) -> tuple[CameraConfig, ...]:
        ids = [camera.id for camera in cameras]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"camera id {twice[0]!r} is used more than once")
        return cameras
