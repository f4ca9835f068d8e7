"""Finds the public files of assets.toml: in $EDGEKIT_ASSETS, in the user's cache, else by download; hash checked."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from edgekit.config.environment import assets_folder, cache_folder, variables
from edgekit.errors import AssetError
from edgekit.files import replacing

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Asset", "asset", "catalogue"]

_TIMEOUT_S = (4.0, 30.0)  # to connect; without a byte, not for the whole file


@dataclass(frozen=True, slots=True)
class Asset:
    """One public file.

    Attributes:
        path: its name here, relative to any folder of assets.
        url: where it comes from.
        size_bytes: its size.
        sha256: of its bytes, hexadecimal.
        licence: SPDX identifier.
        attribution: whom to name.
    """

    path: str
    url: str
    size_bytes: int
    sha256: str
    licence: str
    attribution: str = ""


def catalogue(text: str | None = None) -> Mapping[str, Asset]:
    """The assets by path: those of `text` (TOML), by default of edgekit's own assets.toml."""
    if text is None:
        text = files("edgekit").joinpath("assets.toml").read_text("utf-8")
    entries = tomllib.loads(text)["asset"]
    return {e["path"]: Asset(**{("size_bytes" if k == "bytes" else k): v for k, v in e.items()}) for e in entries}


def asset(
    path: str, *, environment: Mapping[str, str] | None = None, assets: Mapping[str, Asset] | None = None
) -> Path:
    """Where the file lies on this machine; downloads it into the user's cache when it is nowhere.

    Args:
        path: its name in the catalogue, such as "models/yolox_nano.onnx".
        environment: where EDGEKIT_ASSETS and XDG_CACHE_HOME are looked up; default: this process's variables, now.
        assets: the catalogue; default: edgekit's own.

    Raises:
        AssetError: there is no such name; it cannot be downloaded; or what lies there is another file.
        OutputError: the cache cannot be written.
    """
    environment = variables() if environment is None else environment
    known = catalogue() if assets is None else assets
    if path not in known:
        raise AssetError(f"No asset is named {path}.", hint=f"There are: {', '.join(sorted(known))}.")
    wanted = known[path]
    given = assets_folder(environment)
    cached = cache_folder(environment) / "assets" / path
    for place in ([given / path] if given else []) + [cached]:
        if place.is_file():
            return _checked(wanted, place)
    return _download(wanted, to=cached, by_hand=given / path if given else cached)


def _checked(wanted: Asset, place: Path) -> Path:
    try:
        found = _sha256(place)
    except OSError as error:
        raise AssetError(f"Cannot read {place}: {error.strerror or error}.") from error
    if found != wanted.sha256:
        raise AssetError(
            f"{place} is not the file it should be: expected SHA-256 {wanted.sha256} ({wanted.size_bytes} bytes), "
            f"got {found} ({place.stat().st_size} bytes).",
            hint=f"Delete it and run again, or put {wanted.url} there.",
        )
    return place


def _download(wanted: Asset, *, to: Path, by_hand: Path) -> Path:
    import requests
    from pooch import HTTPDownloader

    size = f"{wanted.size_bytes / 1e6:.1f} MB" if wanted.size_bytes >= 1e5 else f"{wanted.size_bytes} bytes"
    hint = f"Download {wanted.url} by hand and put it at {by_hand}."
    with replacing(to) as temporary:
        try:
            HTTPDownloader(timeout=_TIMEOUT_S)(wanted.url, str(temporary), None)
        except requests.RequestException as error:
            raise AssetError(
                f"{wanted.path} ({size}) is not on this machine and could not be downloaded: {_reason(error)}.",
                hint=hint,
            ) from error
        found = _sha256(temporary)
        if found != wanted.sha256:
            raise AssetError(
                f"{wanted.url} gave another file than {wanted.path}: expected SHA-256 {wanted.sha256} ({size}), "
                f"got {found} ({temporary.stat().st_size} bytes).",
                hint=hint,
            )
    return to


def _reason(error: Exception) -> str:
    """The innermost cause in one line: requests wraps `Name or service not known` three times."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return " ".join(text.split()) or type(cause).__name__


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
