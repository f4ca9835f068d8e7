"""What runs graphs: ONNX Runtime, TensorRT, a fake for measuring our own overhead; and how one is chosen."""
