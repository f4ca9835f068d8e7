import math

import numpy as np
import pytest
from edgekit_calibration import Convergence as CalibrationConvergence
from edgekit_calibration import ConvergencePoint, HistogramObserver, Range, Scheme, quantizer
from edgekit_export.report.quantizing import (
    Convergence,
    InputRange,
    LayerFindings,
    RepairGain,
    convergence_from,
    input_of,
    layer_input,
    worst_layers,
)


def _normal(**ranges):
    values = np.random.default_rng(0).normal(0, 1, 100_000)
    counts, edges = np.histogram(values, bins=4096, range=(-16, 16))
    return layer_input("x", counts, edges, ranges)


def test_a_histogram_is_made_coarse_without_losing_a_value():
    found = _normal()
    assert sum(found.counts) == 100_000
    assert len(found.edges) == len(found.counts) + 1 <= 65
    assert -6 < found.edges[0] < -3
    assert list(found.edges) == sorted(found.edges)


def test_what_lies_beyond_the_range_is_cut_off():
    found = _normal(a=InputRange(-10, 10, 0.1), b=InputRange(-1.0, 1.0, 0.01))
    assert found.clipped("a") == 0.0
    assert found.clipped("b") == pytest.approx(0.317, abs=0.05)


def test_the_middle_half_of_the_values_says_how_many_steps_are_used():
    # The middle half of a normal distribution is 1.349 wide.
    found = _normal(fine=InputRange(-5, 5, 10 / 255), coarse=InputRange(-100, 100, 200 / 255))
    assert found.steps_of_half("fine") == pytest.approx(1.349 / (10 / 255), abs=2)
    assert found.steps_of_half("coarse") == 2


def test_a_histogram_without_values_is_harmless():
    found = layer_input("x", np.zeros(8), np.linspace(-1, 1, 9), {"a": InputRange(-1, 1, 0.01)})
    assert (found.clipped("a"), found.steps_of_half("a")) == (0.0, 0)


def test_the_worst_layers_are_those_with_least_signal_in_any_encoding():
    layers = [
        LayerFindings("good", "Conv", 1, sqnr_db={"a": 30.0, "b": 35.0}),
        LayerFindings("bad in b", "Conv", 1, sqnr_db={"a": 30.0, "b": 2.0}),
        LayerFindings("bad in a", "Conv", 1, sqnr_db={"a": 5.0}),
        LayerFindings("never measured", "Conv", 1),
    ]
    assert [layer.name for layer in worst_layers(layers, 2)] == ["bad in b", "bad in a"]
    assert layers[3].worst_db == math.inf


def test_a_gain_needs_both_measurements():
    assert RepairGain("x", True, -10.0, -12.5).gain_db == pytest.approx(2.5)
    assert RepairGain("x", False, -10.0).gain_db is None


def test_what_calibration_saw_becomes_a_histogram_with_the_range_of_each_encoding():
    observer = HistogramObserver("x")
    observer.update(np.random.default_rng(0).normal(0, 1, 10_000).clip(-0.28, None))
    span = Range(-0.28, 3.0)
    found = input_of(
        observer,
        {
            "int8-tensorrt": quantizer(span, Scheme.SIGNED_SYMMETRIC),
            "int8-cpu": quantizer(span, Scheme.UNSIGNED_ASYMMETRIC),
        },
    )
    assert sum(found.counts) == 10_000
    assert found.edges[0] == pytest.approx(-0.28, abs=0.01)
    signed, unsigned = found.ranges["int8-tensorrt"], found.ranges["int8-cpu"]
    assert (signed.low, signed.high, signed.steps) == (pytest.approx(-3.02, abs=0.01), pytest.approx(3.0), 255)
    assert (unsigned.low, unsigned.high) == (pytest.approx(-0.28, abs=0.01), pytest.approx(3.0, abs=0.01))
    assert found.clipped("int8-cpu") == pytest.approx(0.00135, abs=0.001)


def test_the_curve_of_calibration_is_taken_over():
    points = (ConvergencePoint(12, 0.1, 0.3, "a"), ConvergencePoint(24, 0.01, 0.04, "b"))
    found = convergence_from(CalibrationConvergence(48, points, True))
    assert found == Convergence((12, 24), (0.3, 0.04), 48, True, 0.05)
    assert convergence_from(CalibrationConvergence(1, (), False)) is None
