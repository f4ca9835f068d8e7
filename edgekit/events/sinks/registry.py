"""Which sinks there are, by the `type:` of their configuration; third parties add theirs by entry point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final

from edgekit.config.schema import JsonlSink, SinkConfig
from edgekit.errors import ConfigError
from edgekit.events.sinks.protocol import Sink

__all__ = ["ENTRY_POINTS", "SINKS", "make_sink", "make_sinks", "sink_name"]

ENTRY_POINTS: Final = "edgekit.sinks"

SINKS: Final = MappingProxyType(
    {
        "jsonl": "edgekit.events.sinks.registry:_jsonl",
        "stdout": "edgekit.events.sinks.registry:_stdout",
    }
)
"""Type → "module:factory"; the factory takes the configuration and the name, and gives the Sink."""


def sink_name(config: SinkConfig) -> str:
    """The consumer's name: the configured one, else one that stays the same while the target does."""
    if config.name is not None:
        return config.name
    return f"{config.type}:{config.path}" if isinstance(config, JsonlSink) else config.type


def make_sink(config: SinkConfig) -> Sink:
    """The sink of a configuration, not yet opened.

    Raises:
        ConfigError: there is no such type.
    """
    homes = {**SINKS, **{point.name: point.value for point in entry_points(group=ENTRY_POINTS)}}
    if config.type not in homes:
        raise ConfigError(f"There is no sink of type {config.type!r}.", hint=f"There are: {', '.join(sorted(homes))}.")
    module, _, attribute = homes[config.type].partition(":")
    factory: Callable[[SinkConfig, str], Sink] = getattr(import_module(module), attribute)
    return factory(config, sink_name(config))


def make_sinks(configs: Sequence[SinkConfig]) -> tuple[Sink, ...]:
    """The sinks of a site.

    Raises:
        ConfigError: a type does not exist, or two sinks have one name.
    """
    sinks = tuple(make_sink(config) for config in configs)
    names = [sink.name for sink in sinks]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"Two sinks are called {twice[0]!r}.", hint="Give them different names with `name:`.")
    return sinks


def _jsonl(config: SinkConfig, name: str) -> Sink:
    from edgekit.events.sinks.jsonl import JsonlFile

    assert isinstance(config, JsonlSink)
    return JsonlFile(name, config.path)


def _stdout(config: SinkConfig, name: str) -> Sink:
    from edgekit.events.sinks.stdout import StandardOutput

    return StandardOutput(name)
