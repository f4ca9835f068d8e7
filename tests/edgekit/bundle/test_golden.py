from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgekit.backends.protocols import LoadOptions, Session
from edgekit.backends.registry import backend
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.golden import GoldenResult, check, check_prepare, sqnr_db, threshold_db
from edgekit.bundle.manifest import Encoding
from edgekit.vision.geometry import Anchor

MakeBundle = Callable[..., Bundle]


@pytest.fixture
def bundle(opened: MakeBundle) -> Bundle:
    return opened()


def session_of(bundle: Bundle, encoding: Encoding) -> Session:
    return backend("onnxruntime").load(bundle.graph(encoding), LoadOptions(threads=1))


def test_sqnr_is_ten_times_the_logarithm_of_the_power_ratio() -> None:
    assert sqnr_db(np.array([3.0, 4.0]), np.array([3.0, 4.5])) == pytest.approx(20.0)


def test_what_cannot_be_compared_is_as_far_as_can_be() -> None:
    assert sqnr_db(np.zeros(2), np.zeros(2)) == float("inf")
    assert sqnr_db(np.zeros(2), np.ones(2)) == float("-inf")
    assert sqnr_db(np.ones(2), np.ones(3)) == float("-inf")
    assert sqnr_db(np.ones(2), np.array([1.0, np.nan])) == float("-inf")


def test_a_session_of_the_same_graph_passes(bundle: Bundle) -> None:
    result = check(session_of(bundle, Encoding.FLOAT), bundle.golden(), Encoding.FLOAT, 40.0)
    assert result.passed
    assert result.sqnr_db["logits"] > 100
    assert "float reproduces its golden outputs (logits:" in str(result)


def test_a_session_of_another_graph_fails_and_says_by_how_much(bundle: Bundle) -> None:
    # The tiny graphs of two encodings differ by 2 %, which is 34 dB.
    result = check(session_of(bundle, Encoding.INT8_CPU), bundle.golden(), Encoding.FLOAT, 40.0)
    assert not result.passed
    assert result.sqnr_db["logits"] == pytest.approx(34.0, abs=0.1)
    assert "does not reproduce its golden outputs (logits: 34.0 dB, limit 40.0)" in str(result)


def test_one_output_that_fails_fails_the_whole() -> None:
    assert not GoldenResult(Encoding.FLOAT, {"boxes": 100.0, "scores": 39.9}, 40.0).passed
    assert GoldenResult(Encoding.FLOAT, {"boxes": 100.0, "scores": 40.0}, 40.0).passed
    assert not GoldenResult(Encoding.FLOAT, {}, 40.0).passed


def test_swapped_colours_fail_by_far(bundle: Bundle) -> None:
    golden = bundle.golden()
    swapped = replace(golden, inputs=golden.inputs[..., ::-1])
    result = check(session_of(bundle, Encoding.FLOAT), swapped, Encoding.FLOAT, 40.0)
    assert result.sqnr_db["logits"] < 40.0 - 6.0


def test_the_threshold_leaves_a_margin_below_what_optimising_costs() -> None:
    assert threshold_db(Encoding.INT8_CPU, 19.0) == 13.0
    assert threshold_db(Encoding.FLOAT, 120.0) == 40.0
    assert threshold_db(Encoding.FLOAT, float("inf")) == 40.0


def test_prepare_is_checked_against_the_golden_picture(bundle: Bundle) -> None:
    geometry = bundle.manifest.preprocessing.geometry.to_geometry()
    golden = bundle.golden()
    assert check_prepare(golden, geometry).passed
    assert not check_prepare(golden, replace(geometry, pad_value=0)).passed
    assert not check_prepare(golden, replace(geometry, anchor=Anchor.CENTER)).passed
    assert not check_prepare(golden, replace(geometry, size_hw=(32, 32))).passed
