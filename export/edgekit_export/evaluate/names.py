"""Matching the names in somebody's data with a model's class names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

__all__ = ["nearest", "same_name", "unique_names"]

# Two spellings of COCO's classes are in use: COCO's own, and PASCAL VOC's words that Darknet's coco.names kept.
_DARKNET: Final[Mapping[str, str]] = MappingProxyType(
    {
        "motorbike": "motorcycle",
        "aeroplane": "airplane",
        "sofa": "couch",
        "tvmonitor": "tv",
        "hairdryer": "hairdrier",
    }
)


def same_name(name: str) -> str:
    """A form in which two spellings of one class are equal.

    >>> same_name("Potted_Plant") == same_name("pottedplant")
    True
    >>> same_name("motorbike") == same_name("motorcycle")
    True
    """
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    return _DARKNET.get(plain, plain) or name


def unique_names(class_names: Sequence[str]) -> dict[str, int]:
    """Index by comparable name, of those names that only one class has."""
    forms = [same_name(name) for name in class_names]
    return {form: index for index, form in enumerate(forms) if forms.count(form) == 1}


def nearest(name: str, class_names: Iterable[str]) -> str:
    """A hint with the class name that looks most like `name`, or with none."""
    near = difflib.get_close_matches(name, list(class_names), n=1)
    return f"Did you mean {near[0]}?" if near else "`edgekit inspect BUNDLE` lists the classes."
