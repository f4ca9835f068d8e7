"""From a float graph and calibration images to both INT8 encodings."""

from edgekit_export.quantize.budget import Budget, Limits, Target
from edgekit_export.quantize.classification_noise import ClassificationNoise
from edgekit_export.quantize.detection_noise import DetectionNoise
from edgekit_export.quantize.noise import Measure, ValueNoise
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.quantize import LayerReport, Quantized, quantize

__all__ = [
    "Budget",
    "ClassificationNoise",
    "DetectionNoise",
    "LayerReport",
    "Limits",
    "Measure",
    "QuantizeOptions",
    "Quantized",
    "Target",
    "ValueNoise",
    "quantize",
]
