from __future__ import annotations

from enum import IntEnum
from types import SimpleNamespace

import pytest

from edgekit.backends.tensorrt.versions import NAMES, TensorRt, creation_flags, missing_names, tensorrt


def flags_of(**values: int) -> int:
    api = SimpleNamespace(NetworkDefinitionCreationFlag=IntEnum("NetworkDefinitionCreationFlag", values))
    return creation_flags(TensorRt(api, "tensorrt", "10.3.0"))


def test_the_bit_of_strong_typing_is_taken_by_name() -> None:
    assert flags_of(STRONGLY_TYPED=1, EXPLICIT_BATCH=0) == 0b11  # TensorRT 10
    assert flags_of(STRONGLY_TYPED=0) == 0b1  # TensorRT 11


@pytest.mark.parametrize(
    ("version", "number"), [("10.3.0", (10, 3)), ("11.4.0.106", (11, 4)), ("1.7.1", (1, 7)), ("odd", (0, 0))]
)
def test_versions_are_compared_as_numbers(version: str, number: tuple[int, int]) -> None:
    assert TensorRt(None, "tensorrt", version).number == number


def test_a_missing_name_is_found() -> None:
    full = {owner: type(owner, (), dict.fromkeys(names)) for owner, names in NAMES.items() if owner} | dict.fromkeys(
        NAMES[""], object
    )
    full |= {owner: type(owner, (), dict.fromkeys(names)) for owner, names in NAMES.items() if owner}
    assert missing_names(TensorRt(SimpleNamespace(**full), "tensorrt", "10.3")) == []
    del full["IExecutionContext"].execute_async_v3
    del full["ILogger"]
    assert missing_names(TensorRt(SimpleNamespace(**full), "tensorrt", "10.3")) == [
        "ILogger",
        "IExecutionContext.execute_async_v3",
    ]


def test_a_package_that_is_not_there_is_an_import_error() -> None:
    with pytest.raises(ImportError):
        tensorrt("tensorrt_of_another_world")
