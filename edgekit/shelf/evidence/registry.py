"""The ways to find evidence, by name; the modules are imported when a planogram uses them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from edgekit.shelf.evidence.method import EvidenceMethod, MethodContext

__all__ = ["METHODS", "make_method"]

METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "detector": "edgekit.shelf.evidence.detector:DetectorEvidence",
        "any_product": "edgekit.shelf.evidence.detector:AnyProductEvidence",
        "classifier": "edgekit.shelf.evidence.classifier:ClassifierEvidence",
        "appearance": "edgekit.shelf.evidence.appearance:AppearanceEvidence",
    }
)


def make_method(name: str, context: MethodContext) -> EvidenceMethod:
    """The method that is called `name`, for the facings of `context`.

    Raises:
        KeyError: there is none of that name.
        PlanogramError: the models cannot tell these facings' products by this method.
    """
    module, _, attribute = METHODS[name].partition(":")
    method: EvidenceMethod = getattr(import_module(module), attribute)(context)
    return method
