"""Fixtures that every test may use: where the public data lies, and a cache that is nobody else's."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def _data_folder() -> Path | None:
    named = os.environ.get("EDGEKIT_ASSETS")
    for folder in ([Path(named)] if named else []) + [REPOSITORY.parent / "shared" / "data"]:
        if folder.is_dir():
            return folder
    return None


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """What tests start can be interrupted: a shell has what it runs in the background ignore Ctrl-C, children too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of this run's own, for child processes too: what the user's holds would be neither done nor tested."""
    folder, before = tmp_path_factory.mktemp("cache-home"), os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def assets_dir() -> Path:
    """The folder of public data; the test is skipped, with the reason printed, where there is none."""
    folder = _data_folder()
    if folder is None:
        pytest.skip("no public data: neither $EDGEKIT_ASSETS nor ../shared/data is a folder")
    return folder
