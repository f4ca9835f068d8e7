"""TensorRT and TensorRT-RTX: build, session, versions."""
