from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edgekit.backends.fake import FakeBackend
from edgekit.backends.registry import BACKENDS, backend, backend_names
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.errors import BackendUnavailable, UsageError

OTHER = """
from edgekit.backends.fake import FakeBackend

class Npu(FakeBackend):
    name = "npu"
"""


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with one backend that works and one that does not."""
    site = tmp_path / "site"
    described = site / "npu_vendor-1.0.dist-info"
    described.mkdir(parents=True)
    (site / "npu_vendor.py").write_text(OTHER)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: npu-vendor\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[edgekit.backends]\nnpu = npu_vendor:Npu\nbroken = npu_vendor:Gone\nonnxruntime = npu_vendor:Npu\n"
    )
    monkeypatch.syspath_prepend(site)


def test_our_own_names_come_first_and_best_first() -> None:
    assert backend_names()[: len(BACKENDS)] == ("tensorrt", "tensorrt-rtx", "openvino", "onnxruntime", "fake")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no backend 'onnxrt'.*Did you mean onnxruntime"):
        backend("onnxrt")


@pytest.mark.usefixtures("other_package")
def test_another_packages_backend_is_found_by_its_entry_point(opened: Callable[..., Bundle]) -> None:
    assert set(backend_names()) > {"npu", "broken"}
    assert isinstance(backend("npu"), FakeBackend)
    assert load_model(opened(), backend="npu").backend == "npu"


@pytest.mark.usefixtures("other_package")
def test_another_package_cannot_take_one_of_our_names() -> None:
    assert not isinstance(backend("onnxruntime"), FakeBackend)
    assert backend_names().count("onnxruntime") == 1


@pytest.mark.usefixtures("other_package")
def test_a_broken_package_is_named() -> None:
    with pytest.raises(BackendUnavailable, match="broken of npu-vendor cannot be imported"):
        backend("broken")
