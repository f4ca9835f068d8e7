"""The environment variables that edgekit honours, read here and nowhere else, and only when asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["assets_folder", "cache_folder", "decline_telemetry", "has_screen", "variables"]


def variables() -> Mapping[str, str]:
    """The variables of this process as they are now; functions take them as an argument and default to this."""
    return dict(os.environ)


def cache_folder(environment: Mapping[str, str] | None = None) -> Path:
    """`$XDG_CACHE_HOME/edgekit`, by default `~/.cache/edgekit`: engines, timings, downloaded assets."""
    environment = variables() if environment is None else environment
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():  # the XDG specification: a relative path is invalid and ignored
        return named / "edgekit"
    return Path(environment.get("HOME") or "~").expanduser() / ".cache" / "edgekit"


def assets_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """`$EDGEKIT_ASSETS`, the folder where public files already lie; None where it is not set."""
    named = (variables() if environment is None else environment).get("EDGEKIT_ASSETS", "")
    return Path(named).expanduser() if named else None


def has_screen(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a browser opened here would be seen; a text browser in an ssh session would take the terminal over."""
    environment = variables() if environment is None else environment
    if sys.platform.startswith("linux"):
        return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    return "SSH_CONNECTION" not in environment


def decline_telemetry() -> None:
    """Ask onnxruntime, before its first import, to report nothing to its maker; what the host has set stays.

    From 1.31 on it otherwise keeps a device id and queues events as soon as it is imported.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
