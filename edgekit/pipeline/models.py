"""A loaded model as the pipeline needs it: prepare, run, read the outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.protocols import Session
from edgekit.backends.selection import LoadedModel
from edgekit.bundle.manifest import Task
from edgekit.errors import CapabilityError
from edgekit.frame import Pixels
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.words import Probabilities
from edgekit.vision.decoders import make_decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import Geometry, mapping
from edgekit.vision.postprocess import detections_of, probabilities_of

__all__ = ["PipelineModel", "pipeline_model"]

ReadOutputs = Callable[[Mapping[str, NDArray[np.generic]], Sequence[Pixels]], Detections | Probabilities]


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


def pipeline_model(role: str, loaded: LoadedModel, *, min_score: float) -> PipelineModel:
    """Make a loaded bundle ready for the pipeline.

    Args:
        role: its name in the configuration.
        loaded: the bundle and its session.
        min_score: detections below it are not decoded at all: they would not be evidence.

    Raises:
        CapabilityError: the shelf logic has no use for such a task.
    """
    manifest = loaded.bundle.manifest
    geometry = manifest.preprocessing.geometry.to_geometry()
    decoder_name = manifest.decoder.name
    if manifest.task is Task.DETECT:
        decoder = make_decoder(decoder_name, manifest.decoder.parameters, geometry.size_hw)

        def read(outputs: Mapping[str, NDArray[np.generic]], regions: Sequence[Pixels]) -> Detections | Probabilities:
            sizes = [(region.shape[0], region.shape[1]) for region in regions]
            mappings = [mapping(size, geometry) for size in sizes]
            return detections_of(decoder, outputs, mappings, sizes, min_score=min_score)[0]

    elif manifest.task is Task.CLASSIFY:

        def read(outputs: Mapping[str, NDArray[np.generic]], regions: Sequence[Pixels]) -> Detections | Probabilities:
            # A copy: what needs no softmax would still be the engine's buffer, and baselines are kept.
            return Probabilities(np.array(probabilities_of(decoder_name, outputs)))

    else:
        raise CapabilityError(
            f"{loaded.bundle.path}: a model that does {manifest.task.value!r} cannot judge a shelf.",
            hint="Use one that classifies or detects.",
        )
    info = ModelInfo(manifest.task.value, manifest.class_names, geometry.pad_value)
    return PipelineModel(role, loaded.session, geometry, manifest.batch.max, info, read)
