"""A proposal by a bundle that knows the products."""

from __future__ import annotations

from pathlib import Path

from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.frame import Pixels
from edgekit.planograms.draft import Draft
from edgekit.planograms.propose import from_detections
from edgekit.predictor import Predictor

__all__ = ["from_bundle"]


def from_bundle(path: Path, pixels: Pixels, *, min_score: float = 0.3) -> Draft:
    """Propose a facing for each object that the bundle's detector finds.

    Args:
        path: a detector's bundle.
        pixels: uint8 (height, width, 3) BGR, the reference picture.
        min_score: objects below it are left out.

    Raises:
        BundleError: there is no such bundle, or it is not as it was written.
        UsageError: it is no detector.
        CapabilityError: nothing here can run it.
    """
    bundle = Bundle.open(path)
    model = load_model(bundle, measure=False)
    try:
        found = Predictor(model).detect([pixels], min_score=min_score)[0]
    finally:
        model.close()
    return from_detections(list(found), bundle.manifest.class_names, (pixels.shape[0], pixels.shape[1]))
