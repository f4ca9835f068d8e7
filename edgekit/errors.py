"""Every error that edgekit raises on purpose: what is wrong and where, what to do, and the exit code it means.

EdgekitError            1  internal
├─ UsageError           2  a command or call put together wrongly
├─ InputError           3  a named file, config, model, source or output is missing, unreadable or wrong
│  ├─ ConfigError           edgekit.yaml
│  ├─ PlanogramError        a planogram file
│  ├─ BundleError           a .edgekit file (BundleTampered: its bytes are not the writer's)
│  ├─ ModelError            a model file, checkpoint or architecture
│  ├─ CalibrationError      calibration images
│  ├─ DataError             evaluation data
│  ├─ AssetError            a public file of assets.toml
│  ├─ SourceError           a camera, stream, video or folder
│  └─ OutputError           a file or database that cannot be written
├─ CapabilityError      4  this machine lacks something
│  ├─ MissingExtra          an optional dependency
│  ├─ BackendUnavailable    no backend can run what was asked for by name
│  └─ GoldenMismatch        a loaded graph does not reproduce the bundle's golden outputs
└─ SourcesLost          5  every live source is lost
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AssetError",
    "BackendUnavailable",
    "BundleError",
    "BundleTampered",
    "CalibrationError",
    "CapabilityError",
    "ConfigError",
    "DataError",
    "EdgekitError",
    "GoldenMismatch",
    "InputError",
    "MissingExtra",
    "ModelError",
    "OutputError",
    "PlanogramError",
    "SourceError",
    "SourcesLost",
    "UsageError",
]


class EdgekitError(Exception):
    """Something went wrong that a person can read about in one line.

    Attributes:
        message: what is wrong, and where.
        hint: what to do about it, or None.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class UsageError(EdgekitError):
    """A command or a call that is put together wrongly, a required option absent too."""

    exit_code = 2


class InputError(EdgekitError):
    """A named file, config, model, source or output is missing, unreadable or wrong."""

    exit_code = 3


class ConfigError(InputError):
    """edgekit.yaml is missing or wrong."""


class PlanogramError(InputError):
    """A planogram is missing or wrong."""


class BundleError(InputError):
    """A bundle cannot be read."""


class BundleTampered(BundleError):
    """A bundle's bytes are not what its writer wrote."""


class ModelError(InputError):
    """A model file, checkpoint or architecture cannot be used."""


class CalibrationError(InputError):
    """Calibration images are missing, too few or unreadable."""


class DataError(InputError):
    """Evaluation data is missing or wrong."""


class AssetError(InputError):
    """A public file of assets.toml is not to be had, or is not the file it should be."""


class SourceError(InputError):
    """A camera, stream, video or folder cannot be opened or read."""


class OutputError(InputError):
    """A file, folder or database cannot be written (full disk, permissions, locked by another process)."""


class CapabilityError(EdgekitError):
    """This machine lacks something that was asked for."""

    exit_code = 4


class MissingExtra(CapabilityError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str, *, needed_for: str) -> None:
        super().__init__(f"{package} is not installed; {needed_for} needs it.", hint=f"pip install 'edgekit[{extra}]'")
        self.package = package
        self.extra = extra


class BackendUnavailable(CapabilityError):
    """No backend can run what was asked for by name."""


class GoldenMismatch(CapabilityError):
    """A loaded graph does not reproduce the bundle's golden outputs."""


class SourcesLost(EdgekitError):
    """Every live source is lost."""

    exit_code = 5
