"""The session's buffers, streams and contexts, against a small CUDA of our own: memory is bytes by address."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgekit.backends.protocols import Graph, LoadOptions, TensorSpec
from edgekit.backends.tensorrt.session import TensorRtSession
from edgekit.backends.tensorrt.versions import TensorRt
from edgekit.errors import BackendUnavailable, CapabilityError

SIDE = 4


class FakeCuda:
    """As much of pycuda.driver as a session needs; work on a stream is done when it is waited for."""

    class event_flags:
        DISABLE_TIMING = 2

    def __init__(self) -> None:
        self.memory: dict[int, bytearray] = {}
        self.current = 0
        self.most_current = 0
        self.detached = 0
        self.pinned: list[int] = []

    def needs_context(self) -> None:
        assert self.current == 1, "CUDA was used without the primary context, or with it pushed twice"

    def mem_alloc(self, size: int) -> int:
        self.needs_context()
        address = 4096 * (len(self.memory) + 1)
        self.memory[address] = bytearray(size)
        return address

    def pagelocked_empty(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        self.needs_context()
        array = np.empty(shape, dtype)
        self.pinned.append(array.ctypes.data)
        return array

    def memcpy_htod_async(self, device: int, host: np.ndarray, stream: FakeStream) -> None:
        self.needs_context()
        assert host.ctypes.data in self.pinned
        stream.work.append(lambda: self._write(device, host.tobytes()))

    def memcpy_dtoh_async(self, host: np.ndarray, device: int, stream: FakeStream) -> None:
        self.needs_context()
        assert host.ctypes.data in self.pinned

        def copy() -> None:
            host[...] = np.frombuffer(bytes(self.memory[device][: host.nbytes]), host.dtype).reshape(host.shape)

        stream.work.append(copy)

    def Stream(self) -> FakeStream:
        self.needs_context()
        return FakeStream(self)

    def Event(self, flags: int) -> FakeEvent:
        self.needs_context()
        assert flags == self.event_flags.DISABLE_TIMING
        return FakeEvent(self)

    def _write(self, device: int, content: bytes) -> None:
        assert len(content) <= len(self.memory[device])
        self.memory[device][: len(content)] = content


class FakeStream:
    def __init__(self, cuda: FakeCuda) -> None:
        self.cuda, self.work, self.handle = cuda, [], id(self)
        STREAMS[self.handle] = self

    def synchronize(self) -> None:
        self.cuda.needs_context()
        for step in self.work:
            step()
        self.work.clear()


STREAMS: dict[int, FakeStream] = {}


class FakeEvent:
    def __init__(self, cuda: FakeCuda) -> None:
        self.cuda, self.stream = cuda, None

    def record(self, stream: FakeStream) -> None:
        self.cuda.needs_context()
        self.stream = stream

    def synchronize(self) -> None:
        assert self.stream is not None
        self.stream.synchronize()


class Primary:
    def __init__(self, cuda: FakeCuda) -> None:
        self.cuda = cuda

    def push(self) -> None:
        self.cuda.current += 1

    def pop(self) -> None:
        self.cuda.current -= 1

    def detach(self) -> None:
        self.cuda.detached += 1


class Api:
    class TensorIOMode:
        INPUT, OUTPUT = "input", "output"

    class DataType:
        FLOAT, HALF, INT8, INT32, INT64, UINT8, BOOL = range(7)


class FakeContext:
    """Sums each picture's pixels."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine, self.shape, self.addresses, self.shapes_set = engine, None, {}, 0

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        assert name == "images"
        self.shape = shape
        self.shapes_set += 1
        return True

    def infer_shapes(self) -> list[str]:
        return self.engine.unset

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.engine.output_shape or (self.shape[0], 1)

    def set_tensor_address(self, name: str, address: int) -> bool:
        self.addresses[name] = address
        return True

    def execute_async_v3(self, handle: int) -> bool:
        memory, shape = self.engine.cuda.memory, self.shape

        def run() -> None:
            count = int(np.prod(shape))
            pixels = np.frombuffer(bytes(memory[self.addresses["images"]][:count]), np.uint8).reshape(shape)
            sums = pixels.reshape(shape[0], -1).sum(axis=1, dtype=np.float32)
            memory[self.addresses["sums"]][: sums.nbytes] = sums.tobytes()

        STREAMS[handle].work.append(run)
        return self.engine.works


class FakeEngine:
    def __init__(self, cuda: FakeCuda) -> None:
        self.cuda, self.works, self.unset, self.output_shape = cuda, True, [], None
        self.contexts: list[FakeContext] = []
        self.tensors = {"images": ("input", Api.DataType.UINT8), "sums": ("output", Api.DataType.FLOAT)}
        self.memory_for = 99

    @property
    def num_io_tensors(self) -> int:
        return len(self.tensors)

    def get_tensor_name(self, index: int) -> str:
        return list(self.tensors)[index]

    def get_tensor_mode(self, name: str) -> str:
        return self.tensors[name][0]

    def get_tensor_dtype(self, name: str) -> int:
        return self.tensors[name][1]

    def create_execution_context(self) -> FakeContext | None:
        self.cuda.needs_context()
        if len(self.contexts) >= self.memory_for:
            return None
        self.contexts.append(FakeContext(self))
        return self.contexts[-1]


GRAPH = Graph(
    b"",
    "int8-tensorrt",
    "0" * 64,
    (TensorSpec("images", "uint8", (None, SIDE, SIDE, 3)),),
    (TensorSpec("sums", "float32", (None, 1)),),
    max_batch=4,
    opt_batch=2,
)


@pytest.fixture
def cuda() -> FakeCuda:
    return FakeCuda()


@pytest.fixture
def engine(cuda: FakeCuda) -> FakeEngine:
    return FakeEngine(cuda)


def session(cuda: FakeCuda, engine: FakeEngine, in_flight: int = 1) -> TensorRtSession:
    trt = TensorRt(Api, "tensorrt", "10.3.0")
    return TensorRtSession(trt, cuda, engine, Primary(cuda), GRAPH, LoadOptions(in_flight=in_flight))


def pictures(count: int, value: int) -> np.ndarray:
    return np.full((count, SIDE, SIDE, 3), value, np.uint8)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_batch_goes_through_device_memory_and_back(count: int, cuda: FakeCuda, engine: FakeEngine) -> None:
    loaded = session(cuda, engine)
    sums = loaded.result(loaded.submit(pictures(count, 2)))["sums"]
    assert sums.tolist() == [[2.0 * SIDE * SIDE * 3]] * count


def test_the_callers_batch_may_be_overwritten_after_submit(cuda: FakeCuda, engine: FakeEngine) -> None:
    loaded = session(cuda, engine)
    batch = pictures(1, 1)
    ticket = loaded.submit(batch)
    batch[:] = 200
    assert loaded.result(ticket)["sums"].tolist() == [[48.0]]


def test_batches_in_flight_have_buffers_streams_and_contexts_of_their_own(cuda: FakeCuda, engine: FakeEngine) -> None:
    loaded = session(cuda, engine, in_flight=3)
    tickets = [loaded.submit(pictures(1, value)) for value in (1, 2, 3)]
    outputs = [loaded.result(ticket)["sums"] for ticket in reversed(tickets)]
    assert [values.tolist() for values in outputs] == [[[144.0]], [[96.0]], [[48.0]]]
    assert len(engine.contexts) == 3
    assert len({tuple(context.addresses.values()) for context in engine.contexts}) == 3


def test_a_shape_is_set_only_when_it_changes(cuda: FakeCuda, engine: FakeEngine) -> None:
    loaded = session(cuda, engine)
    before = engine.contexts[0].shapes_set
    for count in (2, 2, 2, 1, 1):
        loaded.result(loaded.submit(pictures(count, 1)))
    assert engine.contexts[0].shapes_set == before + 1  # 2 was warmed last


def test_the_primary_context_is_given_back_after_every_call(cuda: FakeCuda, engine: FakeEngine) -> None:
    loaded = session(cuda, engine)
    assert cuda.current == 0
    ticket = loaded.submit(pictures(1, 1))
    assert cuda.current == 0
    loaded.result(ticket)
    loaded.close()
    loaded.close()
    assert (cuda.current, cuda.detached) == (0, 1)
    with pytest.raises(RuntimeError, match="closed"):
        loaded.submit(pictures(1, 1))


def test_a_batch_that_tensorrt_does_not_take_is_an_error_and_frees_its_slot(cuda: FakeCuda, engine: FakeEngine) -> None:
    loaded = session(cuda, engine)
    engine.works = False
    with pytest.raises(CapabilityError, match="could not run a batch of 1"):
        loaded.submit(pictures(1, 1))
    engine.works = True
    assert cuda.current == 0
    assert loaded.result(loaded.submit(pictures(1, 1)))["sums"].tolist() == [[48.0]]


def test_what_an_engine_lacks_is_said_and_everything_is_freed(cuda: FakeCuda, engine: FakeEngine) -> None:
    engine.output_shape = (-1, 6)
    with pytest.raises(BackendUnavailable, match="size of output sums depends"):
        session(cuda, engine)
    engine.output_shape, engine.unset = None, ["extra"]
    with pytest.raises(BackendUnavailable, match="shapes of extra"):
        session(cuda, engine)
    engine.unset, engine.memory_for = [], len(engine.contexts) + 1
    with pytest.raises(BackendUnavailable, match="no memory for 2 batches"):
        session(cuda, engine, in_flight=2)
    engine.tensors["sums"] = ("output", Api.DataType.HALF)
    with pytest.raises(BackendUnavailable, match="float16"):
        session(cuda, engine)
    assert (cuda.current, cuda.detached) == (0, 4)
