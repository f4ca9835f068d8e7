"""The choice of layers, on a judge whose noise is simply the sum of what each layer makes."""

from types import SimpleNamespace

import numpy as np
import pytest
from edgekit_export.quantize.fallback import fastest, fewest, fewest_float, free_choice
from edgekit_export.quantize.options import QuantizeOptions


class AddingJudge:
    def __init__(self, layers: dict[str, tuple[float, int]]) -> None:
        self.sensitivities = {name: noise for name, (noise, _) in layers.items()}
        self.plans = {name: SimpleNamespace(node=SimpleNamespace(macs=macs)) for name, (_, macs) in layers.items()}
        self.total = sum(macs for _, macs in layers.values())

    def noise(self, quantized):
        return np.array([sum(self.sensitivities[name] for name in quantized)])


QUIET = {f"quiet{i}": (0.001, 1000) for i in range(10)}


def test_nothing_is_returned_to_float_while_the_noise_is_within_the_budget():
    judge = AddingJudge(QUIET)
    choice = fewest_float(judge, judge.sensitivities, judge.total, QuantizeOptions())
    assert choice.kept_float == ()
    assert choice.quantized == set(QUIET)


def test_the_one_layer_that_breaks_the_net_is_returned_and_no_other():
    judge = AddingJudge({**QUIET, "broken": (0.9, 50)})
    choice = fewest_float(judge, judge.sensitivities, judge.total, QuantizeOptions())
    assert choice.kept_float == ("broken",)
    assert choice.noise[0] == pytest.approx(0.01)


def test_a_layer_dearer_than_the_share_allows_is_stepped_over():
    judge = AddingJudge({**QUIET, "dear": (0.1, 5000), "cheap": (0.08, 50)})
    choice = fewest_float(judge, judge.sensitivities, judge.total, QuantizeOptions())
    assert choice.kept_float == ("cheap",)


def test_only_bad_noise_allows_more_macs_in_float_and_never_more_than_a_twentieth():
    layers = {**QUIET, "bad": (0.4, 600), "worse": (0.5, 5000)}
    judge = AddingJudge(layers)
    choice = fewest_float(judge, judge.sensitivities, judge.total, QuantizeOptions())
    assert choice.kept_float == ("bad",)
    assert sum(layers[name][1] for name in choice.quantized) >= 0.95 * judge.total


def test_layers_that_make_next_to_no_noise_are_not_returned():
    judge = AddingJudge({"loud": (0.2, 9000), **{f"tiny{i}": (1e-5, 1) for i in range(50)}})
    assert fewest_float(judge, judge.sensitivities, judge.total, QuantizeOptions()).kept_float == ()


class Saving:
    """Costs in which each node in INT8 saves so much, whatever the others do."""

    def __init__(self, savings: dict[str, float]) -> None:
        self.names, self._savings = tuple(savings), savings

    def nanoseconds(self, int8):
        return 100.0 - sum(self._savings[name] for name in int8)

    def neighbours(self, name):
        return ()


def chosen(judge, savings, options=None):
    """The fastest choice, where every node of the judge is a layer and saves so much."""
    cost = Saving(savings)
    free = free_choice(cost)
    ranked = AddingJudge({name: (judge.sensitivities[name], 10) for name in free})
    return fastest(ranked, ranked.sensitivities, list(savings), cost, options or QuantizeOptions())


def test_on_the_cpu_only_what_saves_time_is_in_int8_and_what_does_not_comes_last_of_what_is_kept():
    judge = AddingJudge({"slower": (0.0, 10), "faster": (0.0, 10), "noisy": (0.5, 10)})
    choice = chosen(judge, {"slower": -6.0, "faster": 6.0, "noisy": 6.0})
    assert choice.quantized == {"faster"}
    assert choice.kept_float == ("noisy", "slower")


def test_on_the_cpu_the_nodes_with_the_most_noise_per_time_saved_go_first():
    judge = AddingJudge({"small": (0.04, 10), "large": (0.045, 10), **QUIET})
    savings = {"small": 0.1, "large": 10.0, **dict.fromkeys(QUIET, 1.0)}
    choice = chosen(judge, savings, QuantizeOptions(max_noise=0.06))
    assert choice.quantized == {"large", *QUIET}


def test_on_the_cpu_everything_may_go_to_float():
    choice = chosen(AddingJudge({"a": (0.5, 10), "b": (0.6, 10)}), {"a": 1.0, "b": 2.0})
    assert choice.quantized == frozenset()
    assert choice.kept_float == ("b", "a")


@pytest.mark.parametrize(("saving", "int8"), [(4.9, frozenset()), (5.1, {"a"})])
def test_on_the_cpu_less_than_a_twentieth_of_the_time_is_not_worth_any_noise(saving, int8):
    assert chosen(AddingJudge({"a": (0.001, 10)}), {"a": saving}).quantized == int8


LOUD = {f"loud{i}": (0.02, 10) for i in range(4)}


@pytest.mark.parametrize(
    ("saving", "max_noise", "int8"),
    [
        (5.0, 0.03, set(LOUD)),  # the budget leaves one of four, a twentieth of the time: a fifth is worth the noise
        (5.0, 0.07, {"loud1", "loud2", "loud3"}),  # the budget itself leaves enough
        (3.5, 0.03, set()),  # everything saves less than is worth it, and the one within the budget next to nothing
    ],
)
def test_on_the_cpu_much_time_is_worth_noise_where_the_budget_leaves_little_of_it(saving, max_noise, int8):
    options = QuantizeOptions(max_noise=max_noise, bad_noise=0.10)
    assert chosen(AddingJudge(LOUD), dict.fromkeys(LOUD, saving), options).quantized == int8


def test_on_the_cpu_no_time_is_worth_bad_noise():
    options = QuantizeOptions(max_noise=0.03, bad_noise=0.07)
    assert chosen(AddingJudge(LOUD), dict.fromkeys(LOUD, 5.0), options).quantized == {"loud3"}


@pytest.mark.parametrize("answer", range(8))
def test_halving_finds_the_smallest_good_number(answer):
    assert fewest(7, lambda count: count >= answer) == answer
    assert fewest(7, lambda count: False) == 7
