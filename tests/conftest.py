"""Fixtures that every test may use: where the public data lies, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def _data_folder() -> Path | None:
    named = os.environ.get("EDGEKIT_ASSETS")
    for folder in ([Path(named)] if named else []) + [REPOSITORY.parent / "shared" / "data"]:
        if folder.is_dir():
            return folder
    return None


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
