"""`edgekit version`: which edgekit this is, and what it stands on."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Annotated

import typer

from edgekit import __version__

_PARTS = (
    "onnxruntime",
    "onnxruntime-gpu",
    "openvino",
    "opencv-python-headless",
    "opencv-python",
    "numpy",
    "onnx",
    "tensorrt",
)


def _version(package: str) -> str | None:
    try:
        return installed(package)
    except PackageNotFoundError:
        return None


def version(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, also with the versions beneath.")] = False,
) -> None:
    """Print the version.

    Example: edgekit version --json
    """
    if not as_json:
        typer.echo(f"edgekit {__version__}")
        return
    parts = {name: found for name in _PARTS if (found := _version(name))}
    typer.echo(json.dumps({"edgekit": __version__, "python": platform.python_version(), "packages": parts}))
