"""From raw outputs to detections in frame pixels, to probabilities, or to embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit.vision.decoders.classify import probabilities
from edgekit.vision.decoders.embed import embeddings
from edgekit.vision.decoders.protocol import Decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import FrameMapping
from edgekit.vision.nms import nms_per_class

__all__ = ["detections_of", "embeddings_of", "probabilities_of"]


def detections_of(
    decoder: Decoder,
    outputs: Mapping[str, NDArray[np.generic]],
    mappings: Sequence[FrameMapping],
    frame_sizes_hw: Sequence[tuple[int, int]],
    *,
    min_score: float = 0.001,
    max_iou: float = 0.65,
    max_detections: int = 100,
) -> list[Detections]:
    """Decode a batch, suppress within each class, and map the boxes back to their frames.

    Args:
        decoder: of the bundle that gave `outputs`.
        outputs: by name; the first axis is the batch.
        mappings: how each picture was prepared; pictures beyond these (padding of a batch) are left out.
        frame_sizes_hw: height and width of each picture.
        min_score: only scores above it count.
        max_iou: overlap (0-1) up to which two boxes of one class may both stay.
        max_detections: at most so many a picture, the best ones.

    Returns:
        One Detections a picture, highest score first, boxes in frame pixels, clipped to the frame.
    """
    found = []
    decoded = decoder(outputs, min_score=min_score)
    for raw, mapping, size_hw in zip(decoded, mappings, frame_sizes_hw, strict=False):
        if not len(raw):
            found.append(raw)
            continue
        kept = raw.select(nms_per_class(raw.boxes_xyxy_px, raw.class_ids, raw.scores, max_iou)[:max_detections])
        boxes = mapping.boxes_to_frame(kept.boxes_xyxy_px, size_hw)
        found.append(Detections(boxes, kept.class_ids, kept.scores))
    return found


def probabilities_of(decoder_name: str, outputs: Mapping[str, NDArray[np.generic]]) -> NDArray[np.float32]:
    """A classifier's first output as probabilities, float32 (n, classes); rows sum to 1.

    Raises:
        InputError: the decoder is unknown, or the output is not (n, classes).
    """
    return probabilities(decoder_name, next(iter(outputs.values())))


def embeddings_of(decoder_name: str, outputs: Mapping[str, NDArray[np.generic]]) -> NDArray[np.float32]:
    """An embedding model's first output as vectors of length 1, float32 (n, width).

    Raises:
        InputError: the decoder is unknown, or the output is not (n, width).
    """
    return embeddings(decoder_name, next(iter(outputs.values())))
