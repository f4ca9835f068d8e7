"""Optional dependencies: a package that is absent is one clear error, said before any work begins."""

from __future__ import annotations

import importlib
from types import ModuleType

from edgekit.errors import MissingExtra

__all__ = ["need"]


def need(package: str, extra: str, *, needed_for: str) -> ModuleType:
    """Import `package`, or say which extra brings it.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.split(".")[0] != package.split(".")[0]:
            raise
        raise MissingExtra(package, extra, needed_for=needed_for) from error
