import numpy as np
import pytest
from edgekit_calibration import (
    ChosenRange,
    Convergence,
    ConvergencePoint,
    HistogramObserver,
    Method,
    Range,
    Scheme,
)
from edgekit_export.quantize.measured import Findings
from edgekit_export.quantize.weights import QuantizedWeight


def observed(name: str, seed: int) -> HistogramObserver:
    observer = HistogramObserver(name)
    observer.update(np.maximum(np.random.default_rng(seed).standard_normal(500), -0.3).astype(np.float32))
    return observer


@pytest.mark.parametrize("points", [(), (ConvergencePoint(8, 0.25, 0.5, "b"), ConvergencePoint(16, 0.0, 0.1, "a"))])
def test_findings_come_back_from_arrays_as_they_were(points):
    weight = QuantizedWeight(
        np.arange(12, dtype=np.int8).reshape(4, 3), np.ones(4, np.float32) / 7, 0, np.arange(4, dtype=np.float32)
    )
    chosen = {
        Scheme.SIGNED_SYMMETRIC: {"a": ChosenRange(Range(-1.0, 2.0), Method.MSE, {})},
        Scheme.UNSIGNED_ASYMMETRIC: {
            "a": ChosenRange(Range(-0.3, 2.0), Method.ENTROPY, {}),
            "b": ChosenRange(Range(0.0, 1 / 3), Method.MIN_MAX, {}),
        },
    }
    before = Findings(
        {"conv": weight, "fc": weight},
        {name: observed(name, seed) for seed, name in enumerate("ab")},
        chosen,
        Convergence(32, points, enough=bool(points)),
    )
    after = Findings.from_arrays(before.arrays())
    assert after.chosen == chosen
    assert after.convergence == before.convergence
    assert list(after.weights) == ["conv", "fc"]
    for name in ("values", "scales", "bias_change"):
        np.testing.assert_array_equal(getattr(after.weights["fc"], name), getattr(weight, name))
    assert after.weights["fc"].axis == 0
    for name, observer in before.observers.items():
        again = after.observers[name]
        np.testing.assert_array_equal(again.counts, observer.counts)
        for attribute in ("name", "count", "zeros", "limit", "minimum", "maximum"):
            assert getattr(again, attribute) == getattr(observer, attribute)


def test_nothing_found_comes_back_as_nothing():
    empty = Findings({}, {}, {scheme: {} for scheme in Scheme}, Convergence(0, (), enough=False))
    after = Findings.from_arrays(empty.arrays())
    assert (after.weights, after.observers, after.chosen) == ({}, {}, {scheme: {} for scheme in Scheme})
