"""Renders what edgekit/shelf/evidence/comparator.onnx is trained on, and trains it."""
