import pytest
from edgekit_calibration import CalibrationTable, TensorRanges

from edgekit.errors import CalibrationError


def table() -> CalibrationTable:
    return CalibrationTable(
        graph_sha256="a" * 64,
        images_sha256="b" * 64,
        preprocessing_sha256="c" * 64,
        images=24,
        held_back=8,
        tensors={"x": TensorRanges(minimum=-1.5, maximum=2.0, count=10, ranges={"int8-cpu": (-1.0, 2.0)})},
    )


def test_a_table_comes_back_from_json_as_it_was():
    assert CalibrationTable.from_json(table().to_json()) == table()


def test_a_table_is_valid_for_its_own_graph_images_and_preprocessing_only():
    keys = {"graph_sha256": "a" * 64, "images_sha256": "b" * 64, "preprocessing_sha256": "c" * 64}
    assert table().valid_for(**keys)
    for key in keys:
        assert not table().valid_for(**{**keys, key: "d" * 64})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        table().to_json().replace('"version":', '"versjon":'),
        table().to_json().replace('"version": 1', '"version": 2'),
        table().to_json().replace("-1.5", "NaN"),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(CalibrationError, match="Not a calibration table"):
        CalibrationTable.from_json(text)
