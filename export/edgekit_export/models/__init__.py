"""Where a graph comes from: zoo, checkpoints, ONNX files, your own code."""
