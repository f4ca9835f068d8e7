"""Dependencies point one way, heavy packages load late, and the public surface is what it says."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOTS = {
    "edgekit": "edgekit",
    "edgekit_calibration": "calibration/edgekit_calibration",
    "edgekit_export": "export/edgekit_export",
}

FORBIDDEN = {
    "edgekit": {"edgekit_calibration", "edgekit_export"},
    "edgekit_calibration": {"edgekit_export"},
    "edgekit.shelf": {"edgekit.backends", "edgekit.sources", "edgekit.pipeline", "edgekit.runtime", "threading"},
    "edgekit.vision": {"edgekit.backends", "edgekit.sources", "edgekit.pipeline", "edgekit.runtime", "threading"},
    "edgekit.events": {"edgekit.backends", "edgekit.sources", "edgekit.pipeline", "edgekit.runtime"},
}

HEAVY = {
    "cv2",
    "onnxruntime",
    "openvino",
    "onnx",
    "tensorrt",
    "tensorrt_rtx",
    "torch",
    "torchvision",
    "pycuda",
    "pycocotools",
    "av",
}


def modules_of(repository: Path, package: str) -> Iterator[tuple[str, ast.Module]]:
    root = package.split(".")[0]
    base = repository / ROOTS[root]
    for path in sorted(base.rglob("*.py")):
        parts = (root, *path.relative_to(base).with_suffix("").parts)
        name = ".".join(parts).removesuffix(".__init__")
        if name == package or name.startswith(f"{package}."):
            yield name, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_imports_nothing_that_the_design_forbids(repository: Path, package: str) -> None:
    modules = list(modules_of(repository, package))
    wrong = [
        f"{name} imports {what}"
        for name, tree in modules
        for what in imported(tree)
        if any(what == banned or what.startswith(f"{banned}.") for banned in FORBIDDEN[package])
    ]
    assert modules
    assert wrong == []


def test_importing_edgekit_loads_nothing_heavy() -> None:
    code = "import edgekit, sys; print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "edgekit" in loaded
    assert loaded & (HEAVY | {"rich", "typer", "yaml", "pooch", "sqlite3"}) == set()


def test_every_module_of_the_core_can_be_imported_without_the_extras(repository: Path) -> None:
    """Each import runs with the extras' packages made unimportable, as after a plain `pip install edgekit`."""
    names = [name for name, _ in modules_of(repository, "edgekit") if not name.endswith("__main__")]
    extras = ["onnx", "torch", "torchvision", "tensorrt", "tensorrt_rtx", "pycuda", "pycocotools", "av", "openvino"]
    code = (
        "import sys, importlib\n"
        f"sys.modules.update(dict.fromkeys({extras!r}))\n"
        f"for name in {names!r}:\n    importlib.import_module(name)\n"
        "print('cv2' in sys.modules, 'onnxruntime' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.split() == ["False", "False"], (
        "cv2 and onnxruntime are imported where they are used, not at import"
    )


def test_the_public_surface_is_what_all_says_and_every_name_loads() -> None:
    import edgekit

    assert edgekit.__all__ == sorted(edgekit.__all__)
    for name in edgekit.__all__:
        assert getattr(edgekit, name).__name__ == name
    assert set(edgekit.__all__) <= set(dir(edgekit))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        edgekit.Nothing  # noqa: B018


def test_nothing_of_this_machine_and_no_registry_address_is_committed(repository: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True).stdout
    words = ["/wo" + "rk/", "/ro" + "ot/", "pythonho" + "sted", "pypi." + "org", "index" + "-url"]
    found = []
    for name in filter(None, listed.decode().split("\0")):
        path = repository / name
        if not path.is_file() or name == "LICENSE":
            continue
        text = path.read_text("utf-8", errors="replace")
        found += [f"{name}: {word}" for word in words if word in text and name != "scripts/lock.sh"]
    assert listed
    assert found == []
