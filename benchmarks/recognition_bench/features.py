"""What a loaded embedding bundle gives of photos: pooled features as they come, each photo in all its views."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.selection import LoadedModel
from edgekit.recognition.photos import read_photo
from edgekit.recognition.views import query_views, views_of
from edgekit.vision.geometry import prepare

__all__ = ["Features", "features_of"]

Features = dict[Path, NDArray[np.float32]]


def features_of(model: LoadedModel, photos: Iterable[Path], *, all_views: bool) -> Features:
    """Raw features (views, width) of each photo."""
    geometry = model.bundle.manifest.preprocessing.geometry.to_geometry()
    batch = model.bundle.manifest.batch.max
    found: Features = {}
    for path in photos:
        pixels, _ = read_photo(path)
        views = views_of(pixels) if all_views else query_views(pixels)
        prepared = np.stack([prepare(view, geometry) for view in views])
        rows = []
        for start in range(0, len(prepared), batch):
            outputs = model.session.result(model.session.submit(prepared[start : start + batch]))
            rows.append(np.array(next(iter(outputs.values())), np.float32).reshape(len(prepared[start:][:batch]), -1))
        found[path] = np.concatenate(rows)
    return found
