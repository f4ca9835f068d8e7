from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.config.lines import YamlDocument, load_yaml_with_lines
from edgekit.errors import ConfigError, PlanogramError


def read(folder: Path, text: str | bytes) -> YamlDocument:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_yaml_with_lines(path)


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    document = read(tmp_path, "store: s\ncameras:\n  - id: a\n    source: {url: 0,\n      fps: 3}\n")
    assert document.value == {"store": "s", "cameras": [{"id": "a", "source": {"url": 0, "fps": 3}}]}
    assert document.line(("cameras", 0, "id")) == 3
    assert document.line(("cameras", 0, "source", "fps")) == 5


def test_what_is_not_in_the_file_has_the_line_of_what_is_around_it(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb:\n  c: 2\n")
    assert document.line(("b", "missing", "deeper")) == 2
    assert document.line(("elsewhere",)) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", ":3: `a` is given twice, here and in line 1"),
        ("a:\n  b: 1\n  b: 2\n", ":3: `b` is given twice"),
        ("a: [1\nb: 2\n", ":2: not valid YAML"),
        ("a:\n\t- b\n", ":2: not valid YAML"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        (
            "a: !!python/object/apply:os.system [true]\n",
            ":1: tag:yaml.org,2002:python/object/apply:os.system is not a kind of value",
        ),
        ("1: a\n", ':1: a key must be text: write "1" in quotes'),
        ("no: a\n", 'write "no" in quotes'),
        ("? [a]\n: b\n", "a key must be text"),
        ("x: &x\n  a: *x\n", "an alias repeats itself without end"),
        ("day: 2026-02-31\n", ":1: '2026-02-31' is not a value of its kind"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        ("[" * 5000, "is nested too deeply"),
    ],
)
def test_a_file_that_is_not_clean_yaml_is_refused_with_its_line(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)
    assert str(tmp_path / "file.yaml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_aliases_of_aliases_do_not_eat_the_memory(tmp_path: Path) -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9))
    with pytest.raises(ConfigError, match="alias"):
        read(tmp_path, f"l0: &l0 [x]\n{levels}\n")


def test_aliases_and_merges_work(tmp_path: Path) -> None:
    document = read(tmp_path, "z: &z\n  k: 0\nb: &b\n  <<: *z\n  k: 1\nc: *b\nd: *b\n")
    assert document.value == {"z": {"k": 0}, "b": {"k": 1}, "c": {"k": 1}, "d": {"k": 1}}


def test_an_empty_file_is_nothing_and_not_an_error(tmp_path: Path) -> None:
    assert read(tmp_path, "# only a comment\n").value is None


def test_a_missing_file_says_what_to_do_as_the_error_of_its_kind(tmp_path: Path) -> None:
    with pytest.raises(PlanogramError) as caught:
        load_yaml_with_lines(tmp_path / "none.yaml", error=PlanogramError, if_missing="Draw it.")
    assert "does not exist" in caught.value.message
    assert caught.value.hint == "Draw it."


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="directory"):
        load_yaml_with_lines(tmp_path)
