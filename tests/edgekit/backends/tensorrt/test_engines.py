from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgekit.backends.driver import Driver, Gpu
from edgekit.backends.protocols import Graph
from edgekit.backends.tensorrt.build import BuildOptions
from edgekit.backends.tensorrt.engines import EngineCache, engine_facts
from edgekit.backends.tensorrt.versions import TensorRt

TRT = TensorRt(None, "tensorrt", "10.3.0")
GRAPH = Graph(b"", "int8-tensorrt", "a" * 64, (), (), max_batch=4, opt_batch=1)
GPU = Gpu(0, "Orin", "8.7", 2**33)
DRIVER = Driver("R36", "12.6", (GPU,), None)
FACTS = engine_facts(TRT, GRAPH, BuildOptions(), DRIVER, GPU)


def test_an_engine_comes_back_for_the_same_facts(tmp_path: Path) -> None:
    cache = EngineCache(tmp_path)
    assert cache.find(FACTS) is None
    cache.keep(FACTS, b"plan")
    assert EngineCache(tmp_path).find(dict(FACTS)) == b"plan"
    cache.discard(FACTS)
    assert cache.find(FACTS) is None


@pytest.mark.parametrize(
    "other",
    [
        engine_facts(replace(TRT, version="10.4.0"), GRAPH, BuildOptions(), DRIVER, GPU),
        engine_facts(replace(TRT, package="tensorrt_rtx"), GRAPH, BuildOptions(), DRIVER, GPU),
        engine_facts(TRT, replace(GRAPH, sha256="b" * 64), BuildOptions(), DRIVER, GPU),
        engine_facts(TRT, replace(GRAPH, max_batch=8), BuildOptions(), DRIVER, GPU),
        engine_facts(TRT, GRAPH, BuildOptions(workspace_bytes=1), DRIVER, GPU),
        engine_facts(TRT, GRAPH, BuildOptions(), replace(DRIVER, version="R37"), GPU),
        engine_facts(TRT, GRAPH, BuildOptions(), DRIVER, replace(GPU, name="Thor")),
        engine_facts(TRT, GRAPH, BuildOptions(), DRIVER, replace(GPU, capability="8.9")),
    ],
)
def test_an_engine_of_other_facts_is_not_taken(other: dict[str, Any], tmp_path: Path) -> None:
    cache = EngineCache(tmp_path)
    cache.keep(FACTS, b"plan")
    assert cache.find(other) is None


def test_an_engine_that_was_changed_or_cut_off_is_not_taken(tmp_path: Path) -> None:
    cache = EngineCache(tmp_path)
    cache.keep(FACTS, b"plan")
    [engine] = tmp_path.glob("*.engine")
    engine.write_bytes(b"pla")
    assert cache.find(FACTS) is None
    cache.keep(FACTS, b"plan")
    engine.with_suffix(".json").write_bytes(b"{}")
    assert cache.find(FACTS) is None


def test_timings_are_shared_by_all_graphs_of_a_device_and_version(tmp_path: Path) -> None:
    cache = EngineCache(tmp_path)
    assert cache.timings(FACTS) == b""
    cache.keep_timings(FACTS, b"timings")
    assert cache.timings(engine_facts(TRT, replace(GRAPH, sha256="b" * 64), BuildOptions(), DRIVER, GPU)) == b"timings"
    assert cache.timings(engine_facts(replace(TRT, version="11.0"), GRAPH, BuildOptions(), DRIVER, GPU)) == b""


def test_a_folder_that_cannot_be_written_does_not_stop_anything(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    EngineCache(tmp_path / "file").keep(FACTS, b"plan")
