"""Both graphs tensor by tensor: what was lost so far, what each layer loses itself, and what that does to the outputs.

With ONNX Runtime's optimisations off, for each picture:

1. A and B from the picture: the difference of a tensor is everything lost up to it.
2. B cut at every tensor and fed A's values there: the difference is what the one layer before it loses.
3. For each layer that loses anything, A with that one result exchanged for B's of step 2: what it does to A's outputs.
   That takes longest, so the first pictures only.

In memory at a time: one picture's tensors of both graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit.errors import ModelError
from edgekit.frame import Pixels
from edgekit_export.compare.comparison import LayerDifference, LayerWalk
from edgekit_export.compare.grafting import cut, with_exchanges, with_tensors
from edgekit_export.compare.matching import Match, match_tensors
from edgekit_export.compare.sums import OutputSums, TensorSums, decibels
from edgekit_export.graph.running import session
from edgekit_export.progress import Progress, silent

__all__ = ["DEFAULT_THRESHOLD_DB", "Walk", "WalkOptions"]

DEFAULT_THRESHOLD_DB: Final = 20.0
"""Below it the difference has more than a tenth of the signal's amplitude."""

_RESCALED_DB: Final = 10.0
"""A tensor counts as rescaled where one factor a channel explains so much of the difference."""

_JUDGED: Final = 256
"""At most so many layers are judged by what they do to the outputs, those first that lose most themselves. What a layer
loses itself says little of that: of the ten layers of YOLOX-nano's int8-cpu graph that change its outputs most, the
sixteen that lose most themselves hold one."""

_JUDGING_PICTURES: Final = 2
"""Each judged layer costs one run a picture. Of YOLOX-nano's ten worst layers on 8 pictures nine are among the ten
worst on 2, in int8-tensorrt and in int8-cpu."""

STAGE: Final = "Judging layers"

_SAME_DB: Final = 100.0
"""Rounding of float32 leaves 130 dB and more of one layer (ResNet-18, MobileNetV3, two exporters); what is above this
cannot be to blame."""


@dataclass(frozen=True, slots=True)
class WalkOptions:
    """How to walk.

    Attributes:
        threshold_db: below it a layer counts as parted.
        worst: at most so many layers are named as the worst.
        max_pictures: at most so many pictures are walked, evenly spread.
        threads: CPU threads.
    """

    threshold_db: float = DEFAULT_THRESHOLD_DB
    worst: int = 10
    max_pictures: int = 16
    threads: int = 2


class _Tensor:
    """One matched tensor and its sums."""

    def __init__(self, match: Match) -> None:
        self.match = match
        self.so_far, self.own = TensorSums(scales=True), TensorSums()
        self.output: list[OutputSums] | None = None

    @property
    def rescaled(self) -> bool:
        """Whether B's channels are multiples of A's rather than noisy or clipped."""
        sums = self.so_far
        return sums.sqnr_db < DEFAULT_THRESHOLD_DB < sums.rescaled_sqnr_db and (
            sums.rescaled_sqnr_db > sums.sqnr_db + _RESCALED_DB
        )


class Walk:
    """Walks through two graphs on one picture after another.

    Args:
        a, b: onnx.ModelProto, each with one uint8 input (batch, height, width, 3).
        outputs: names of the outputs of A that B has too, by which layers are judged.
        options: how.
        progress: told while layers are judged, which takes longest.

    Raises:
        ModelError: no tensor of the one can be found in the other, or a graph cannot be run.
    """

    def __init__(
        self,
        a: onnx.ModelProto,
        b: onnx.ModelProto,
        outputs: tuple[str, ...],
        options: WalkOptions,
        *,
        progress: Progress = silent,
    ) -> None:
        self._options, self._a, self._b, self._outputs, self._progress = options, a, b, outputs, progress
        found = match_tensors(a, b)
        self._tensors = [_Tensor(match) for match in found.matches]
        self._unmatched = [found.unmatched_a, found.unmatched_b]
        if not self._tensors:
            raise ModelError(
                "No layer of the one graph can be found in the other.", hint="Are both of the same architecture?"
            )
        self._pictures = 0
        matched = list(dict.fromkeys([tensor.match.a for tensor in self._tensors] + list(outputs)))
        self._run_a = self._runner(with_tensors(a, matched))
        self._run_b = self._runner(with_tensors(b, [tensor.match.b for tensor in self._tensors]))
        self._run_cut: Callable[..., dict[str, Any]] | None = None
        self._cut: dict[str, str] = {}
        self._types: dict[str, np.dtype[Any]] = {}
        self._run_exchanged: Callable[..., dict[str, Any]] | None = None
        self._exchanges: dict[str, tuple[str, str]] = {}

    def look(self, prepared_a: Pixels, prepared_b: Pixels) -> None:
        """Take in one picture, prepared for each.

        Raises:
            ModelError: a graph cannot be run on it.
        """
        values_a, values_b = self._run_a(prepared_a, {}), self._run_b(prepared_b, {})
        if self._pictures == 0:
            self._keep_comparable(values_a, values_b)
        for tensor in self._tensors:
            tensor.so_far.update(values_a[tensor.match.a], values_b[tensor.match.b])
        self._pictures += 1
        if self._run_cut is None:
            self._make_cut(values_b)
        del values_b
        if self._run_cut is None:
            return
        own = self._run_cut(prepared_b, self._fed(values_a))
        for tensor in self._tensors:
            if tensor.match.b in self._cut:
                tensor.own.update(values_a[tensor.match.a], own[self._cut[tensor.match.b]])
        if self._pictures <= _JUDGING_PICTURES:
            self._judge(prepared_a, values_a, own)

    def result(self) -> LayerWalk:
        """What was found so far."""
        layers = tuple(self._difference(tensor) for tensor in self._tensors)
        judged = [layer for layer in layers if layer.own_sqnr_db is not None and layer.own_sqnr_db < _SAME_DB]
        judged.sort(key=lambda one: (_or_inf(one.output_sqnr_db), _or_inf(one.own_sqnr_db), one.index))
        return LayerWalk(
            pictures=self._pictures,
            threshold_db=self._options.threshold_db,
            layers=layers,
            first_below=next((one for one in layers if one.sqnr_db < self._options.threshold_db), None),
            worst=tuple(judged[: self._options.worst]),
            unmatched_a=self._unmatched[0],
            unmatched_b=self._unmatched[1],
        )

    def _runner(self, model: onnx.ModelProto) -> Callable[..., dict[str, Any]]:
        loaded = session(model, optimise=False, threads=self._options.threads)
        names = [output.name for output in model.graph.output]
        feed = model.graph.input[0].name

        def run(prepared: Pixels, others: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
            try:
                return dict(zip(names, loaded.run(names, {feed: prepared[None], **others}), strict=True))
            except Exception as error:  # onnxruntime's exceptions have no common base of their own
                raise ModelError(f"A graph cannot be walked: {str(error).splitlines()[0]}") from error

        return run

    def _keep_comparable(self, values_a: Mapping[str, Any], values_b: Mapping[str, Any]) -> None:
        """Leave out pairs that turn out to hold other shapes or no real numbers."""
        kept = []
        for tensor in self._tensors:
            one, two = np.asarray(values_a[tensor.match.a]), np.asarray(values_b[tensor.match.b])
            if one.shape == two.shape and one.dtype.kind == two.dtype.kind == "f" and one.size:
                kept.append(tensor)
            elif one.shape != two.shape:
                self._unmatched = [count + 1 for count in self._unmatched]
        self._tensors = kept

    def _make_cut(self, values_b: Mapping[str, Any]) -> None:
        self._types = {
            tensor.match.b: values_b[tensor.match.b].dtype
            for tensor in self._tensors
            if not tensor.rescaled and np.isfinite(tensor.so_far.noise)
        }
        if not self._types:
            return
        model, made = cut(self._b, self._types)
        self._cut = dict(zip(self._types, made, strict=True))
        self._run_cut = self._runner(model)

    def _fed(self, values_a: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """A's values where B is cut, in the types that B has there."""
        return {
            one.match.b: np.asarray(values_a[one.match.a]).astype(self._types[one.match.b], copy=False)
            for one in self._tensors
            if one.match.b in self._cut
        }

    def _judge(self, prepared: Pixels, values_a: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        if self._run_exchanged is None:
            blamed = [tensor for tensor in self._tensors if self._may_be_judged(tensor, values_a)]
            blamed.sort(key=lambda tensor: tensor.own.sqnr_db)
            for tensor in blamed[:_JUDGED]:
                tensor.output = [OutputSums(name, name) for name in self._outputs]
            types = {one.match.a: np.dtype(np.float32) for one in self._tensors if one.output is not None}
            if not types:
                return
            model, self._exchanges = with_exchanges(with_tensors(self._a, list(self._outputs)), types)
            self._run_exchanged = self._runner(model)
        judged = [tensor for tensor in self._tensors if tensor.output is not None]
        given = {
            self._exchanges[one.match.a][1]: np.asarray(own[self._cut[one.match.b]]).astype(np.float32, copy=False)
            for one in judged
        }
        before, total = (self._pictures - 1) * len(judged), _JUDGING_PICTURES * len(judged)
        for index, chosen in enumerate(judged, start=1):
            uses = {self._exchanges[one.match.a][0]: np.array(one is chosen) for one in judged}
            outputs = self._run_exchanged(prepared, {**given, **uses})
            assert chosen.output is not None
            for sums in chosen.output:
                sums.update(values_a[sums.name], outputs[sums.name])
            self._progress(STAGE, before + index, total)

    def _may_be_judged(self, tensor: _Tensor, values_a: Mapping[str, Any]) -> bool:
        of_a = values_a[tensor.match.a]
        return tensor.match.b in self._cut and tensor.own.sqnr_db < _SAME_DB and of_a.dtype == np.float32

    def _difference(self, tensor: _Tensor) -> LayerDifference:
        match, so_far = tensor.match, tensor.so_far
        return LayerDifference(
            index=match.index,
            layer=match.layer,
            op_type=match.op_type,
            tensor=match.a,
            tensor_b=match.b,
            matched_by=match.by,
            sqnr_db=so_far.rescaled_sqnr_db if tensor.rescaled else so_far.sqnr_db,
            own_sqnr_db=tensor.own.sqnr_db if match.b in self._cut else None,
            output_sqnr_db=None if tensor.output is None else min(sums.worst_db for sums in tensor.output),
            max_difference=so_far.max_difference,
            rescaled=tensor.rescaled,
        )


def _or_inf(value: float | None) -> float:
    return decibels(1.0, 0.0) if value is None else value
