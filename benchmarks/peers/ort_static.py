"""onnxruntime's quantize_static.

    python ort_static.py SETTING MODEL.onnx CALIBRATION.npy OUT.onnx

SETTING: `defaults` gives it nothing but the files; `u8s8` is what its documentation advises for x86 CPUs (unsigned
activations, signed weights per channel, after its preprocessing step); `trt-minmax`, `trt-entropy` and
`trt-percentile` are what TensorRT reads (signed, symmetric, per channel, float bias, weights quantized in the graph).
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.version_converter
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

_PER_CHANNEL_OPSET = 13
_OPSET = 17
_TENSORRT = {
    "trt-minmax": CalibrationMethod.MinMax,
    "trt-entropy": CalibrationMethod.Entropy,
    "trt-percentile": CalibrationMethod.Percentile,
}


class Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Float32 pictures, one at a time."""

    def __init__(self, path: str, input_name: str) -> None:
        self._rows = iter(np.load(path, mmap_mode="r"))
        self._name = input_name

    def get_next(self) -> dict[str, Any] | None:
        row = next(self._rows, None)
        return None if row is None else {self._name: np.ascontiguousarray(row[None])}


def settings(name: str) -> dict[str, Any]:
    """Arguments of quantize_static."""
    if name == "defaults":
        return {}
    if name == "u8s8":
        return {
            "quant_format": QuantFormat.QDQ,
            "activation_type": QuantType.QUInt8,
            "weight_type": QuantType.QInt8,
            "per_channel": True,
        }
    return {
        "quant_format": QuantFormat.QDQ,
        "activation_type": QuantType.QInt8,
        "weight_type": QuantType.QInt8,
        "per_channel": True,
        "calibrate_method": _TENSORRT[name],
        "extra_options": {
            "ActivationSymmetric": True,
            "WeightSymmetric": True,
            "QuantizeBias": False,
            "AddQDQPairToWeight": True,
        },
    }


def main() -> None:
    warnings.simplefilter("ignore")
    setting, model, calibration, out = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(model)
        if setting != "defaults":
            source = Path(folder) / "model.onnx"
            loaded = onnx.load(model)
            # Per-channel scales need opset 13; the tool itself would write an invalid graph of an older one.
            if next(entry.version for entry in loaded.opset_import if not entry.domain) < _PER_CHANNEL_OPSET:
                loaded = onnx.version_converter.convert_version(loaded, _OPSET)
            onnx.save(loaded, str(source))
            quant_pre_process(str(source), str(source), skip_symbolic_shape=True)  # shapes are fixed
        name = onnx.load(str(source), load_external_data=False).graph.input[0].name
        quantize_static(str(source), out, Pictures(calibration, name), **settings(setting))


if __name__ == "__main__":
    main()
