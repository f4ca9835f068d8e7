from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edgekit.config.environment import assets_folder, cache_folder, has_screen


def test_the_cache_lies_where_xdg_says() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/edgekit")
    assert cache_folder({"HOME": "/h"}) == Path("/h/.cache/edgekit")
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/edgekit")


def test_assets_lie_where_the_variable_says_or_nowhere() -> None:
    assert assets_folder({"EDGEKIT_ASSETS": "/data"}) == Path("/data")
    assert assets_folder({"EDGEKIT_ASSETS": ""}) is None
    assert assets_folder({}) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a screen is differs by platform")
@pytest.mark.parametrize(
    ("environment", "screen"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True), ({"DISPLAY": ""}, False)],
)
def test_a_screen_is_where_a_window_can_open(environment, screen) -> None:
    assert has_screen(environment) is screen


def test_the_environment_is_read_in_few_places_and_never_at_import(repository: Path) -> None:
    readers = {
        str(path.relative_to(repository)): path.read_text()
        for path in (repository / "edgekit").rglob("*.py")
        if any(word in path.read_text() for word in ("os.environ", "getenv"))
    }
    # The program keeps FFmpeg quiet in its own process; a library would not.
    assert set(readers) == {"edgekit/config/environment.py", "edgekit/cli/app.py"}
    for text in readers.values():
        lines = [line for line in text.splitlines() if "os.environ" in line or "getenv" in line]
        assert all(line.startswith("    ") for line in lines)
