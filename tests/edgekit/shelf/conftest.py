"""Makes `scenes` and `judging` importable for the tests of this folder."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def scenes():
    return _loaded(Path(__file__).with_name("scenes.py"))


@pytest.fixture(scope="session")
def judging():
    return _loaded(Path(__file__).with_name("evidence") / "judging.py")


def _loaded(path: Path):
    name = f"edgekit_shelf_test_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
