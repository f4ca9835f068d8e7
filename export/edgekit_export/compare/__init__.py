"""Two models side by side: a checkpoint, an ONNX file, a bundle's graph or an engine, on the same pictures.

Example:
    >>> a, b = open_sides("shop.edgekit", "shop.edgekit:int8-cpu", ModelOptions(), ModelOptions())  # doctest: +SKIP
    >>> compare(a, b, open_pictures([Path("pictures/")]), layers=WalkOptions()).worst_db  # doctest: +SKIP
    21.9
"""

from edgekit_export.compare.compare import PreparedPictures, compare
from edgekit_export.compare.comparison import Comparison, LayerDifference, LayerWalk, OutputDifference
from edgekit_export.compare.naming import open_sides
from edgekit_export.compare.sides import Side
from edgekit_export.compare.walk import WalkOptions

__all__ = [
    "Comparison",
    "LayerDifference",
    "LayerWalk",
    "OutputDifference",
    "PreparedPictures",
    "Side",
    "WalkOptions",
    "compare",
    "open_sides",
]
