"""GPU and driver, ONNX Runtime, TensorRT: what could run a bundle here."""

from __future__ import annotations

from edgekit.backends.driver import Driver, probe_driver
from edgekit.backends.onnxruntime import import_onnxruntime
from edgekit.backends.protocols import Availability
from edgekit.backends.registry import BACKENDS, backend, backend_names
from edgekit.doctor.machine import gigabytes
from edgekit.doctor.packages import ONNXRUNTIMES, clashing, installed_of
from edgekit.doctor.report import Ability, Finding, Status
from edgekit.errors import EdgekitError

__all__ = ["backends", "gpu", "onnxruntime"]


def gpu(driver: Driver | None = None) -> list[Finding]:
    """The NVIDIA driver and its GPUs."""
    driver = driver or probe_driver()
    if driver.problem:
        broken = driver.version != "unknown" or driver.cuda is not None
        return [
            Finding(
                "GPU",
                "NVIDIA",
                driver.problem,
                Status.WARNING if broken else Status.ABSENT,
                "In a container, start it with access to the GPU (--gpus all, or --runtime nvidia on a Jetson)."
                if broken
                else None,
            )
        ]
    return [
        Finding("GPU", "driver", f"{driver.version}, up to CUDA {driver.cuda}"),
        *(
            Finding("GPU", f"GPU {gpu.index}", f"{gpu.name}, SM {gpu.capability}, {gigabytes(gpu.memory_bytes)}")
            for gpu in driver.gpus
        ),
    ]


def onnxruntime(driver: Driver | None = None) -> list[Finding]:
    """Which onnxruntime package it is, and its providers."""
    section = "ONNX Runtime"
    driver = driver or probe_driver()
    packages = installed_of(ONNXRUNTIMES)
    keep = "onnxruntime-gpu" if driver.gpus else "onnxruntime"
    clash = clashing(section, "onnxruntime", packages, keep)
    try:
        ort = import_onnxruntime()
    except Exception as error:  # noqa: BLE001 - a broken install fails with whatever its loader raises
        line = " ".join(str(error).split())
        return [
            Finding(section, "onnxruntime", f"cannot be imported: {line}", Status.WARNING, f"pip install {keep}"),
            *([clash] if clash else []),
        ]
    named = " and ".join(f"{name} {version}" for name, version in packages.items()) or f"{ort.__version__}"
    providers = [name.removesuffix("ExecutionProvider") for name in ort.get_available_providers()]
    found = [
        Finding(section, "package", named),
        *([clash] if clash else []),
        Finding(section, "providers", ", ".join(providers)),
    ]
    if driver.gpus and "CUDA" not in providers:
        found.append(
            Finding(
                section,
                "CUDA",
                "this package cannot use the GPU",
                Status.ABSENT,
                "pip uninstall -y onnxruntime && pip install onnxruntime-gpu (not needed with TensorRT)",
            )
        )
    return found


def backends() -> list[Ability]:
    """What each backend says of itself, in the order in which `auto` tries them; the fake one is left out."""
    found = []
    for name in backend_names():
        if name == "fake":
            continue
        try:
            available = backend(name).availability()
        except EdgekitError as error:  # another package's backend that cannot be imported
            available = Availability(False, error.message, error.hint)
        shown = f"run bundles with {name}" if name in BACKENDS else f"run bundles with {name} (another package's)"
        found.append(Ability(shown, available.usable, available.reason, available.remedy))
    return found
