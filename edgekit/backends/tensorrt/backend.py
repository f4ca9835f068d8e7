"""TensorRT and TensorRT-RTX as backends: engines are built on the device, cached, loaded and run through PyCUDA."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any, ClassVar

from edgekit.backends.driver import Driver, probe_driver
from edgekit.backends.protocols import Availability, Graph, LoadOptions
from edgekit.backends.tensorrt.build import BuildOptions, Progress, build_engine, make_logger
from edgekit.backends.tensorrt.engines import EngineCache, engine_facts
from edgekit.backends.tensorrt.session import TensorRtSession
from edgekit.backends.tensorrt.versions import OLDEST, TensorRt, tensorrt
from edgekit.errors import BackendUnavailable

__all__ = ["TensorRtBackend", "TensorRtRtxBackend"]

_LOG = logging.getLogger(__name__)
_RUNS = ("int8-tensorrt", "fp16", "float")


class TensorRtBackend:
    """TensorRT, 10.3 or newer."""

    name: ClassVar[str] = "tensorrt"
    package: ClassVar[str] = "tensorrt"
    oldest: ClassVar[tuple[int, int]] = OLDEST

    def __init__(self, build: BuildOptions | None = None, progress: Progress | None = None) -> None:
        self._build = build or BuildOptions()
        self._progress = progress

    def availability(self) -> Availability:
        """Usable with a driver, a GPU, this TensorRT and PyCUDA; else the first that is missing."""
        driver = probe_driver()
        try:
            trt = tensorrt(self.package)
        except ImportError as error:
            reason = f"{self.name} is not installed" if isinstance(error, ModuleNotFoundError) else f"{error}"
            missing = f"; {driver.problem}" if driver.problem else ""
            first = "An NVIDIA GPU with its driver, then: " if driver.problem else ""
            return Availability(False, f"{_one_line(reason)}{missing}", f"{first}pip install 'edgekit[{self.name}]'")
        version = f"{self.name} {trt.version}"
        if trt.number < self.oldest:
            wanted = ".".join(map(str, self.oldest))
            return Availability(
                False,
                f"{version} is too old; {wanted} is the oldest that works",
                f"pip install -U 'edgekit[{self.name}]'",
            )
        if driver.problem:
            return Availability(False, f"{version} is installed, but there is {_inside(driver.problem)}", _DRIVER)
        try:
            import_module("pycuda.driver")
        except ImportError as error:
            reason = f"{version} is installed, but PyCUDA cannot be imported: {_one_line(str(error))}"
            return Availability(False, reason, "pip install pycuda")
        return Availability(True, f"{version} on {_devices(driver)}, driver {driver.version}, CUDA {driver.cuda}")

    def load(self, graph: Graph, options: LoadOptions) -> TensorRtSession:
        """Build (or take from the cache), load and warm an engine; the first time takes minutes.

        Raises:
            BackendUnavailable: TensorRT is not usable here, or refuses the graph, or the device is not there.
        """
        if graph.encoding not in _RUNS:
            raise BackendUnavailable(
                f"{self.name} does not run {graph.encoding}: its bytes are unsigned.", hint="Use int8-tensorrt."
            )
        available = self.availability()
        if not available.usable:
            raise BackendUnavailable(available.reason + ".", hint=available.remedy)
        driver = probe_driver()
        if not 0 <= options.device < len(driver.gpus):
            raise BackendUnavailable(f"There is no GPU {options.device}; there are {len(driver.gpus)}.")
        trt = tensorrt(self.package)
        cuda: Any = import_module("pycuda.driver")
        cuda.init()
        primary = cuda.Device(options.device).retain_primary_context()
        try:
            primary.push()
            try:
                engine = self._engine(trt, graph, options, driver)
            finally:
                primary.pop()
        except BaseException:
            primary.detach()
            raise
        return TensorRtSession(trt, cuda, engine, primary, graph, options)

    def _engine(self, trt: TensorRt, graph: Graph, options: LoadOptions, driver: Driver) -> Any:
        cache = EngineCache(options.engine_cache)
        facts = engine_facts(trt, graph, self._build, driver, driver.gpus[options.device])
        plan = cache.find(facts)
        if plan is not None:
            engine = _deserialized(trt, plan)
            if engine is not None:
                return engine
            _LOG.warning("A cached engine could not be loaded; it is built again")
            cache.discard(facts)
        _LOG.info("Building an engine of %s for %s; this takes minutes the first time", graph.encoding, facts["device"])
        built = build_engine(trt, graph, self._build, timing_cache=cache.timings(facts), progress=self._progress)
        cache.keep_timings(facts, built.timing_cache)
        engine = _deserialized(trt, built.plan)
        if engine is None:
            raise BackendUnavailable(f"{trt.package} {trt.version} cannot load the engine that it has built.")
        cache.keep(facts, built.plan)
        return engine


class TensorRtRtxBackend(TensorRtBackend):
    """TensorRT for RTX: the same graphs, kernels compiled when the engine is loaded."""

    name: ClassVar[str] = "tensorrt-rtx"
    package: ClassVar[str] = "tensorrt_rtx"
    oldest: ClassVar[tuple[int, int]] = (1, 4)


_DRIVER = "Install NVIDIA's driver; in a container, start it with access to the GPU."


def _deserialized(trt: TensorRt, plan: bytes) -> Any:
    """The engine of a plan, or None; it keeps its runtime alive."""
    return trt.api.Runtime(make_logger(trt)).deserialize_cuda_engine(plan)


def _devices(driver: Driver) -> str:
    return ", ".join(f"{gpu.name} (SM {gpu.capability})" for gpu in driver.gpus)


def _inside(problem: str) -> str:
    return problem if problem.startswith("no ") else f"a problem: {problem}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
