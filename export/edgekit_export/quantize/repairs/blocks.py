"""A graph's layers in blocks: where one tensor alone goes on, what happened before can be judged by it alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import onnx

from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.repairs.walk import names_read

__all__ = ["Block", "blocks_of"]

# A plain chain could be cut at every layer, but its layers make up for each other's errors.
_LEAST: Final = 3

# Where branches cross for long (a detector's neck), a block ends all the same, with as many results as are left.
_MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Block:
    """Layers that are judged together.

    Attributes:
        layers: their names, in graph order.
        results: the tensors made by them, or by what follows them up to the next layer, that others read.
    """

    layers: tuple[str, ...]
    results: tuple[str, ...]


def blocks_of(model: onnx.ModelProto, layers: Sequence[str]) -> list[Block]:
    """The named layers in blocks, each of `_LEAST` to `_MOST` layers if one tensor goes on somewhere there.

    So a residual block is never cut: its skip goes on beside whatever its layers make.
    """
    view, halts = GraphView(model.graph), set(layers)
    nodes = [
        node for node in model.graph.node if any(name and name not in view.initializers for name in names_read(node))
    ]
    last = {name: index for index, node in enumerate(nodes) for name in names_read(node)}
    last |= dict.fromkeys(view.outputs, len(nodes))
    made_at = {name: index for index, node in enumerate(nodes) for name in node.output}
    made_at |= dict.fromkeys([model.graph.input[0].name], -1)

    def going_on(at: int) -> list[str]:
        """Tensors made before node `at` that it or a later one reads."""
        return [name for name, index in made_at.items() if index < at <= last.get(name, -1)]

    places = [index for index, node in enumerate(nodes) if node.name in halts]
    blocks: list[Block] = []
    begun = 0
    for count in range(len(places)):
        end = places[count + 1] if count + 1 < len(places) else len(nodes)
        size = count + 1 - begun
        left = going_on(end)
        if end < len(nodes) and not (size >= _MOST or (size >= _LEAST and len(left) == 1)):
            continue
        first = places[begun]
        results = tuple(name for name in left if made_at[name] >= first)
        blocks.append(Block(tuple(nodes[index].name for index in places[begun : count + 1]), results))
        begun = count + 1
    return blocks
