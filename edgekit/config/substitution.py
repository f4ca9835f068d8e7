"""`${NAME}` in a configuration stands for an environment variable; what it holds is never shown."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from edgekit.config.lines import KeyPath, YamlDocument

__all__ = ["filled_in"]

_PLACE = re.compile(r"\$(\$)?\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def filled_in(
    document: YamlDocument, environment: Mapping[str, str]
) -> tuple[YamlDocument, Mapping[KeyPath, tuple[str, ...]]]:
    """Put environment variables where a document's values say `${NAME}`; `$${NAME}` stays as `${NAME}`.

    Returns:
        The filled document, and for each value that was filled the names that it took.

    Raises:
        InputError: of the document's kind: a variable is not set, or its name is none.
    """
    taken: dict[KeyPath, tuple[str, ...]] = {}

    def filled(value: Any, where: KeyPath) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner, (*where, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [filled(inner, (*where, i)) for i, inner in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        names: list[str] = []

        def variable(match: re.Match[str]) -> str:
            escaped, name = match.groups()
            if escaped:
                return match.group(0)[1:]
            if not _NAME.fullmatch(name):
                raise document.problem(where, f"${{{name}}} does not name an environment variable.")
            if name not in environment:
                raise document.problem(
                    where,
                    f"the environment variable {name} is not set.",
                    hint=f"Set it before edgekit starts: export {name}=…",
                )
            names.append(name)
            return environment[name]

        text = _PLACE.sub(variable, value)
        if names:
            taken[where] = tuple(dict.fromkeys(names))
        return text

    return dataclasses.replace(document, value=filled(document.value, ())), taken
