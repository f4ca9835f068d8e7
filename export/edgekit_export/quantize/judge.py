"""Held-back images and the float outputs on them: how much noise does a choice of INT8 layers make?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit.errors import CalibrationError
from edgekit_export.quantize.memory import Arrays, Memory, fingerprint
from edgekit_export.quantize.noise import Measure, ValueNoise, Yardstick, noise
from edgekit_export.quantize.plan import Plan
from edgekit_export.quantize.switchboard import Switchboard

__all__ = ["Judge", "Panel"]


class Panel:
    """Held-back images with the float model's outputs: all of them, and the few that layers are ranked on.

    Raises:
        CalibrationError: the float model gives no finite output that varies on these images.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        images: Sequence[NDArray[np.uint8]],
        *,
        rank_images: int,
        threads: int,
        memory: Memory | None = None,
        measure: Measure | None = None,
    ) -> None:
        self.model, self.images, self.threads = model, tuple(images), threads
        self.measure = measure or ValueNoise()
        self.memory = memory or Memory()
        references = Switchboard(model, (), threads=threads).run(self.images, ())
        if not all(np.all(np.isfinite(value)) for outputs in references for value in outputs):
            raise CalibrationError(
                "The float model gives inf or nan on calibration images.", hint="Check the preprocessing and the model."
            )
        self.rank_count = min(rank_images, len(self.images))
        self.yardstick: Yardstick = self.measure.of(references)
        self.rank_yardstick: Yardstick = self.measure.of(references[: self.rank_count])
        if not self.yardstick.groups or not self.rank_yardstick.groups:
            raise CalibrationError(
                "The float model's outputs are zero on every held-back image: nothing can be judged.",
                hint="Calibrate on pictures like those that the model will see.",
            )

    @cached_property
    def identity(self) -> bytes:
        """SHA-256 of the graph, the images and what counts as noise."""
        return fingerprint((self.model.SerializeToString(deterministic=True), self.images, self.measure))


class Judge:
    """One set of plans on a panel: noise of any choice among them.

    What is measured is kept in the panel's memory; the graph with switches is built when something has to be measured.
    """

    def __init__(self, panel: Panel, plans: Sequence[Plan]) -> None:
        self.panel, self.plans = panel, {plan.node.name: plan for plan in plans}

    @cached_property
    def _board(self) -> Switchboard:
        return Switchboard(self.panel.model, list(self.plans.values()), threads=self.panel.threads)

    @cached_property
    def _identity(self) -> bytes:
        return fingerprint(self.plans)

    def noise(self, quantized: Collection[str]) -> NDArray[np.float64]:
        """Noise per group of outputs over all held-back images, with the named layers in INT8."""
        panel, chosen = self.panel, sorted(quantized)

        def compute() -> Arrays:
            return {"noise": noise(panel.yardstick, self._board.run(panel.images, chosen))}

        if not panel.memory.keeps:
            return compute()["noise"]
        inputs = (panel.identity, self._identity, fingerprint(chosen))
        return panel.memory.arrays("noise", *inputs, compute=compute)["noise"]

    def noise_of_one(self, name: str) -> NDArray[np.float64]:
        """Noise per group over the ranking images with that layer alone in INT8."""
        panel = self.panel
        return noise(panel.rank_yardstick, self._board.run(panel.images[: panel.rank_count], (name,)))

    def ranking(self, progress: Callable[[], None]) -> dict[str, float]:
        """Mean noise over the groups of each layer alone, by name; `progress` is called after each that is measured."""

        def compute() -> dict[str, float]:
            sensitivities: dict[str, float] = {}
            for name in self.plans:
                sensitivities[name] = float(self.noise_of_one(name).mean())
                progress()
            return sensitivities

        panel = self.panel
        if not panel.memory.keeps:
            return compute()
        inputs = (panel.identity, fingerprint(panel.rank_count), self._identity)
        return panel.memory.numbers("ranking", *inputs, compute=compute)
