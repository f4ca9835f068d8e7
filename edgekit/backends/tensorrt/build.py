"""A graph becomes an engine: parsed strongly typed, with one optimization profile from the manifest's batch."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from edgekit.backends.protocols import Graph
from edgekit.backends.tensorrt.versions import TensorRt, creation_flags
from edgekit.errors import BackendUnavailable

__all__ = ["BuildOptions", "Built", "Progress", "build_engine", "parse"]

_LOG = logging.getLogger(__name__)
_SEVERITIES: Final = {"INTERNAL_ERROR": logging.ERROR, "ERROR": logging.ERROR, "WARNING": logging.DEBUG}

Progress = Callable[[str, int, int], bool]
"""Called with a phase, its step and its number of steps; False ends the build."""


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How an engine is built; part of the key under which it is cached.

    Attributes:
        workspace_bytes: memory that a layer may use while it runs; None for all there is.
        optimization_level: 0-5, how long the builder searches; None for its default.
        compute_capabilities: TensorRT-RTX only: build for these, such as "SM86", instead of for this device.
    """

    workspace_bytes: int | None = None
    optimization_level: int | None = None
    compute_capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """What a build gives.

    Attributes:
        plan: the serialized engine.
        timing_cache: to be given to the next build on this device; empty where there is none.
    """

    plan: bytes
    timing_cache: bytes


def parse(trt: TensorRt, graph: Graph, logger: Any = None) -> tuple[Any, Any]:
    """The builder and the network of a graph.

    Raises:
        BackendUnavailable: the parser refuses the graph; the message names the first node.
    """
    logger = logger or make_logger(trt)
    builder = trt.api.Builder(logger)
    network = builder.create_network(creation_flags(trt))
    parser = trt.api.OnnxParser(network, logger)
    if not parser.parse(graph.onnx):
        first = parser.get_error(0) if parser.num_errors else None
        where = f"{first.node_name() or 'a node'}: {first.desc()}" if first is not None else "no reason given"
        raise BackendUnavailable(f"{trt.package} {trt.version} refuses the {graph.encoding} graph: {where}")
    return builder, network


def build_engine(
    trt: TensorRt,
    graph: Graph,
    options: BuildOptions,
    *,
    timing_cache: bytes = b"",
    progress: Progress | None = None,
) -> Built:
    """Build an engine for this device (minutes on a Jetson).

    Args:
        trt: which TensorRT.
        graph: with its batch sizes.
        options: part of the engine's identity.
        timing_cache: of an earlier build on this device, or empty.
        progress: told about phases and steps; may cancel.

    Raises:
        BackendUnavailable: the graph is refused, or the build failed or was cancelled.
    """
    logger = make_logger(trt)
    builder, network = parse(trt, graph, logger)
    config = _config(trt, builder, network, graph, options)
    if progress is not None:
        config.progress_monitor = _make_monitor(trt, progress)
    cache = None
    if not trt.rtx:
        cache = config.create_timing_cache(timing_cache)
        config.set_timing_cache(cache, False)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise BackendUnavailable(
            f"{trt.package} {trt.version} cannot build the {graph.encoding} graph: "
            f"{logger.last_error or 'cancelled, or no reason given'}"
        )
    return Built(bytes(plan), bytes(cache.serialize()) if cache is not None else b"")


def make_logger(trt: TensorRt) -> Any:
    """TensorRT's messages as lines of our log; remembers the last error for a message of our own."""

    class Logger(trt.api.ILogger):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.last_error = ""

        def log(self, severity: Any, message: str) -> None:
            level = _SEVERITIES.get(severity.name)
            if level == logging.ERROR:
                self.last_error = message.strip()
            if level is not None:
                _LOG.log(level, "%s: %s", trt.package, message.strip())

    return Logger()


def _config(trt: TensorRt, builder: Any, network: Any, graph: Graph, options: BuildOptions) -> Any:
    config = builder.create_builder_config()
    config.profiling_verbosity = trt.api.ProfilingVerbosity.DETAILED
    if options.workspace_bytes is not None:
        config.set_memory_pool_limit(trt.api.MemoryPoolType.WORKSPACE, options.workspace_bytes)
    if options.optimization_level is not None:
        config.builder_optimization_level = options.optimization_level
    if trt.rtx and options.compute_capabilities:
        config.num_compute_capabilities = len(options.compute_capabilities)
        for index, name in enumerate(options.compute_capabilities):
            config.set_compute_capability(getattr(trt.api.ComputeCapability, name), index)
    profile = builder.create_optimization_profile()
    for index in range(network.num_inputs):
        tensor = network.get_input(index)
        fixed = tuple(tensor.shape)[1:]
        profile.set_shape(tensor.name, (1, *fixed), (graph.opt_batch, *fixed), (graph.max_batch, *fixed))
    config.add_optimization_profile(profile)
    return config


def _make_monitor(trt: TensorRt, progress: Progress) -> Any:
    class Monitor(trt.api.IProgressMonitor):  # type: ignore[misc, name-defined]
        """TensorRT calls it from several threads, phases nested."""

        def __init__(self) -> None:
            super().__init__()
            self._steps: dict[str, int] = {}
            self._going_on = True

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            self._steps[phase_name] = num_steps
            self._tell(phase_name, 0)

        def phase_finish(self, phase_name: str) -> None:
            self._tell(phase_name, self._steps.get(phase_name, 0))

        def step_complete(self, phase_name: str, step: int) -> bool:
            self._tell(phase_name, step)
            return self._going_on

        def _tell(self, phase: str, step: int) -> None:
            if self._going_on:
                self._going_on = progress(phase, step, self._steps.get(phase, 0))

    return Monitor()
