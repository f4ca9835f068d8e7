"""A graph that export still has in its hands, run as the runtime would run it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.manifest import DecoderSpec, Preprocessing
from edgekit.frame import Pixels
from edgekit.vision.decoders.protocol import Decoder, make_decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import mapping, prepare
from edgekit.vision.postprocess import detections_of, probabilities_of

__all__ = ["GraphPredictor", "Outputs"]

Outputs = dict[str, NDArray[np.generic]]


class GraphPredictor:
    """Runs an onnx.ModelProto of a bundle by ONNX Runtime, picture by picture; fits evaluate.Predicts.

    Args:
        model: uint8 (batch, height, width, 3) in.
        preprocessing: the bundle's; only its geometry is applied here.
        decoder: the bundle's.
        optimise: False gives the reference that golden outputs are made of.
        threads: CPU threads of one picture; several pictures may run at a time.
    """

    def __init__(
        self,
        model: Any,
        preprocessing: Preprocessing,
        decoder: DecoderSpec,
        *,
        optimise: bool = True,
        threads: int = 2,
    ) -> None:
        from edgekit_export.graph.running import session

        self._session = session(model, optimise=optimise, threads=threads)
        self._geometry = preprocessing.geometry.to_geometry()
        self._spec = decoder
        self._input = self._session.get_inputs()[0].name
        self._names = [output.name for output in self._session.get_outputs()]
        self._decoder: Decoder | None = None

    @property
    def output_names(self) -> tuple[str, ...]:
        """In the graph's order."""
        return tuple(self._names)

    def run(self, prepared: NDArray[np.uint8]) -> Outputs:
        """Outputs by name for prepared pixels (n, height, width, 3), one after another."""
        rows = [self._session.run(self._names, {self._input: row[None]}) for row in prepared]
        return {name: np.concatenate(parts) for name, parts in zip(self._names, zip(*rows, strict=True), strict=True)}

    def classify(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Probabilities, (n, classes)."""
        prepared = np.stack([prepare(pixels, self._geometry) for pixels in pictures])
        return probabilities_of(self._spec.name, self.run(prepared))

    def detect(
        self,
        pictures: Sequence[Pixels],
        *,
        min_score: float = 0.001,
        max_iou: float = 0.65,
        max_detections: int = 100,
    ) -> list[Detections]:
        """Detections in the pictures' own pixels."""
        if self._decoder is None:
            self._decoder = make_decoder(self._spec.name, self._spec.parameters, self._geometry.size_hw)
        sizes = [(pixels.shape[0], pixels.shape[1]) for pixels in pictures]
        outputs = self.run(np.stack([prepare(pixels, self._geometry) for pixels in pictures]))
        return detections_of(
            self._decoder,
            outputs,
            [mapping(size, self._geometry) for size in sizes],
            sizes,
            min_score=min_score,
            max_iou=max_iou,
            max_detections=max_detections,
        )
