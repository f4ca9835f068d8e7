"""A loaded model as the pipeline needs it: prepare, run, read the outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.protocols import Session
from edgekit.backends.selection import LoadedModel
from edgekit.bundle.manifest import Task
from edgekit.errors import ConfigError
from edgekit.frame import Pixels
from edgekit.recognition.index import Index
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.words import Embeddings, Probabilities
from edgekit.vision.decoders import make_decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import Geometry, mapping
from edgekit.vision.postprocess import detections_of, embeddings_of, probabilities_of

__all__ = ["PipelineModel", "pipeline_model"]

Found = Detections | Probabilities | Embeddings
ReadOutputs = Callable[[Mapping[str, NDArray[np.generic]], Sequence[Pixels]], Found]


@dataclass(frozen=True, slots=True, eq=False)
class PipelineModel:
    """One role's model.

    Attributes:
        role: its name in the configuration.
        session: runs it; the engine's thread alone touches it.
        geometry: how pictures are prepared.
        max_batch: regions a run at most.
        info: what the shelf logic wants to know of it.
        read: outputs and the regions they are of → what was found; called on a camera's worker.
    """

    role: str
    session: Session
    geometry: Geometry
    max_batch: int
    info: ModelInfo
    read: ReadOutputs


def pipeline_model(role: str, loaded: LoadedModel, *, min_score: float, index: Index | None = None) -> PipelineModel:
    """Make a loaded bundle ready for the pipeline.

    Args:
        role: its name in the configuration.
        loaded: the bundle and its session.
        min_score: detections below it are not decoded at all.
        index: the enrolled products, for a model that embeds.

    Raises:
        ConfigError: a model that embeds, and no index.
        UsageError: the index is another model's.
    """
    manifest = loaded.bundle.manifest
    geometry = manifest.preprocessing.geometry.to_geometry()
    decoder_name = manifest.decoder.name
    if manifest.task is Task.DETECT:
        decoder = make_decoder(decoder_name, manifest.decoder.parameters, geometry.size_hw)

        def read(outputs: Mapping[str, NDArray[np.generic]], regions: Sequence[Pixels]) -> Found:
            sizes = [(region.shape[0], region.shape[1]) for region in regions]
            mappings = [mapping(size, geometry) for size in sizes]
            return detections_of(decoder, outputs, mappings, sizes, min_score=min_score)[0]

    elif manifest.task is Task.CLASSIFY:

        def read(outputs: Mapping[str, NDArray[np.generic]], regions: Sequence[Pixels]) -> Found:
            # A copy: what needs no softmax would still be the engine's buffer, and baselines are kept.
            return Probabilities(np.array(probabilities_of(decoder_name, outputs)))

    else:

        def read(outputs: Mapping[str, NDArray[np.generic]], regions: Sequence[Pixels]) -> Found:
            return Embeddings(np.array(embeddings_of(decoder_name, outputs)))

        if index is None:
            raise ConfigError(
                f"{loaded.bundle.path} embeds, but no index of products is configured.",
                hint="Enrol products with `edgekit enroll`, and name the file: `index: products.index`.",
            )
        index.check_made_by(loaded.bundle.sha256, loaded.encoding, where="The index")
        return PipelineModel(
            role,
            loaded.session,
            geometry,
            manifest.batch.max,
            ModelInfo(manifest.task.value, index.names, geometry.pad_value, index),
            read,
        )
    info = ModelInfo(manifest.task.value, manifest.class_names, geometry.pad_value)
    return PipelineModel(role, loaded.session, geometry, manifest.batch.max, info, read)
