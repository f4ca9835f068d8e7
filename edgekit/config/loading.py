"""edgekit.yaml → SiteConfig: checked, secrets filled in, relative paths made absolute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from edgekit.config.environment import variables
from edgekit.config.lines import load_yaml_with_lines
from edgekit.config.problems import validated
from edgekit.config.schema import ExportConfig, SiteConfig, SourceConfig
from edgekit.config.substitution import filled_in
from edgekit.sources.kinds import source_kind

__all__ = ["load_site"]

ModelT = TypeVar("ModelT", bound=BaseModel)


def load_site(path: Path, *, environment: Mapping[str, str] | None = None) -> SiteConfig:
    """Read a site's configuration.

    Args:
        path: the edgekit.yaml; relative paths in it are relative to its folder.
        environment: where `${NAME}` comes from; default: this process's variables, read now.

    Raises:
        ConfigError: there is no such file, or something in it is wrong: `file:line: what`, with the nearest valid
            key as a hint. Whether the files that it names exist is for those to say who open them.
    """
    path = Path(path)
    document = load_yaml_with_lines(path, if_missing="Write a commented one here with: edgekit init")
    document, secret_from = filled_in(document, variables() if environment is None else environment)
    site = validated(document, SiteConfig, secret_from=secret_from)
    return _anchored(site, path.absolute().parent)


def _anchored(model: ModelT, folder: Path) -> ModelT:
    """`model` with every path in it made absolute, starting at `folder`."""
    changed: dict[str, Any] = {}
    for name in type(model).model_fields:
        before = getattr(model, name)
        after = _anchored_value(before, folder)
        if after is not before:
            changed[name] = after
    if isinstance(model, SourceConfig) and source_kind(model.url) in ("folder", "video"):
        changed["url"] = _anchored_text(str(model.url), folder)
    if isinstance(model, ExportConfig):
        changed |= {name: _file_or_name(getattr(model, name), folder) for name in ("model", "preprocess")}
    return model.model_copy(update=changed) if changed else model


def _anchored_value(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value.expanduser()
    if isinstance(value, BaseModel):
        return _anchored(value, folder)
    if isinstance(value, tuple) and value:
        return tuple(_anchored_value(inner, folder) for inner in value)
    if isinstance(value, dict) and value:
        return {key: _anchored_value(inner, folder) for key, inner in value.items()}
    return value


def _anchored_text(url: str, folder: Path) -> str:
    # A folder keeps its slash: it says "folder" where nothing is there yet.
    return str(folder / Path(url).expanduser()) + ("/" if url.endswith("/") else "")


def _file_or_name(value: str | None, folder: Path) -> str | None:
    """A file beside the configuration made absolute; a name (`mobilenet_v2`, `package.module:factory`) as it is."""
    if value is None:
        return None
    path = folder / Path(value).expanduser()
    return str(path) if path.suffix == ".onnx" or path.is_file() else value
