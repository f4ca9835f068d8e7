"""Limits in points and milliseconds: choices change until they hold, and it is said where they cannot."""

from types import SimpleNamespace

import pytest
from edgekit_export.progress import silent
from edgekit_export.quantize.budget import Budget, Limits, Target, decided
from edgekit_export.quantize.options import QuantizeOptions

from edgekit.bundle.manifest import Encoding
from edgekit.errors import CalibrationError


class Decider:
    """Decides by writing down the noise it was allowed."""

    def decide(self, options):
        return SimpleNamespace(noise=options.max_noise, choice=SimpleNamespace(kept_float=("a", "b")))

    def write(self, decision):
        return SimpleNamespace(graph=decision.noise)


def run(max_drop, points_per_noise):
    budget = Budget(max_drop, lambda encoding, graph: points_per_noise * graph, "top1")
    return decided(Encoding.INT8_CPU, Decider(), QuantizeOptions(max_noise=0.02), Limits(budget), silent)


def test_the_first_choice_is_kept_where_it_loses_no_more_than_allowed():
    assert run(1.0, 50.0)[1].graph == 0.02


def test_the_noise_allowed_is_tightened_until_the_loss_is_within_the_budget():
    _, written = run(0.3, 50.0)
    assert written.graph == pytest.approx(0.005)


def test_a_budget_that_cannot_be_kept_says_what_it_would_take():
    with pytest.raises(
        CalibrationError, match=r"int8-cpu loses 0\.75 points of top1 at least; 0\.5 are allowed"
    ) as raised:
        run(0.5, 5000.0)
    assert "--max-drop 0.8" in str(raised.value)


def test_without_limits_nothing_is_measured():
    assert decided(Encoding.INT8_CPU, Decider(), QuantizeOptions(max_noise=0.02), Limits(), silent)[1].graph == 0.02


def timed(max_ms, ms_of_noise, budget=None, encoding=Encoding.INT8_CPU):
    limits = Limits(budget, Target(max_ms, ms_of_noise))
    return decided(encoding, Decider(), QuantizeOptions(max_noise=0.02), limits, silent)[1].graph


def test_more_noise_is_allowed_until_the_graph_is_fast_enough():
    assert timed(5.0, lambda noise: 0.3 / noise) == pytest.approx(0.08)


def test_only_the_cpus_encoding_is_held_against_the_clock():
    assert timed(5.0, lambda noise: 100.0, encoding=Encoding.INT8_TENSORRT) == 0.02


def test_a_target_that_cannot_be_reached_says_what_it_would_take():
    with pytest.raises(CalibrationError, match=r"takes 7\.2 ms .* 5 ms are asked for") as raised:
        timed(5.0, lambda noise: 7.15)
    assert "--target-latency 7.2" in str(raised.value)


def test_a_budget_in_points_is_not_given_up_for_time():
    budget = Budget(1.0, lambda encoding, noise: 50.0 * noise, "top1")
    with pytest.raises(CalibrationError, match="ms are asked for"):
        timed(5.0, lambda noise: 0.3 / noise, budget)
