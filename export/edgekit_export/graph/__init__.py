"""Graph surgery: opset, clean-up, batch, preprocessing head, MACs."""

from edgekit_export.graph.assemble import FloatGraph, float_graph
from edgekit_export.graph.loading import load_onnx

__all__ = ["FloatGraph", "float_graph", "load_onnx"]
