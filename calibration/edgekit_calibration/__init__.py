"""Calibration: observers, range tables, choice of images."""

from edgekit_calibration.moments import MomentObserver, PatchShape
from edgekit_calibration.observers import HistogramObserver, MinMaxObserver
from edgekit_calibration.ranges import Quantizer, Range, Scheme, least_error_range, min_max_range, quantizer
from edgekit_calibration.table import CalibrationTable, TensorRanges

__all__ = [
    "CalibrationTable",
    "HistogramObserver",
    "MinMaxObserver",
    "MomentObserver",
    "PatchShape",
    "Quantizer",
    "Range",
    "Scheme",
    "TensorRanges",
    "least_error_range",
    "min_max_range",
    "quantizer",
]
