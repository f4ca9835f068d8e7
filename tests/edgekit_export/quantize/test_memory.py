from dataclasses import dataclass

import numpy as np
import pytest
from edgekit_export.quantize.memory import Memory, fingerprint, newest_only


@dataclass(frozen=True, eq=False)
class Thing:
    name: str
    values: np.ndarray


def counted(results):
    made = iter(results)
    return lambda: next(made)


def test_a_step_with_the_same_inputs_is_not_done_again(tmp_path):
    compute = counted([{"b": 2.0, "a": 0.1}, {"b": 3.0}])
    for _ in range(2):
        found = Memory(tmp_path).numbers("rank", b"graph", b"images", compute=compute)
        assert list(found.items()) == [("b", 2.0), ("a", 0.1)]


@pytest.mark.parametrize(
    "other", [("rank", b"graph", b"others"), ("rank", b"graphimages"), ("sort", b"graph", b"images")]
)
def test_another_step_or_input_is_another_result(tmp_path, other):
    compute = counted([{"a": 1.0}, {"a": 2.0}])
    Memory(tmp_path).numbers("rank", b"graph", b"images", compute=compute)
    assert Memory(tmp_path).numbers(*other, compute=compute) == {"a": 2.0}


def test_without_a_folder_nothing_is_kept():
    compute = counted([{"a": 1.0}, {"a": 2.0}])
    assert [Memory().numbers("rank", compute=compute)["a"] for _ in range(2)] == [1.0, 2.0]


def test_a_torn_file_counts_as_none(tmp_path):
    memory, compute = Memory(tmp_path), counted([{"a": np.arange(3)}, {"a": np.arange(4)}])
    memory.arrays("step", compute=compute)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert len(memory.arrays("step", compute=compute)["a"]) == 4
    assert len(memory.arrays("step", compute=compute)["a"]) == 4


def test_a_folder_that_cannot_be_written_costs_the_work_and_no_more(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    compute = counted([{"a": 1.0}, {"a": 2.0}])
    memory = Memory(tmp_path / "file")
    assert [memory.numbers("rank", compute=compute)["a"] for _ in range(2)] == [1.0, 2.0]
    assert "will be done again next time" in caplog.text


def test_a_fingerprint_tells_values_apart_by_what_they_hold():
    array = np.arange(4.0)
    thing = {"x": Thing("a", array), "y": [1, 2.5, None]}
    assert fingerprint(thing) == fingerprint({"x": Thing("a", array.copy()), "y": [1, 2.5, None]})
    for other in (
        {"x": Thing("b", array), "y": [1, 2.5, None]},
        {"x": Thing("a", array + 1e-9), "y": [1, 2.5, None]},
        {"x": Thing("a", array.reshape(2, 2)), "y": [1, 2.5, None]},
        {"x": Thing("a", array.astype(np.float32)), "y": [1, 2.5, None]},
        {"x": Thing("a", array), "y": [1, 2.5]},
        {"x": Thing("a", array), "y": (1, 2.5, None)},
    ):
        assert fingerprint(other) != fingerprint(thing)


def test_only_the_newest_files_of_a_kind_stay(tmp_path):
    import os

    for index in range(5):
        path = tmp_path / f"{index}.npz"
        path.write_bytes(b"")
        os.utime(path, (index, index))
    (tmp_path / "other.txt").write_text("")
    newest_only(tmp_path, 2, ".npz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.npz", "4.npz", "other.txt"]
