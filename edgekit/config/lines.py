"""YAML that remembers its lines, so that an error can say `file:line` and point at what is meant."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from edgekit.errors import ConfigError, InputError

__all__ = ["KeyPath", "YamlDocument", "load_yaml_with_lines"]

KeyPath = tuple[str | int, ...]
"""Where a value stands in a document, such as ("cameras", 0, "source")."""

_MAX_BYTES = 16 * 1024 * 1024
_MAX_VALUES = 200_000  # a hundred thousand facings have fewer; aliases of aliases of aliases have more


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A YAML file as plain values, with the line of each.

    Attributes:
        path: the file.
        value: mappings, lists and scalars; None for an empty file. Keys of mappings are text.
        lines: line (from 1) of each key path; for a mapping's entry the line of its key.
        error: the kind of InputError that problems of this file are.
    """

    path: Path
    value: Any
    lines: Mapping[KeyPath, int] = field(repr=False)
    error: type[InputError] = ConfigError

    def line(self, where: KeyPath) -> int:
        """The line of `where`, or of the nearest thing around it that the file has."""
        for length in range(len(where), -1, -1):
            if (line := self.lines.get(where[:length])) is not None:
                return line
        return 1

    def problem(self, where: KeyPath, text: str, *, hint: str | None = None) -> InputError:
        """The error to raise for a problem at `where`: `file:line: text`."""
        return self.error(f"{self.path}:{self.line(where)}: {text}", hint=hint)


def load_yaml_with_lines(
    path: Path, *, error: type[InputError] = ConfigError, if_missing: str | None = None
) -> YamlDocument:
    """Read a YAML file by the safe rules; a key that is given twice is an error.

    Args:
        path: the file.
        error: the kind of InputError to raise for this file.
        if_missing: the hint when there is no such file.

    Raises:
        InputError: of the kind `error`: there is no such file, or it is not YAML in UTF-8.
    """
    try:
        size_bytes = path.stat().st_size
        if size_bytes > _MAX_BYTES:
            raise error(f"{path} has {size_bytes} bytes; at most {_MAX_BYTES} are read.")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as cause:
        raise error(f"{path} does not exist.", hint=if_missing) from cause
    except UnicodeDecodeError as cause:
        raise error(f"{path} is not text in UTF-8 (byte {cause.start}).") from cause
    except OSError as cause:
        raise error(f"Cannot read {path}: {cause.strerror or cause}.") from cause
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        reading = _Reading(path, error, loader)
        value = None if node is None else reading.value_of(node, ())
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        at = f":{mark.line + 1}" if mark else ""
        raise error(f"{path}{at}: not valid YAML: {cause.problem or cause.context}.") from cause
    except yaml.YAMLError as cause:
        raise error(f"{path} is not valid YAML: {' '.join(str(cause).split())}.") from cause
    except RecursionError as cause:
        raise error(f"{path} is nested too deeply.") from cause
    finally:
        loader.dispose()
    return YamlDocument(path, value, {(): 1, **reading.lines}, error)


class _Reading:
    """Turns the nodes of one document into values and notes their lines."""

    def __init__(self, path: Path, error: type[InputError], loader: yaml.SafeLoader) -> None:
        self._path = path
        self._error = error
        self._loader = loader
        self._inside: set[int] = set()
        self._merged: set[int] = set()
        self._count = 0
        self.lines: dict[KeyPath, int] = {}

    def value_of(self, node: yaml.Node, where: KeyPath) -> Any:
        self._count += 1
        if self._count > _MAX_VALUES or id(node) in self._inside:
            raise self._problem(node, "an alias repeats itself without end")
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
            raise self._problem(node, f"{node.tag} is not a kind of value that is read here")
        self._inside.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value_of(child, (*where, i)) for i, child in enumerate(node.value)]
            assert isinstance(node, yaml.MappingNode)
            return self._mapping(node, where)
        finally:
            self._inside.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            return self._loader.construct_object(node)
        except ValueError as cause:  # 2026-02-31 looks like a date and is none
            raise self._problem(node, f"{node.value!r} is not a value of its kind ({cause})") from cause

    def _mapping(self, node: yaml.MappingNode, where: KeyPath) -> dict[str, Any]:
        if id(node) not in self._merged:  # an anchored mapping comes by once for each of its aliases
            self._refuse_twice(node)
            self._loader.flatten_mapping(node)  # `<<` merges, as YAML 1.1 has them: merged entries come first
            self._merged.add(id(node))
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node)
            if not isinstance(key, str):
                raise self._problem(key_node, f'a key must be text: write "{key_node.value}" in quotes')
            here = (*where, key)
            self.lines[here] = key_node.start_mark.line + 1
            values[key] = self.value_of(value_node, here)
        return values

    def _refuse_twice(self, node: yaml.MappingNode) -> None:
        seen: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._problem(key_node, "a key must be text")
            if key in seen:
                raise self._problem(key_node, f"`{key}` is given twice, here and in line {seen[key]}")
            seen[key] = line

    def _problem(self, node: yaml.Node, text: str) -> InputError:
        return self._error(f"{self._path}:{node.start_mark.line + 1}: {text}.")
