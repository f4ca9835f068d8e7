"""A bundle's graph as one side of a comparison."""

from __future__ import annotations

from pathlib import Path

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding, Preprocessing
from edgekit_export.compare.comparison import SideFacts
from edgekit_export.compare.sides import GraphRunner, Side, ran_by_onnxruntime
from edgekit_export.models.presets import describe

__all__ = ["BundleGraph"]


class BundleGraph:
    """NAME.edgekit:ENCODING.

    Raises:
        BundleError: the bundle cannot be read, or has no such graph.
    """

    def __init__(self, name: str, path: Path, encoding: str) -> None:
        import onnx

        self.name = name
        self.bundle = Bundle.open(path)
        self._graph = self.bundle.graph(encoding)
        self._model = onnx.load_from_string(self._graph.onnx)

    @property
    def preprocessing(self) -> Preprocessing:
        """The manifest's."""
        return self.bundle.manifest.preprocessing

    def side(self, lent: Preprocessing | None) -> Side:
        """The graph; `lent` is not needed.

        int8-cpu runs as a device runs it; the others as written, since ONNX Runtime's optimisations compute
        int8-tensorrt otherwise than TensorRT.
        """
        manifest = self.bundle.manifest
        optimise = self._graph.encoding == Encoding.INT8_CPU.value
        return Side(
            facts=SideFacts(
                name=self.name,
                what=ran_by_onnxruntime(f"{self._graph.encoding} graph of a bundle", optimise=optimise),
                preprocessing=describe(manifest.preprocessing),
            ),
            preprocessing=manifest.preprocessing,
            runner=GraphRunner(self._model, self.name, optimise=optimise),
            graph=self._model,
            task=manifest.task,
            decoder=manifest.decoder,
            class_names=manifest.class_names,
        )
