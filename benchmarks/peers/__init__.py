"""Other tools' quantizers, each run as a script of its own: ONNX and calibration pictures in, ONNX out."""
