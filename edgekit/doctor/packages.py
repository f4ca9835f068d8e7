"""Which Python packages are installed, and which of them get in each other's way."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from edgekit.doctor.report import Finding, Status

__all__ = ["clashing", "has_module", "installed", "installed_of", "optional"]

ONNXRUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-directml", "onnxruntime-rocm")
OPENCVS = (
    "opencv-python-headless",
    "opencv-python",
    "opencv-contrib-python-headless",
    "opencv-contrib-python",
)


def installed(package: str) -> str | None:
    """A package's version, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def installed_of(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those that are installed."""
    return {name: found for name in packages if (found := installed(name)) is not None}


def has_module(name: str) -> bool:
    """Whether `import name` would find something; nothing is imported."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def optional(section: str, package: str, needed_for: str, remedy: str) -> Finding:
    """A package that only some things need."""
    found = installed(package)
    if found is not None:
        return Finding(section, package, found)
    return Finding(section, package, f"not installed; {needed_for} needs it", Status.ABSENT, remedy)


def clashing(section: str, module: str, found: dict[str, str], keep: str) -> Finding | None:
    """A warning where several packages have written the same module over one another."""
    if len(found) < 2:
        return None
    return Finding(
        section,
        "packages",
        f"{' and '.join(found)} are both installed and overwrite each other's {module}",
        Status.WARNING,
        f"pip uninstall -y {' '.join(found)} && pip install {keep}",
    )
