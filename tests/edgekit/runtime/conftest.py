"""A scripted shelf for the tests of this folder, and `playing`, their common helpers."""

from __future__ import annotations

import importlib.util
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgekit.testing import FakeShelf


@pytest.fixture
def shelf(tmp_path: Path) -> FakeShelf:
    return FakeShelf(tmp_path)


@pytest.fixture(scope="session")
def playing():
    spec = importlib.util.spec_from_file_location(
        "edgekit_runtime_test_playing", Path(__file__).with_name("playing.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def no_thread_fails_unseen(monkeypatch) -> Iterator[None]:
    """A thread that dies of an exception fails the test, whatever the test looks at."""
    died: list[threading.ExceptHookArgs] = []
    before = threading.excepthook
    threading.excepthook = died.append
    yield
    threading.excepthook = before
    assert died == [], io.StringIO(str(died)).read()
