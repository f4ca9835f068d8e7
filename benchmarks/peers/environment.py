"""nvidia-modelopt in an environment of its own, made once: it needs other releases of onnx and onnxruntime."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

__all__ = ["REQUIREMENTS", "Unavailable", "modelopt_python"]

# A torch named exactly resolves to the CPU build where one is offered; left open, pip takes gigabytes of CUDA.
REQUIREMENTS: Final = ("nvidia-modelopt[onnx]==0.47.0", "torch==2.13.0")
_INSTALL_TIMEOUT_S: Final = 3600.0
_READY: Final = ".ready"


class Unavailable(Exception):
    """The environment cannot be had here; the message says why."""


def modelopt_python(folder: Path) -> Path:
    """The interpreter of an environment in which modelopt's ONNX quantizer can be imported.

    Args:
        folder: where the environment is, or shall be made (2 GB).

    Raises:
        Unavailable: it cannot be installed.
    """
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    mark = folder / _READY
    wanted = "\n".join(REQUIREMENTS)
    if mark.is_file() and mark.read_text() == wanted and python.exists():
        return python
    try:
        venv.create(folder, with_pip=True, clear=True)
        _run([str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *REQUIREMENTS])
        _run([str(python), "-c", "import modelopt.onnx.quantization"])
    except (OSError, subprocess.SubprocessError, Unavailable) as error:
        raise Unavailable(f"nvidia-modelopt cannot be installed: {error}") from error
    mark.write_text(wanted)
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_INSTALL_TIMEOUT_S
    )
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR")] or done.stdout.splitlines()
        raise Unavailable(errors[-1].strip()[:200] if errors else f"exit code {done.returncode}")
