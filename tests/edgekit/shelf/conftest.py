"""Makes `scenes` importable for the tests of this folder."""

import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def scenes():
    import importlib.util

    name = "edgekit_shelf_test_scenes"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("scenes.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
