"""The ways to find evidence, by name: what a planogram may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["METHODS"]

METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "detector": "edgekit.shelf.evidence.detector:DetectorEvidence",
        "any_product": "edgekit.shelf.evidence.detector:AnyProductEvidence",
        "classifier": "edgekit.shelf.evidence.classifier:ClassifierEvidence",
        "recognition": "edgekit.shelf.evidence.recognition:RecognitionEvidence",
        "appearance": "edgekit.shelf.evidence.appearance:AppearanceEvidence",
    }
)
