"""Calibration: observers, range tables, choice of images."""

from edgekit_calibration.convergence import Convergence, ConvergencePoint, convergence_of
from edgekit_calibration.entropy import entropy_range
from edgekit_calibration.gathering import Gathering
from edgekit_calibration.least_error import least_error_range
from edgekit_calibration.methods import ChosenRange, Method, choose_range, percentile_range, range_by
from edgekit_calibration.moments import MomentObserver
from edgekit_calibration.observers import HistogramObserver, MinMaxObserver
from edgekit_calibration.patches import PatchShape
from edgekit_calibration.ranges import Activation, Quantizer, Range, Scheme, min_max_range, quantizer
from edgekit_calibration.readers import LayerReader
from edgekit_calibration.table import CalibrationTable, TableKey, TensorRange, TensorRanges, reusable
from edgekit_calibration.tensors import TensorObserver

__all__ = [
    "Activation",
    "CalibrationTable",
    "ChosenRange",
    "Convergence",
    "ConvergencePoint",
    "Gathering",
    "HistogramObserver",
    "LayerReader",
    "Method",
    "MinMaxObserver",
    "MomentObserver",
    "PatchShape",
    "Quantizer",
    "Range",
    "Scheme",
    "TableKey",
    "TensorObserver",
    "TensorRange",
    "TensorRanges",
    "choose_range",
    "convergence_of",
    "entropy_range",
    "least_error_range",
    "min_max_range",
    "percentile_range",
    "quantizer",
    "range_by",
    "reusable",
]
