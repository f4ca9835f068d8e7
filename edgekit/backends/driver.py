"""What the NVIDIA driver says of this machine, asked without any package: through libcuda itself."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

__all__ = ["Driver", "Gpu", "probe_driver"]

_CAPABILITY_MAJOR: Final = 75
_CAPABILITY_MINOR: Final = 76


@dataclass(frozen=True, slots=True)
class Gpu:
    """One accelerator.

    Attributes:
        index: CUDA's number of it.
        name: as the driver gives it.
        capability: compute capability, such as "8.7".
        memory_bytes: its memory (on a Jetson, shared with the CPU).
    """

    index: int
    name: str
    capability: str
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Driver:
    """The NVIDIA driver.

    Attributes:
        version: the kernel module's, such as "550.54"; "unknown" where it does not say.
        cuda: the newest CUDA that it supports, such as "12.4"; None without a driver.
        gpus: what it drives.
        problem: why no GPU can be used; None where one can.
    """

    version: str
    cuda: str | None
    gpus: tuple[Gpu, ...]
    problem: str | None


@lru_cache(maxsize=1)
def probe_driver() -> Driver:
    """Ask the driver once a process; never raises."""
    try:
        library: Any = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return Driver(_module_version(), None, (), "no NVIDIA driver (libcuda.so.1 is not found)")
    code = library.cuInit(0)
    if code:
        return Driver(_module_version(), None, (), f"the NVIDIA driver does not start (cuInit: error {code})")
    number = ctypes.c_int()
    library.cuDriverGetVersion(ctypes.byref(number))
    cuda = f"{number.value // 1000}.{number.value % 1000 // 10}"
    count = ctypes.c_int()
    library.cuDeviceGetCount(ctypes.byref(count))
    gpus = tuple(_gpu(library, index) for index in range(count.value))
    return Driver(_module_version(), cuda, gpus, None if gpus else "the NVIDIA driver sees no GPU")


def _gpu(library: Any, index: int) -> Gpu:
    device = ctypes.c_int()
    library.cuDeviceGet(ctypes.byref(device), index)
    name = ctypes.create_string_buffer(256)
    library.cuDeviceGetName(name, len(name), device)
    numbers = []
    for attribute in (_CAPABILITY_MAJOR, _CAPABILITY_MINOR):
        value = ctypes.c_int()
        library.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
        numbers.append(value.value)
    memory = ctypes.c_size_t()
    library.cuDeviceTotalMem_v2(ctypes.byref(memory), device)
    return Gpu(index, name.value.decode(errors="replace"), f"{numbers[0]}.{numbers[1]}", memory.value)


def _module_version() -> str:
    for path, pattern in (
        ("/sys/module/nvidia/version", r"(\S+)"),
        ("/proc/driver/nvidia/version", r"Module\s.*?(\d+\.\d+(?:\.\d+)?)"),
        ("/etc/nv_tegra_release", r"# (R\d+ \(release\), REVISION: [\d.]+)"),
    ):
        try:
            found = re.search(pattern, Path(path).read_text(errors="replace"))
        except OSError:
            continue
        if found:
            return found.group(1)
    return "unknown"
