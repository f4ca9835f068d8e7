"""UserModel: what a user's own factory may return besides a bare torch module."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from edgekit.bundle.manifest import DecoderSpec, Preprocessing, Task

__all__ = ["UserModel"]


@dataclass(frozen=True, slots=True, eq=False)
class UserModel:
    """A module together with what edgekit must know of it; options on the command line come before it.

    Example:
        >>> def shelf_classifier() -> UserModel:
        ...     return UserModel(module=make_my_net(), input_size_hw=(224, 224), task=Task.CLASSIFY)

    Attributes:
        module: torch.nn.Module; takes float32 (1, 3, height, width), or (1, height, width, 3) where its
            preprocessing says the layout nhwc. Dictionaries are no outputs: return tensors.
        input_size_hw: its input's height and width, pixels.
        task: what it does.
        preprocessing: its contract, or None for the default of the task or decoder.
        decoder: detectors: how its outputs are read, a decoder of edgekit.vision.decoders and its parameters.
        class_names: index to name; empty to number them or to take `--classes`.
        outputs: names for its outputs, in order.
    """

    module: Any
    input_size_hw: tuple[int, int]
    task: Task
    preprocessing: Preprocessing | None = None
    decoder: DecoderSpec | None = None
    class_names: tuple[str, ...] = ()
    outputs: tuple[str, ...] = field(default=("output",))
