import os
from dataclasses import dataclass

import numpy as np
import pytest
from edgekit_export.quantize.memory import Memory, drop_least_used, fingerprint


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


def lay(folder, name, size, used_s):
    path = folder / name
    path.write_bytes(b"x" * size)
    os.utime(path, (used_s, used_s))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_was_not_used_for_longest_goes_when_there_is_too_much(tmp_path):
    for used_s in range(5):
        lay(tmp_path, f"{used_s}.npz", 10_000, used_s)
    lay(tmp_path, "other.txt", 10**6, 0)
    drop_least_used(tmp_path, 30_000)
    assert names(tmp_path) == ["3.npz", "4.npz", "other.txt"]
    drop_least_used(tmp_path, 30_000)
    assert names(tmp_path) == ["3.npz", "4.npz", "other.txt"]


def test_a_result_that_is_read_again_is_not_the_one_that_goes(tmp_path):
    memory = Memory(tmp_path, most_bytes=40_000)
    made = {"a": np.zeros(1000)}  # 8 kB, and as much for the file and its block
    for name, used_s in (("first", 10), ("second", 20)):
        memory.arrays(name, compute=lambda: made)
        os.utime(memory.path(name), (used_s, used_s))
    memory.arrays("first", compute=lambda: made)
    memory.arrays("third", compute=lambda: {"a": np.zeros(2500)})
    assert memory.path("first").exists()
    assert not memory.path("second").exists()
    assert memory.path("third").exists()


def test_what_another_process_is_writing_is_left_alone_and_what_a_dead_one_left_is_not(tmp_path):
    day_s = 86_400
    lay(tmp_path, ".writing.npz.abc.npz", 50_000, 9 * day_s)
    lay(tmp_path, ".died.npz.abc.npz", 50_000, 7 * day_s)
    lay(tmp_path, "old.npz", 10_000, 8 * day_s)
    lay(tmp_path, "new.npz", 10_000, 9 * day_s)
    drop_least_used(tmp_path, 20_000)
    assert names(tmp_path) == [".writing.npz.abc.npz", "new.npz"]


def test_a_folder_that_is_not_there_has_nothing_to_drop(tmp_path):
    drop_least_used(tmp_path / "none", 0)
    Memory().tidy()
    assert Memory().path("step") is None
