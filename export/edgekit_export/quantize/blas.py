"""numpy's matrix products on one thread while it pays: beside ONNX Runtime a second one only gets in the way."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path

import numpy as np

__all__ = ["one_blas_thread"]

# How OpenBLAS's functions are called in the library that numpy's wheels bring, by numpy's version.
_SUFFIXES = (("scipy_openblas", "64_"), ("scipy_openblas", ""), ("openblas", "64_"), ("openblas", ""))


def _libraries() -> list[ctypes.CDLL]:
    """The OpenBLAS that numpy brought, already loaded; none where numpy uses another one."""
    folder = Path(np.__file__).parent.parent / "numpy.libs"
    found = []
    for path in sorted(folder.glob("*openblas*")):
        with contextlib.suppress(OSError):
            found.append(ctypes.CDLL(str(path)))
    return found


def _threads_of(library: ctypes.CDLL) -> tuple[ctypes._NamedFuncPointer, ctypes._NamedFuncPointer] | None:
    for prefix, suffix in _SUFFIXES:
        get = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
        put = getattr(library, f"{prefix}_set_num_threads{suffix}", None)
        if get is not None and put is not None:
            return get, put
    return None


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within the block OpenBLAS works on one thread; afterwards as before. Another BLAS is left as it is.

    Its threads wait for each other by spinning. On two cores, while a graph runs on the other one, rounding the weights
    of EfficientNet-Lite0 took 17.7 s of processor time on two threads and 3.5 s on one.
    """
    found = [functions for library in _libraries() if (functions := _threads_of(library)) is not None]
    before = [int(get()) for get, _ in found]
    try:
        for _, put in found:
            put(1)
        yield
    finally:
        for (_, put), threads in zip(found, before, strict=True):
            put(threads)
