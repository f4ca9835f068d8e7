"""Runs torchvision's own compiled NMS over cases in an .npz file, in a process without the tests' shim.

    python real_nms.py cases.npz answers.npz

A torchvision built for CUDA cannot be imported beside a CPU torch, for want of two libraries that its CPU kernels never
call. Empty ones in their place, loaded first, let the compiled kernel load.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

STUBS = {
    "libc10_cuda.so": "void *_ZN3c104cuda20CUDACachingAllocator9allocatorE[64];",
    "libtorch_cuda.so": "int nothing_of_torch_cuda;",
}


def load_kernel() -> None:
    """Make torch.ops.torchvision.nms the compiled one."""
    found = importlib.util.find_spec("torchvision")
    assert found is not None
    assert found.origin is not None
    library = next(Path(found.origin).parent.glob("_C*.so"))
    if not torch.version.cuda:
        with tempfile.TemporaryDirectory() as folder:
            for name, source in STUBS.items():
                target = str(Path(folder) / name)
                subprocess.run(
                    ["gcc", "-shared", "-fPIC", f"-Wl,-soname,{name}", "-x", "c", "-", "-o", target],
                    input=source.encode(),
                    check=True,
                )
                ctypes.CDLL(target, mode=os.RTLD_GLOBAL | os.RTLD_LAZY)
    ctypes.CDLL(str(library), mode=os.RTLD_LAZY)


def main(cases: str, answers: str) -> None:
    load_kernel()
    raw = np.load(cases)
    kept = {}
    for name in (key.removesuffix(".boxes") for key in raw.files if key.endswith(".boxes")):
        boxes, scores = torch.from_numpy(raw[f"{name}.boxes"]), torch.from_numpy(raw[f"{name}.scores"])
        kept[name] = torch.ops.torchvision.nms(boxes, scores, float(raw[f"{name}.max_iou"])).numpy()
    np.savez(answers, **kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
