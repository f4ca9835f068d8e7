"""One session in which any activation can be sent through any quantizer: a range is tried without a graph of its own.

Every tensor that may be quantized gets a switch, a factor for each channel, a scale and a zero point as inputs.
Weights stay float here, so that the noise of an activation is seen alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import Quantizer, Scheme
from numpy.typing import NDArray
from onnx import TensorProto, helper

from edgekit_export.graph.running import session

__all__ = ["RangeBoard", "Setting", "shaped"]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """How one tensor is quantized.

    Attributes:
        quantizer: for the tensor divided by the factors.
        factors: float32 (channels,), or (1,) for the same of all.
    """

    quantizer: Quantizer
    factors: NDArray[np.float32]


def shaped(factors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Factors (channels,) as (1, channels, 1, 1); one factor for all without axes: a matrix must not get two more."""
    return factors.reshape((1, -1, 1, 1) if factors.size > 1 else ())


class RangeBoard:
    """A float graph whose activations can be quantized one by one, with what `run` is told.

    Args:
        model: the float graph.
        readers: per tensor, names of the nodes that are to read it quantized; () for all that read it.
        scheme: signed or unsigned.
        threads: CPU threads.
    """

    def __init__(
        self, model: onnx.ModelProto, readers: Mapping[str, Sequence[str]], scheme: Scheme, *, threads: int = 2
    ) -> None:
        self._signed = scheme is Scheme.SIGNED_SYMMETRIC
        self._prefixes = {tensor: f"board_{index}" for index, tensor in enumerate(readers)}
        self._feed = model.graph.input[0].name
        board = onnx.ModelProto()
        board.CopyFrom(model)
        graph = board.graph
        del graph.value_info[:]
        nodes: list[onnx.NodeProto] = []
        if self._feed in readers:
            nodes.append(self._switch(graph, self._feed))
        for node in model.graph.node:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            for index, name in enumerate(copy.input):
                wanted = readers.get(name)
                if wanted is not None and (not wanted or node.name in wanted):
                    copy.input[index] = f"{self._prefixes[name]}_value"
            nodes.append(copy)
            nodes.extend(self._switch(graph, name) for name in node.output if name in readers)
        del graph.node[:]
        graph.node.extend(nodes)
        self._session: Any = session(board, threads=threads)
        self._idle: dict[str, NDArray[Any]] = {}
        for tensor in readers:
            self._idle |= self._feeds(tensor, Setting(Quantizer(1.0, 0, 0, 255), np.ones(1, np.float32)), on=False)

    def _switch(self, graph: onnx.GraphProto, tensor: str) -> onnx.NodeProto:
        prefix = self._prefixes[tensor]
        zero_type = TensorProto.INT8 if self._signed else TensorProto.UINT8
        for label, element, shape in (
            ("on", TensorProto.BOOL, []),
            ("factors", TensorProto.FLOAT, None),
            ("scale", TensorProto.FLOAT, []),
            ("zero", zero_type, []),
        ):
            graph.input.append(helper.make_tensor_value_info(f"{prefix}_{label}", element, shape))
        parameters = [f"{prefix}_scale", f"{prefix}_zero"]
        divided, quantized, back, ended = (f"{prefix}_{label}" for label in ("divided", "quantized", "back", "ended"))
        through = [
            helper.make_node("Div", [tensor, f"{prefix}_factors"], [divided]),
            helper.make_node("QuantizeLinear", [divided, *parameters], [quantized]),
            helper.make_node("DequantizeLinear", [quantized, *parameters], [back]),
            helper.make_node("Mul", [back, f"{prefix}_factors"], [ended]),
        ]
        plain = [helper.make_node("Identity", [tensor], [f"{prefix}_plain"])]
        bodies = [
            helper.make_graph(body, name, [], [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)])
            for body, name in ((through, ended), (plain, f"{prefix}_plain"))
        ]
        return helper.make_node(
            "If", [f"{prefix}_on"], [f"{prefix}_value"], then_branch=bodies[0], else_branch=bodies[1]
        )

    def _feeds(self, tensor: str, setting: Setting, *, on: bool) -> dict[str, NDArray[Any]]:
        prefix, chosen = self._prefixes[tensor], setting.quantizer
        return {
            f"{prefix}_on": np.array(on),
            f"{prefix}_factors": shaped(setting.factors),
            f"{prefix}_scale": np.array(chosen.scale, np.float32),
            f"{prefix}_zero": np.array(chosen.zero_point, np.int8 if self._signed else np.uint8),
        }

    def run(self, images: Sequence[NDArray[np.uint8]], settings: Mapping[str, Setting]) -> list[list[NDArray[Any]]]:
        """The graph's outputs per image with the tensors in `settings` quantized, all others in float."""
        feeds = dict(self._idle)
        for tensor, setting in settings.items():
            feeds |= self._feeds(tensor, setting, on=True)
        return [self._session.run(None, {**feeds, self._feed: image[None]}) for image in images]
