"""An ONNX file as one side of a comparison: float or quantized, on float pictures or on pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edgekit.bundle.manifest import DecoderSpec, Preprocessing, Task
from edgekit.errors import ModelError
from edgekit_export.compare.comparison import SideFacts
from edgekit_export.compare.sides import GraphRunner, Side, ran_by_onnxruntime
from edgekit_export.models.options import ModelOptions
from edgekit_export.models.outputs import choose_decoder, decoder_from_text
from edgekit_export.models.presets import default_preprocessing, describe, preprocessing_from
from edgekit_export.models.probe import InputInfo, float_input

__all__ = ["OnnxGraph"]

_UINT8 = 2
"""ONNX's number of the element type (TensorProto.DataType)."""


class OnnxGraph:
    """An ONNX file.

    Raises:
        ModelError: it cannot be read, or takes something else than one picture.
    """

    def __init__(self, name: str, path: Path, options: ModelOptions) -> None:
        from edgekit_export.graph.loading import load_onnx

        if not path.is_file():
            raise ModelError(f"{path} is a folder." if path.is_dir() else f"{path}: no such model file.")
        self.name, self._options = name, options
        self._model = load_onnx(path, quantized_too=True)
        self._pixels = _pixel_size(self._model)
        self._info = None if self._pixels else float_input(self._model, name)
        self._decoder = decoder_from_text(options.decoder) if options.decoder else None

    @property
    def preprocessing(self) -> Preprocessing | None:
        """What --preprocess, or --decoder or --task classify by their documented default, say."""
        size_hw = self._own_size()
        if size_hw is None:
            return None
        if self._options.preprocess is not None:
            contract = preprocessing_from(self._options.preprocess, size_hw)[0]
        elif self._decoder is not None or self._options.task is Task.CLASSIFY:
            contract = default_preprocessing(self._decoder, size_hw)[0]
        else:
            return None
        return self._in_layout(contract)

    def _own_size(self) -> tuple[int, int] | None:
        if self._pixels:
            return self._pixels
        assert self._info is not None
        height, width = (side or self._options.input_size for side in self._info.size_hw)
        return None if height is None or width is None else (height, width)

    def _in_layout(self, contract: Preprocessing) -> Preprocessing:
        if self._info is None:
            return contract
        arithmetic = contract.arithmetic.model_copy(update={"layout": self._info.layout})
        return contract.model_copy(update={"arithmetic": arithmetic})

    def side(self, lent: Preprocessing | None) -> Side:
        """The file's graph, with the preprocessing in front of it where it takes floats.

        Raises:
            ModelError: its size does not fit the other side's preprocessing.
        """
        contract = self.preprocessing or (None if lent is None else self._in_layout(lent))
        assert contract is not None, "open_sides has seen to it"
        size_hw = self._own_size() or contract.geometry.size_hw
        if size_hw != contract.geometry.size_hw:
            wanted, given = ("{1}x{0}".format(*size) for size in (size_hw, contract.geometry.size_hw))
            raise ModelError(
                f"{self.name} takes {wanted} pixels; the other side's pictures are prepared as {given}.",
                hint="Add --preprocess to say how pictures are prepared for it.",
            )
        graph = self._on_pixels(contract, size_hw)
        runner = GraphRunner(graph, self.name)
        task, decoder = self._reading(runner, size_hw)
        return Side(
            facts=SideFacts(
                name=self.name,
                what=ran_by_onnxruntime("ONNX file", optimise=False),
                preprocessing=describe(contract),
            ),
            preprocessing=contract,
            runner=runner,
            graph=graph,
            task=task,
            decoder=decoder,
        )

    def _on_pixels(self, contract: Preprocessing, size_hw: tuple[int, int]) -> Any:
        from edgekit_export.graph.head import with_head

        if self._info is None:
            return self._model
        for value in self._model.graph.input:
            if value.name == self._info.name:
                _fix_size(value, self._info, size_hw)
        return with_head(self._model, contract.arithmetic)

    def _reading(self, runner: GraphRunner, size_hw: tuple[int, int]) -> tuple[Task | None, DecoderSpec | None]:
        """Task and decoder as far as the options say them."""
        import numpy as np

        task = self._options.task or (Task.DETECT if self._decoder else None)
        if task is None:
            return None, None
        outputs = runner.run(np.full((*size_hw, 3), 128, np.uint8))
        reading = choose_decoder(self._model, outputs, task, self._decoder, size_hw, self.name)
        return task, reading.decoder


def _pixel_size(model: Any) -> tuple[int, int] | None:
    """Height and width where the file takes uint8 (batch, height, width, 3), as a bundle's graphs do."""
    from edgekit_export.graph.running import input_specs

    inputs = input_specs(model)
    if len(inputs) != 1 or inputs[0][1] != _UINT8:
        return None
    shape = inputs[0][2]
    if len(shape) != 4 or shape[3] != 3 or shape[0] not in (None, 1) or shape[1] is None or shape[2] is None:
        return None
    return shape[1], shape[2]


def _fix_size(value: Any, info: InputInfo, size_hw: tuple[int, int]) -> None:
    dims = value.type.tensor_type.shape.dim
    first = 2 if info.layout == "nchw" else 1
    dims[first].dim_value, dims[first + 1].dim_value = size_hw
