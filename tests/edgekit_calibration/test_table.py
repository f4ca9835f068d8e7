import json

import pytest
from edgekit_calibration import CalibrationTable, Method, TableKey, TensorRange, TensorRanges, reusable

from edgekit.errors import CalibrationError

KEY = TableKey(
    graph_sha256="a" * 64, images_sha256="b" * 64, images=32, preprocessing_sha256="c" * 64, method=Method.AUTO
)


def table() -> CalibrationTable:
    ranges = {"int8-cpu": TensorRange(low=-1.0, high=2.0, method=Method.PERCENTILE)}
    tensors = {"x": TensorRanges(minimum=-1.5, maximum=2.0, count=10, ranges=ranges)}
    return CalibrationTable(key=KEY, held_back=8, tensors=tensors)


def test_a_table_comes_back_from_json_as_it_was():
    assert CalibrationTable.from_json(table().to_json()) == table()
    assert json.loads(table().to_json())["tensors"]["x"]["ranges"]["int8-cpu"]["method"] == "percentile"


def test_a_table_is_reused_for_its_own_graph_images_preprocessing_and_method():
    assert reusable(table(), KEY.model_copy()) == table()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"graph_sha256": "d" * 64}, "the graph changed"),
        ({"images_sha256": "d" * 64}, "the images changed: 32 then and now, but not the same ones"),
        ({"images_sha256": "d" * 64, "images": 30}, "the images changed: 32 then, 30 now"),
        ({"preprocessing_sha256": "d" * 64, "images_sha256": "d" * 64}, "does not fit: the preprocessing changed\\."),
        ({"preprocessing_sha256": None}, "the preprocessing changed"),
        ({"method": Method.ENTROPY}, "the method changed: auto then, entropy now"),
    ],
)
def test_for_anything_else_it_is_refused_and_what_changed_is_named(changed, words):
    with pytest.raises(CalibrationError, match=words) as refused:
        reusable(table(), KEY.model_copy(update=changed))
    assert refused.value.hint is not None


def test_everything_that_changed_is_named():
    other = KEY.model_copy(update={"graph_sha256": "d" * 64, "images": 3, "method": Method.MSE})
    assert len(KEY.changes_to(other)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\xff",
        "[]",
        "[" * 100_000,
        '{"version": true}',
        table().to_json().replace('"version":', '"versjon":'),
        table().to_json().replace("-1.5", "NaN"),
        table().to_json().replace("-1.0", "1.0"),
        table().to_json().replace("percentile", "guess"),
        table().to_json().replace("a" * 64, "a" * 63),
    ],
)
def test_anything_else_is_no_table(text):
    with pytest.raises(CalibrationError, match="Not a calibration table"):
        CalibrationTable.from_json(text)


@pytest.mark.parametrize(("version", "what"), [(1, "older edgekit"), (3, "this edgekit reads version 2")])
def test_a_table_of_another_version_says_which(version, what):
    with pytest.raises(CalibrationError, match=f"version {version}.*{what}"):
        CalibrationTable.from_json(table().to_json().replace('"version": 2', f'"version": {version}'))
