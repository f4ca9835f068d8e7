"""Which layers stay in INT8, decided by the noise they make on held-back images and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from edgekit_export.quantize.cpu_cost import CpuCost, cheapest
from edgekit_export.quantize.judge import Judge
from edgekit_export.quantize.options import QuantizeOptions

__all__ = ["Choice", "fastest", "fewest", "fewest_float", "free_choice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome for one encoding.

    Attributes:
        quantized: names of the nodes in INT8.
        kept_float: names of the layers in float, the worst first, those that INT8 does not make faster last.
        noise: of the choice, per group of outputs.
    """

    quantized: frozenset[str]
    kept_float: tuple[str, ...]
    noise: tuple[float, ...]


def _choice(judge: Judge, kept_float: Sequence[str]) -> Choice:
    quantized = frozenset(judge.plans) - set(kept_float)
    return Choice(quantized, tuple(kept_float), tuple(float(value) for value in judge.noise(quantized)))


def _affordable(
    judge: Judge, sensitivities: Mapping[str, float], total_macs: int, int8_share: float, floor: float
) -> list[str]:
    """Layers worth returning to float, the worst first, as far as the MACs allow; dearer ones are stepped over."""
    spare = sum(plan.node.macs for plan in judge.plans.values()) - int8_share * total_macs
    chosen: list[str] = []
    for name in sorted(sensitivities, key=lambda one: (-sensitivities[one], one)):
        macs = judge.plans[name].node.macs
        if sensitivities[name] < floor:
            break
        if macs <= spare:
            chosen.append(name)
            spare -= macs
    return chosen


def _first_good(judge: Judge, ordered: Sequence[str], good: Callable[[Choice], bool]) -> Choice:
    """The shortest prefix of `ordered` that is good when returned to float, found by halving; all of it if none is."""
    tried: dict[int, Choice] = {}

    def is_good(count: int) -> bool:
        tried[count] = _choice(judge, ordered[:count])
        return good(tried[count])

    count = fewest(len(ordered), is_good)
    return tried[count] if count in tried else _choice(judge, ordered[:count])


def fewest(at_most: int, good: Callable[[int], bool]) -> int:
    """The smallest number up to `at_most` that is good, found by halving (larger ones are taken to be good as well);
    `at_most` where none is.
    """
    low, high = 0, at_most
    while low < high:
        middle = (low + high) // 2
        if good(middle):
            high = middle
        else:
            low = middle + 1
    return low


def fewest_float(judge: Judge, sensitivities: Mapping[str, float], total_macs: int, options: QuantizeOptions) -> Choice:
    """int8-tensorrt: everything in INT8 but the fewest layers that bring the noise within the budget.

    Layers are returned in the order of the noise that each makes alone, while `preferred_int8_share` of the MACs
    stay in INT8; where the noise is bad even then, down to `min_int8_share`.
    """
    everything = _choice(judge, ())
    if max(everything.noise) <= options.max_noise:
        return everything
    floor = options.min_relief * options.max_noise
    ordered = _affordable(judge, sensitivities, total_macs, options.preferred_int8_share, floor)
    choice = _first_good(judge, ordered, lambda one: max(one.noise) <= options.max_noise)
    if max(choice.noise) <= options.bad_noise:
        return choice
    ordered = _affordable(judge, sensitivities, total_macs, options.min_int8_share, floor)
    return _first_good(judge, ordered, lambda one: max(one.noise) <= options.bad_noise)


def free_choice(cost: CpuCost) -> frozenset[str]:
    """int8-cpu without a noise budget: the cheapest choice there is; what INT8 does not make faster stays float."""
    return _cheapest(cost, frozenset(cost.names))


def _cheapest(cost: CpuCost, allowed: frozenset[str]) -> frozenset[str]:
    """The cheaper of what is found from everything allowed in INT8, and from nothing."""
    return min(
        (cheapest(cost, allowed, start) for start in (allowed, frozenset[str]())),
        key=lambda choice: (cost.nanoseconds(choice), sorted(choice)),
    )


def fastest(
    judge: Judge, sensitivities: Mapping[str, float], layers: Sequence[str], cost: CpuCost, options: QuantizeOptions
) -> Choice:
    """int8-cpu: the choice that takes the least time within the noise budget.

    Where everything that the judge may switch makes too much noise, nodes are returned to float in the order of noise
    per nanosecond, and what then no longer pays goes with them. What saves less than `min_saving` stays float
    altogether: that is within the error of the cost model, and noise for nothing. Where the budget leaves less than
    `worth_noise` to be saved, and everything in INT8 saves that, it is taken with its noise, if that is not bad.

    Args:
        judge: of the nodes of the free choice.
        sensitivities: of those nodes.
        layers: names of all layers, those that INT8 does not make faster among them: they come last of what is kept.
        cost: of any choice.
        options: the noise budget.
    """
    free, in_float = frozenset(judge.plans), cost.nanoseconds(())

    def price(name: str) -> float:
        return max(cost.nanoseconds(free - {name}) - cost.nanoseconds(free), 1.0)

    ordered = sorted(free, key=lambda name: (-sensitivities[name] / price(name), name))

    def saving(chosen: Collection[str]) -> float:
        return 1.0 - cost.nanoseconds(chosen) / in_float if in_float > 0.0 else 0.0

    @cache
    def without(count: int) -> Choice:
        """The choice with the first `count` of `ordered` in float."""
        chosen = _cheapest(cost, free - set(ordered[:count]))
        if saving(chosen) < options.min_saving:
            chosen = frozenset()
        kept = sorted((name for name in layers if name not in chosen), key=lambda name: -sensitivities.get(name, -1.0))
        return Choice(chosen, tuple(kept), tuple(float(value) for value in judge.noise(chosen)))

    within = without(fewest(len(ordered), lambda count: max(without(count).noise) <= options.max_noise))
    if saving(within.quantized) >= options.worth_noise:
        return within
    everything = without(0)
    worth = saving(everything.quantized) >= options.worth_noise and max(everything.noise) <= options.bad_noise
    return everything if worth else within
