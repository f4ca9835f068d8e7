"""From a YAML document to a checked model, and from pydantic's errors to one line with file, line and a way out."""

from __future__ import annotations

import difflib
import types
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic_core import ErrorDetails

from edgekit.config.lines import KeyPath, YamlDocument
from edgekit.sources.redact import redacted

__all__ = ["keys_of", "nearest_hint", "validated"]

ModelT = TypeVar("ModelT", bound=BaseModel)

_EXPECTED: Mapping[str, str] = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "datetime_from_date_parsing": "a date and time, such as 2026-01-31T08:00:00Z",
    "datetime_parsing": "a date and time, such as 2026-01-31T08:00:00Z",
    "datetime_type": "a date and time, such as 2026-01-31T08:00:00Z",
    "dict_type": "a mapping of names to values",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "list_type": "a list",
    "model_attributes_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "path_type": "a path",
    "string_type": "text",
    "tuple_type": "a list",
}
"""What pydantic's error types mean in a user's words; other types speak for themselves."""


def validated(
    document: YamlDocument, model: type[ModelT], *, secret_from: Mapping[KeyPath, tuple[str, ...]] | None = None
) -> ModelT:
    """Check a document against `model`.

    Args:
        document: what was read; an empty file counts as an empty mapping.
        model: a pydantic model with `extra="forbid"`. A class attribute `short_forms: ClassVar[Mapping[str, str]]`
            names keys that stand for others ("model" for "models").
        secret_from: names of the environment variables in each value that holds some; such values are not shown.

    Raises:
        InputError: of the document's own kind, for its first problem: `file:line: what`, and how many more there are.
    """
    try:
        return model.model_validate({} if document.value is None else document.value)
    except ValidationError as invalid:
        problems = _problems(document, model, invalid.errors(include_url=False), secret_from or {})
    where, text, hint = problems[0]
    more = len(problems) - 1
    suffix = f" (and {more} more {'problem' if more == 1 else 'problems'})" if more else ""
    raise document.problem(where, text + suffix + ".", hint=hint)


def nearest_hint(key: str, valid: Collection[str]) -> str | None:
    """What to say about an unknown `key`: the nearest valid one, else all of them."""
    if near := difflib.get_close_matches(key.lower(), sorted(valid), n=1, cutoff=0.6):
        return f"Did you mean `{near[0]}`?"
    return f"Known here: {', '.join(sorted(valid))}." if valid else None


def keys_of(model: type[BaseModel]) -> list[str]:
    """Every key that a user may write in `model`'s mapping."""
    keys: list[str] = []
    for name, described in model.model_fields.items():
        choices = described.validation_alias
        if isinstance(choices, AliasChoices):
            keys += [choice for choice in choices.choices if isinstance(choice, str)]
        else:
            keys.append(choices if isinstance(choices, str) else name)
    return [*keys, *_short_forms(model)]


def _short_forms(model: type[BaseModel]) -> Mapping[str, str]:
    short_forms: Mapping[str, str] = getattr(model, "short_forms", {})
    return short_forms


_UNKNOWN = "unknown key"
_Problem = tuple[KeyPath, str, str | None]


def _problems(
    document: YamlDocument,
    model: type[BaseModel],
    errors: list[ErrorDetails],
    secret_from: Mapping[KeyPath, tuple[str, ...]],
) -> list[_Problem]:
    """One (where, text, hint) for each place that has a problem, by line."""
    by_place: dict[KeyPath, list[ErrorDetails]] = {}
    for error in errors:
        where, _ = _place(document.value, model, error["loc"])
        by_place.setdefault(where, []).append(error)
    problems = [_problem(document, model, where, found, secret_from) for where, found in by_place.items()]
    # An unknown key first: it is often the misspelt one that another problem misses.
    return sorted(problems, key=lambda problem: (not problem[1].startswith(_UNKNOWN), document.line(problem[0])))


def _problem(
    document: YamlDocument,
    model: type[BaseModel],
    where: KeyPath,
    errors: list[ErrorDetails],
    secret_from: Mapping[KeyPath, tuple[str, ...]],
) -> _Problem:
    error = errors[0]
    name = _name(where)
    if error["type"] == "extra_forbidden":
        _, inner = _place(document.value, model, where[:-1])
        key = str(error["loc"][-1])
        around = f" in {_name(where[:-1])}" if where[:-1] else ""
        return where, f"{_UNKNOWN} `{redacted(key)}`{around}", nearest_hint(key, keys_of(inner) if inner else ())
    if error["type"] == "missing":
        return where, f"`{error['loc'][-1]}` is missing{f' in {_name(where[:-1])}' if where[:-1] else ''}", None
    if error["type"] == "union_tag_not_found":
        return where, f"`type` is missing in {name}", None
    if error["type"] == "union_tag_invalid":
        context = error["ctx"]
        return where, f"{name}.type: expected one of {context['expected_tags']}, got {_shown(context['tag'])}", None
    if error["type"] == "value_error":  # a validator of our own: its text is the whole sentence
        text = str(error["ctx"]["error"]) if "ctx" in error else error["msg"]
        return where, f"{name}: {text}" if where else text, None
    expected = " or ".join(dict.fromkeys(_expected(error) for error in errors))
    got = _shown(error["input"])
    if names := secret_from.get(where):
        got = f"what {' and '.join(names)} of the environment holds"
    hint = f'Write it in quotes: "{error["input"]}".' if _wants_quotes(errors) and not names else None
    return where, f"{name}: expected {expected}, got {got}", hint


def _wants_quotes(errors: list[ErrorDetails]) -> bool:
    """The value is a number or such and should be text: YAML reads 4006381333931 and 12 as numbers."""
    return len(errors) == 1 and errors[0]["type"] == "string_type" and type(errors[0]["input"]) in (int, float)


def _expected(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _EXPECTED:
        return _EXPECTED[kind].format_map(context) if context else _EXPECTED[kind]
    if kind == "literal_error":
        return str(context["expected"])
    if kind == "string_pattern_mismatch":
        return f"text that matches {context['pattern']}"
    return error["msg"].removeprefix("Input should be ").removeprefix("Value should be ")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"a mapping ({', '.join(map(str, list(value)[:3]))}{', …' if len(value) > 3 else ''})"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    shown = repr(redacted(value)) if isinstance(value, str) else str(value)
    return shown if len(shown) <= 80 else shown[:77] + "…"


def _name(where: KeyPath) -> str:
    """("cameras", 0, "source") → "cameras[0].source"; the document itself: "the file"."""
    name = ""
    for step in where:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else str(step)
    return name or "the file"


def _place(value: Any, model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[KeyPath, type[BaseModel] | None]:
    """Where in the document pydantic's `loc` stands, and the model that checked that place.

    pydantic also names steps that no user wrote: tags of unions, the long form of a short one.
    """
    where: list[str | int] = []
    annotation: Any = model
    for number, step in enumerate(loc):
        inner = _model(annotation, value)
        if isinstance(value, dict):
            short = next((s for s, long in _short_forms(inner).items() if long == step), None) if inner else None
            key = short if short is not None and step not in value and short in value else step
            if key in value or number == len(loc) - 1:
                annotation = _annotation(annotation, inner, key)
                value = value.get(key)
                where.append(key)
            if key != step:
                break
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            annotation, value = _annotation(annotation, None, step), value[step]
            where.append(step)
    return tuple(where), _model(annotation, value)


def _annotation(annotation: Any, inner: type[BaseModel] | None, step: str | int) -> Any:
    """The type of the entry `step` of something of type `annotation`."""
    if inner is not None:
        described = inner.model_fields.get(str(step))
        return described.annotation if described else None
    arguments = get_args(_bare(annotation))
    if get_origin(_bare(annotation)) is dict:
        return arguments[1]
    return arguments[0] if arguments else None


def _bare(annotation: Any) -> Any:
    """`annotation` without Annotated and without `| None`."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _bare(kinds[0]) if len(kinds) == 1 else annotation
    return annotation


def _model(annotation: Any, value: Any) -> type[BaseModel] | None:
    """The model that checks `value`; among several the one whose `type` is the value's."""
    bare = _bare(annotation)
    kinds = get_args(bare) if get_origin(bare) in (Union, types.UnionType) else (bare,)
    models = [kind for kind in map(_bare, kinds) if isinstance(kind, type) and issubclass(kind, BaseModel)]
    if len(models) > 1 and isinstance(value, dict):
        for model in models:
            tag = model.model_fields.get("type")
            if (
                tag is not None
                and get_origin(tag.annotation) is Literal
                and value.get("type") in get_args(tag.annotation)
            ):
                return model
    return models[0] if len(models) == 1 else None
