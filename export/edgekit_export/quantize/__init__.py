"""From a float graph and calibration images to both INT8 encodings."""

from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.quantize import LayerReport, Progress, Quantized, quantize

__all__ = ["LayerReport", "Progress", "QuantizeOptions", "Quantized", "quantize"]
