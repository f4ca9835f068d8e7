"""A built TensorRT engine as one side of a comparison; it runs only on the kind of device that it was built for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.registry import backend
from edgekit.backends.tensorrt.build import make_logger
from edgekit.backends.tensorrt.versions import TensorRt, dtype_of, tensorrt
from edgekit.bundle.manifest import Preprocessing
from edgekit.errors import BackendUnavailable, CapabilityError, ModelError
from edgekit.frame import Pixels
from edgekit_export.compare.comparison import SideFacts
from edgekit_export.compare.sides import Outputs, Side
from edgekit_export.models.presets import describe

__all__ = ["EngineFile", "EngineRunner"]

_BACKENDS: Final = {"tensorrt": "tensorrt", "tensorrt-rtx": "tensorrt_rtx"}


class EngineFile:
    """A serialized engine: of TensorRT or of TensorRT-RTX, whichever can load it.

    Raises:
        ModelError: the file cannot be read.
        CapabilityError: neither is usable on this machine.
    """

    preprocessing: Preprocessing | None = None

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        try:
            self._plan = path.read_bytes()
        except OSError as error:
            raise ModelError(f"Cannot read the engine {path}: {error.strerror or error}.") from error
        if not self._plan:
            raise ModelError(f"The engine {path} is empty.")
        available = {known: backend(known).availability() for known in _BACKENDS}
        self._usable = [known for known, found in available.items() if found.usable]
        if not self._usable:
            # What is installed says more of what is missing than what is not.
            reasons = sorted(available.values(), key=lambda found: "not installed" in found.reason)
            raise CapabilityError(
                f"{name} is an engine, and engines run only where TensorRT and its GPU are: {reasons[0].reason}.",
                hint="Compare the graph that it was built from here, or run this command on the device.",
            )

    def side(self, lent: Preprocessing | None) -> Side:
        """The engine, loaded.

        Raises:
            CapabilityError: no TensorRT here can load it.
            ModelError: it takes something else than a picture of the other side's size.
        """
        assert lent is not None, "open_sides has seen to it"
        cuda: Any = import_module("pycuda.driver")
        cuda.init()
        problems = []
        for known in self._usable:
            trt = tensorrt(_BACKENDS[known])
            try:
                runner = EngineRunner(trt, cuda, self._plan, lent, self.name)
            except BackendUnavailable as error:
                problems.append(error.message)
                continue
            facts = SideFacts(self.name, f"engine, {trt.package} {trt.version} on the GPU", describe(lent))
            return Side(facts=facts, preprocessing=lent, runner=runner, graph=None)
        raise CapabilityError(" ".join(problems), hint="An engine runs on the device and version it was built with.")


class EngineRunner:
    """Runs an engine on one picture at a time and waits for it.

    Args:
        trt: which TensorRT.
        cuda: `pycuda.driver`, initialised.
        plan: the serialized engine; takes uint8 (1, height, width, 3) pixels, or what `preprocessing` makes of them.
        preprocessing: the size that it must take, and the arithmetic for an engine on float pictures.
        name: for messages.

    Raises:
        BackendUnavailable: it cannot be loaded.
        ModelError: it takes something else.
    """

    def __init__(self, trt: TensorRt, cuda: Any, plan: bytes, preprocessing: Preprocessing, name: str) -> None:
        self._trt, self._cuda, self._name = trt, cuda, name
        self._arithmetic = preprocessing.arithmetic
        self._primary = cuda.Device(0).retain_primary_context()
        self._closed = False
        try:
            with self._current():
                self._load(plan, preprocessing.geometry.size_hw)
        except BaseException:
            self.close()
            raise

    def _load(self, plan: bytes, size_hw: tuple[int, int]) -> None:
        # The runtime must outlive its engine.
        self._runtime = self._trt.api.Runtime(make_logger(self._trt))
        self._engine = self._runtime.deserialize_cuda_engine(plan)
        if self._engine is None:
            raise BackendUnavailable(f"{self._trt.package} {self._trt.version} cannot load {self._name} here.")
        self._context = self._engine.create_execution_context()
        self._stream = self._cuda.Stream()
        names = [self._engine.get_tensor_name(index) for index in range(self._engine.num_io_tensors)]
        inputs = [name for name in names if self._engine.get_tensor_mode(name) == self._trt.api.TensorIOMode.INPUT]
        if len(inputs) != 1:
            raise ModelError(f"{self._name} takes {len(inputs)} inputs ({', '.join(inputs)}); one picture is wanted.")
        self._input = inputs[0]
        self._dtype = dtype_of(self._trt, self._engine.get_tensor_dtype(self._input))
        self._context.set_input_shape(self._input, self._input_shape(size_hw))
        if unset := self._context.infer_shapes():
            raise ModelError(f"{self._name} wants the shapes of {', '.join(unset)} as well.")
        self._host: dict[str, NDArray[Any]] = {}
        self._device: dict[str, Any] = {}
        for name in names:
            shape = tuple(self._context.get_tensor_shape(name))
            if min(shape, default=1) < 0:
                raise ModelError(f"{self._name}: the size of {name} depends on the picture.")
            dtype = dtype_of(self._trt, self._engine.get_tensor_dtype(name))
            self._host[name] = self._cuda.pagelocked_empty(shape, dtype)
            self._device[name] = self._cuda.mem_alloc(max(1, self._host[name].nbytes))
            self._context.set_tensor_address(name, int(self._device[name]))

    def _input_shape(self, size_hw: tuple[int, int]) -> tuple[int, ...]:
        pixels = self._dtype == np.uint8
        nchw = not pixels and self._arithmetic.layout == "nchw"
        return (1, 3, *size_hw) if nchw else (1, *size_hw, 3)

    def run(self, prepared: Pixels) -> Outputs:
        """Outputs of one picture, copied.

        Raises:
            CapabilityError: TensorRT could not run it.
        """
        from edgekit_export.graph.head import float_preprocessing

        batch = prepared[None] if self._dtype == np.uint8 else float_preprocessing(prepared[None], self._arithmetic)
        host = self._host[self._input]
        if host.shape != batch.shape:
            raise ModelError(f"{self._name} takes {host.shape}, not {batch.shape}.")
        np.copyto(host, batch, casting="same_kind")
        with self._current():
            self._cuda.memcpy_htod_async(self._device[self._input], host, self._stream)
            if not self._context.execute_async_v3(self._stream.handle):
                raise CapabilityError(f"{self._trt.package} could not run {self._name}.")
            outputs = {name: array for name, array in self._host.items() if name != self._input}
            for name, array in outputs.items():
                self._cuda.memcpy_dtoh_async(array, self._device[name], self._stream)
            self._stream.synchronize()
        return {name: np.array(array) for name, array in outputs.items()}

    def close(self) -> None:
        """Free engine, buffers and context."""
        if self._closed:
            return
        self._closed = True
        with self._current():
            self._host, self._device = {}, {}
            self._context = self._engine = self._runtime = self._stream = None
        self._primary.detach()

    @contextmanager
    def _current(self) -> Iterator[None]:
        self._primary.push()
        try:
            yield
        finally:
            self._primary.pop()
