"""Engines: refused in one line where none can run; run picture by picture against a small CUDA of our own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from edgekit_export.compare import open_sides
from edgekit_export.compare.engine import EngineRunner
from edgekit_export.models import ModelOptions
from edgekit_export.models.presets import PRESETS, preset_preprocessing

from edgekit.backends.driver import probe_driver
from edgekit.backends.tensorrt.versions import TensorRt
from edgekit.errors import BackendUnavailable, CapabilityError, ModelError

SIDE = 4


class FakeCuda:
    """As much of pycuda.driver as a runner needs; work on a stream is done when it is waited for."""

    def __init__(self) -> None:
        self.memory: dict[int, np.ndarray] = {}
        self.current = self.detached = 0
        self.work: list[Any] = []

    def Device(self, index: int) -> Any:
        assert index == 0
        return SimpleNamespace(retain_primary_context=lambda: self)

    def push(self) -> None:
        self.current += 1

    def pop(self) -> None:
        self.current -= 1

    def detach(self) -> None:
        self.detached += 1

    def pagelocked_empty(self, shape: Any, dtype: Any) -> np.ndarray:
        assert self.current == 1
        return np.zeros(shape, dtype)

    def mem_alloc(self, size: int) -> int:
        assert self.current == 1
        address = 4096 * (len(self.memory) + 1)
        self.memory[address] = np.zeros(size, np.uint8)
        return address

    def Stream(self) -> Any:
        return SimpleNamespace(handle=7, synchronize=self.synchronize)

    def synchronize(self) -> None:
        for step in self.work:
            step()
        self.work.clear()

    def memcpy_htod_async(self, device: int, host: np.ndarray, stream: Any) -> None:
        self.work.append(lambda: self.memory.__setitem__(device, host.copy()))

    def memcpy_dtoh_async(self, host: np.ndarray, device: int, stream: Any) -> None:
        self.work.append(lambda: np.copyto(host, self.memory[device]))


class Api:
    class TensorIOMode:
        INPUT, OUTPUT = "input", "output"

    class DataType:
        FLOAT, HALF, INT8, INT32, INT64, UINT8, BOOL = range(7)

    class ILogger:
        pass


def api(cuda: FakeCuda, *, dtype: int, loads: bool = True, inputs: int = 1, runs: bool = True) -> TensorRt:
    """A TensorRT whose engine gives the mean of each picture's values."""

    class Context:
        def __init__(self) -> None:
            self.addresses: dict[str, int] = {}

        def set_input_shape(self, name: str, shape: tuple[int, ...]) -> None:
            self.shape = shape

        def infer_shapes(self) -> list[str]:
            return []

        def get_tensor_shape(self, name: str) -> tuple[int, ...]:
            return (1, 1) if name == "mean" else self.shape

        def set_tensor_address(self, name: str, address: int) -> None:
            self.addresses[name] = address

        def execute_async_v3(self, handle: int) -> bool:
            assert handle == 7

            def work() -> None:
                given = cuda.memory[self.addresses["in0"]]
                cuda.memory[self.addresses["mean"]] = np.array([[given.mean()]], np.float32)

            cuda.work.append(work)
            return runs

    class Engine:
        num_io_tensors = inputs + 1

        def get_tensor_name(self, index: int) -> str:
            return f"in{index}" if index < inputs else "mean"

        def get_tensor_mode(self, name: str) -> str:
            return "output" if name == "mean" else "input"

        def get_tensor_dtype(self, name: str) -> int:
            return Api.DataType.FLOAT if name == "mean" else dtype

        def create_execution_context(self) -> Context:
            return Context()

    class Runtime:
        def __init__(self, logger: Any) -> None:
            pass

        def deserialize_cuda_engine(self, plan: bytes) -> Engine | None:
            return Engine() if loads else None

    return TensorRt(type("Module", (Api,), {"Runtime": Runtime}), "tensorrt", "10.3.0")


IMAGENET = preset_preprocessing(PRESETS["imagenet"], (SIDE, SIDE))
PIXELS = np.full((SIDE, SIDE, 3), 200, np.uint8)


def test_an_engine_on_pixels_is_given_pixels():
    cuda = FakeCuda()
    runner = EngineRunner(api(cuda, dtype=Api.DataType.UINT8), cuda, b"plan", IMAGENET, "a.plan")
    assert runner.run(PIXELS)["mean"] == 200.0
    assert cuda.current == 0


def test_an_engine_on_float_pictures_is_given_what_the_preprocessing_makes_of_them():
    cuda = FakeCuda()
    runner = EngineRunner(api(cuda, dtype=Api.DataType.FLOAT), cuda, b"plan", IMAGENET, "a.plan")
    mean, std = np.array(IMAGENET.arithmetic.mean), np.array(IMAGENET.arithmetic.std)
    assert runner.run(PIXELS)["mean"][0, 0] == pytest.approx(((200 / 255 - mean) / std).mean(), rel=1e-5)


def test_outputs_are_not_overwritten_by_the_next_picture():
    cuda = FakeCuda()
    runner = EngineRunner(api(cuda, dtype=Api.DataType.UINT8), cuda, b"plan", IMAGENET, "a.plan")
    first = runner.run(PIXELS)
    runner.run(PIXELS // 2)
    assert first["mean"] == 200.0


def test_closing_gives_the_device_back_once():
    cuda = FakeCuda()
    runner = EngineRunner(api(cuda, dtype=Api.DataType.UINT8), cuda, b"plan", IMAGENET, "a.plan")
    runner.close()
    runner.close()
    assert (cuda.detached, cuda.current) == (1, 0)


@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        ({"loads": False}, BackendUnavailable, "tensorrt 10.3.0 cannot load a.plan here"),
        ({"inputs": 2}, ModelError, "takes 2 inputs"),
    ],
)
def test_an_engine_that_cannot_be_used_gives_the_device_back(options, error, what):
    cuda = FakeCuda()
    with pytest.raises(error, match=what):
        EngineRunner(api(cuda, dtype=Api.DataType.UINT8, **options), cuda, b"plan", IMAGENET, "a.plan")
    assert (cuda.detached, cuda.current) == (1, 0)


def test_a_run_that_fails_is_told():
    cuda = FakeCuda()
    runner = EngineRunner(api(cuda, dtype=Api.DataType.UINT8, runs=False), cuda, b"plan", IMAGENET, "a.plan")
    with pytest.raises(CapabilityError, match=r"could not run a\.plan"):
        runner.run(PIXELS)
    assert cuda.current == 0


@pytest.mark.skipif(probe_driver().problem is None, reason="this machine has a GPU")
def test_without_a_gpu_an_engine_is_a_lack_of_this_machine_and_the_way_out_is_told(shop, tmp_path):
    (tmp_path / "shop.plan").write_bytes(b"an engine")
    with pytest.raises(CapabilityError, match=r"engines run only where TensorRT and its GPU are: .*driver") as caught:
        open_sides(str(shop / "shop.edgekit"), str(tmp_path / "shop.plan"), ModelOptions(), ModelOptions())
    assert caught.value.exit_code == 4
    assert "Compare the graph that it was built from here" in str(caught.value)


def test_an_empty_engine_is_a_bad_file(shop, tmp_path):
    (tmp_path / "empty.plan").write_bytes(b"")
    with pytest.raises(ModelError, match="is empty"):
        open_sides(str(tmp_path / "empty.plan"), str(shop / "shop.edgekit"), ModelOptions(), ModelOptions())
