"""Pictures in, detections, probabilities or embeddings out: prepare, run, decode; one for evaluation and runtime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.protocols import Outputs
from edgekit.backends.selection import LoadedModel
from edgekit.bundle.manifest import Task
from edgekit.errors import UsageError
from edgekit.frame import Pixels
from edgekit.vision.decoders import make_decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import FrameMapping, mapping, prepare
from edgekit.vision.postprocess import detections_of, embeddings_of, probabilities_of

__all__ = ["Predictor"]


class Predictor:
    """Runs a loaded model on pictures of any size. One thread uses it; whoever loaded the model closes it.

    Prepared pixels are written into a buffer made once, so a picture costs no allocation of its size.
    """

    def __init__(self, model: LoadedModel) -> None:
        manifest = model.bundle.manifest
        self.model = model
        self.geometry = manifest.preprocessing.geometry.to_geometry()
        self.max_batch = manifest.batch.max
        self._decoder_name = manifest.decoder.name
        self._decoder = (
            make_decoder(manifest.decoder.name, manifest.decoder.parameters, self.geometry.size_hw)
            if manifest.task is Task.DETECT
            else None
        )
        self._task = manifest.task
        self._prepared = np.empty((self.max_batch, *self.geometry.size_hw, 3), np.uint8)
        self._mappings: dict[tuple[int, int], FrameMapping] = {}

    def detect(
        self,
        pictures: Sequence[Pixels],
        *,
        min_score: float = 0.3,
        max_iou: float = 0.65,
        max_detections: int = 100,
    ) -> list[Detections]:
        """Objects in each picture, highest score first, boxes in the picture's pixels.

        Args:
            pictures: uint8 (height, width, 3) BGR each, of any size.
            min_score: only scores above it count; every class above it counts per box.
            max_iou: overlap (0-1) up to which two boxes of one class may both stay.
            max_detections: at most so many a picture.

        Raises:
            UsageError: the bundle is no detector.
        """
        if self._decoder is None:
            raise UsageError(f"{self.model.bundle.path} is made to {self._task.value}, not to detect.")
        found: list[Detections] = []
        for batch, outputs in self._runs(pictures):
            sizes = [(picture.shape[0], picture.shape[1]) for picture in batch]
            found += detections_of(
                self._decoder,
                outputs,
                [self._mapping(size) for size in sizes],
                sizes,
                min_score=min_score,
                max_iou=max_iou,
                max_detections=max_detections,
            )
        return found

    def classify(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Probabilities (pictures, classes), float32; rows sum to 1.

        Args:
            pictures: uint8 (height, width, 3) BGR each, of any size.

        Raises:
            UsageError: the bundle is no classifier.
        """
        if self._task is not Task.CLASSIFY:
            raise UsageError(f"{self.model.bundle.path} is made to {self._task.value}, not to classify.")
        rows = [probabilities_of(self._decoder_name, outputs) for _, outputs in self._runs(pictures)]
        classes = len(self.model.bundle.manifest.class_names)
        return np.concatenate(rows) if rows else np.zeros((0, classes), np.float32)

    def embed(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Embeddings (pictures, width), float32; each of length 1.

        Args:
            pictures: uint8 (height, width, 3) BGR each, of any size; at least one.

        Raises:
            UsageError: the bundle does not embed, or there are no pictures.
        """
        if self._task is not Task.EMBED:
            raise UsageError(
                f"{self.model.bundle.path} is made to {self._task.value}, not to embed.",
                hint="Make one that does: edgekit export MODEL --task embed --int8 --calibration DIR -o embed.edgekit",
            )
        if not pictures:
            raise UsageError("There are no pictures to embed.")
        return np.concatenate([embeddings_of(self._decoder_name, outputs) for _, outputs in self._runs(pictures)])

    def _runs(self, pictures: Sequence[Pixels]) -> Iterator[tuple[Sequence[Pixels], Outputs]]:
        """Batches of pictures with their outputs, which are valid until the next batch."""
        session = self.model.session
        for start in range(0, len(pictures), self.max_batch):
            batch = pictures[start : start + self.max_batch]
            for row, picture in enumerate(batch):
                prepare(picture, self.geometry, self._prepared[row])
            yield batch, session.result(session.submit(self._prepared[: len(batch)]))

    def _mapping(self, size_hw: tuple[int, int]) -> FrameMapping:
        if size_hw not in self._mappings:
            if len(self._mappings) >= 64:  # pictures of ever new sizes: evaluation, not a camera
                self._mappings.clear()
            self._mappings[size_hw] = mapping(size_hw, self.geometry)
        return self._mappings[size_hw]
