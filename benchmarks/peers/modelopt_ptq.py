"""nvidia-modelopt's quantizer of ONNX files; runs in that tool's own environment.

    python modelopt_ptq.py max|entropy MODEL.onnx CALIBRATION.npy OUT.onnx

Calibrated on the CPU; everything else as the tool has it, but for float parts in float32: in float16 they would be
slow here, and no more accurate.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np


def main() -> None:
    warnings.simplefilter("ignore")
    from modelopt.onnx.quantization import quantize  # type: ignore[import-not-found]

    method, model, calibration, out = sys.argv[1:]
    quantize(
        model,
        quantize_mode="int8",
        calibration_data=np.load(calibration),
        calibration_method=method,
        calibration_eps=["cpu"],
        output_path=out,
        high_precision_dtype="fp32",
        log_level="ERROR",
    )


if __name__ == "__main__":
    main()
