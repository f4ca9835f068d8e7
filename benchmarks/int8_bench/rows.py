"""One line of the table, as a value that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One method on one network; None stands for what was not measured, and why is in `note`.

    Attributes:
        case: the network.
        method: "float" or a method's name.
        metric: "top1" or "map"; empty where only time was measured.
        pictures: judged.
        calibrated_on: pictures.
        value: of the metric, fraction of 1.
        points: value minus float's, hundredths.
        points_low: lower end of its 95 % interval.
        points_high: upper end.
        agreement: with float, percent.
        sqnr_db: of the raw outputs.
        planned: MACs whose data and weight are quantized, percent.
        executed: MACs that ONNX Runtime ran in integers here, percent.
        speedup: float's time over its own, both by ONNX Runtime.
        milliseconds: its own for one picture, by ONNX Runtime.
        openvino_speedup: float's time by ONNX Runtime over its own by OpenVINO.
        openvino_ms: its own for one picture, by OpenVINO.
        seconds: that making it took.
        peak_mb: most memory resident while it was made.
        note: why something is missing.
    """

    case: str
    method: str
    metric: str = ""
    pictures: int = 0
    calibrated_on: int = 0
    value: float | None = None
    points: float | None = None
    points_low: float | None = None
    points_high: float | None = None
    agreement: float | None = None
    sqnr_db: float | None = None
    planned: float | None = None
    executed: float | None = None
    speedup: float | None = None
    milliseconds: float | None = None
    openvino_speedup: float | None = None
    openvino_ms: float | None = None
    seconds: float | None = None
    peak_mb: float | None = None
    note: str = ""
