from __future__ import annotations

from collections.abc import Mapping

import pytest

from edgekit.backends.candidates import Key
from edgekit.backends.choices import Choice
from edgekit.backends.competition import told, worthwhile

OV, ORT = ("openvino", None), ("onnxruntime", "cpu")


def keyed(measured_ms: Mapping[str, float], place: tuple[str, str | None] = ORT) -> dict[Key, float]:
    return {(*place, encoding): value for encoding, value in measured_ms.items()}


@pytest.mark.parametrize(
    ("measured_ms", "chosen"),
    [
        ({"int8-cpu": 8.9, "float": 10.0}, "int8-cpu"),
        ({"int8-cpu": 9.1, "float": 10.0}, "float"),
        ({"int8-cpu": 12.0, "float": 10.0}, "float"),
        ({"int8-tensorrt": 5.0, "fp16": 5.2}, "fp16"),
        ({"fp16": 5.0, "float": 5.1}, "fp16"),
        ({"float": 5.0, "fp16": 5.1}, "float"),
        ({"int8-cpu": 5.0}, "int8-cpu"),
    ],
)
def test_int8_must_win_by_a_tenth(measured_ms: Mapping[str, float], chosen: str) -> None:
    assert worthwhile(keyed(measured_ms)) == (*ORT, chosen)


@pytest.mark.parametrize(
    ("openvino", "onnxruntime", "chosen"),
    [
        ({"int8-cpu": 2.4, "float": 5.0}, {"int8-cpu": 2.6, "float": 5.2}, (*OV, "int8-cpu")),
        ({"int8-cpu": 2.6, "float": 5.0}, {"int8-cpu": 2.4, "float": 5.2}, (*ORT, "int8-cpu")),
        ({"int8-tensorrt": 7.2, "float": 9.6}, {"int8-cpu": 9.4, "float": 9.4}, (*OV, "int8-tensorrt")),
        ({"int8-cpu": 9.0, "float": 14.0}, {"int8-cpu": 9.5, "float": 9.4}, (*ORT, "float")),
        ({"int8-cpu": 9.0, "float": 9.2}, {"int8-cpu": 9.5, "float": 14.0}, (*OV, "float")),
    ],
)
def test_backends_compete_and_int8_must_beat_the_faster_float_of_either(
    openvino: Mapping[str, float], onnxruntime: Mapping[str, float], chosen: Key
) -> None:
    assert worthwhile(keyed(openvino, OV) | keyed(onnxruntime)) == chosen


def test_figures_name_the_backend_only_where_there_are_several() -> None:
    one = Choice((*ORT, "int8-cpu"), keyed({"float": 5.0, "int8-cpu": 2.5}))
    assert told(one) == "int8-cpu 2.5 ms against float 5.0 ms"
    several = Choice((*OV, "int8-cpu"), {**one.measured_ms, (*OV, "int8-cpu"): 2.4})
    assert told(several) == (
        "int8-cpu by openvino 2.4 ms against int8-cpu by onnxruntime on the CPU 2.5 ms, "
        "float by onnxruntime on the CPU 5.0 ms"
    )


def test_figures_say_why_the_fastest_was_not_taken() -> None:
    choice = Choice((*ORT, "float"), keyed({"float": 5.0, "int8-cpu": 4.8}))
    assert told(choice) == "int8-cpu 4.8 ms against float 5.0 ms, and INT8 must win by 10%"
