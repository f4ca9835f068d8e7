"""From a case and a method to a graph that can be judged, or to the reason why there is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnx
from edgekit_export.graph.macs import planned_int8_macs, total_macs
from peers.environment import Unavailable, modelopt_python

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding
from int8_bench.cases import Case
from int8_bench.macs import shares
from int8_bench.methods import Method, Tool
from int8_bench.process import Cost, Failed, run_measured

__all__ = ["Quantized", "export_case", "quantized_by"]

_HERE = Path(__file__).parent
_PEERS = _HERE.parent / "peers"


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """What a method made.

    Attributes:
        model: the graph: uint8 pictures in where `encoding` is set, the model file's float input elsewhere.
        encoding: of the bundle, for edgekit's; ours-pure is one of no bundle.
        cost: of making it; edgekit makes both encodings, proofs and report at once, so both have the same.
        planned: share of the MACs whose data and weight are both quantized, 0 to 1.
        executed: share that ONNX Runtime turns into integer operators here; None where nobody would run it so.
    """

    model: onnx.ModelProto
    encoding: Encoding | None
    cost: Cost
    planned: float
    executed: float | None


def export_case(case: Case, folder: Path, *, cache: Path | None = None) -> tuple[Path, Cost]:
    """`edgekit export --int8` into `folder`; the bundle, and what it took. Without `cache` it starts from nothing.

    Raises:
        Failed: export failed.
    """
    bundle = folder / f"{case.name}.edgekit"
    asked = _request(case, bundle, folder)
    return bundle, run_measured(_HERE / "export_bundle.py", [str(asked)], cache=cache)


def _request(case: Case, bundle: Path, folder: Path) -> Path:
    """What a process of its own is to be told of the case."""
    asked, options = folder / f"{case.name}.request.json", case.options
    request = {
        "model": str(case.model),
        "output": str(bundle),
        "calibration": str(case.calibration),
        "max_images": len(case.calibration_paths),
        "options": {
            "task": options.task.value if options.task else None,
            "decoder": options.decoder,
            "classes": str(options.classes) if options.classes else None,
            "preprocess": options.preprocess,
        },
    }
    asked.write_text(json.dumps(request))
    return asked


def quantized_by(
    method: Method,
    case: Case,
    calibration: Path,
    exported: tuple[Path, Cost] | None,
    where: Mapping[str, Path],
    limit_mb: float,
) -> Quantized:
    """Quantize.

    Args:
        method: how.
        case: what.
        calibration: float32 pictures (npy) as the model file takes them.
        exported: edgekit's bundle of this case and its cost; None where export failed.
        where: folders: `work`, and `modelopt` for that tool's environment.
        limit_mb: memory that another tool may have.

    Raises:
        Failed: it could not.
        EdgekitError: ONNX Runtime refuses what it made.
    """
    if method.tool is Tool.EDGEKIT:
        if exported is None:
            raise Failed("edgekit export failed")
        return _of_bundle(*exported, Encoding(method.setting))
    out = where["work"] / f"{case.name}.{method.name}.onnx"
    if method.tool is Tool.EDGEKIT_PURE:
        asked = _request(case, out.with_suffix(".edgekit"), where["work"])
        cost = run_measured(_HERE / "quantize_pure.py", [str(asked), str(out)])
        graph = onnx.load(str(out))
        planned = planned_int8_macs(graph) / total_macs(graph)
        return Quantized(graph, Encoding(method.setting), cost, planned, None)
    python = None
    if method.tool is Tool.MODELOPT:
        try:
            python = _modelopt(where["modelopt"])
        except Unavailable as error:
            raise Failed(str(error)) from error
    script = _PEERS / ("modelopt_ptq.py" if method.tool is Tool.MODELOPT else "ort_static.py")
    # A copy: nvidia-modelopt writes inferred shapes into the file that it is given.
    model = where["work"] / f"{case.name}.{method.name}.float.onnx"
    shutil.copyfile(case.peers_model or case.model, model)
    cost = run_measured(
        script, [method.setting, str(model), str(calibration), str(out)], python=python, limit_mb=limit_mb
    )
    model.unlink()
    graph = onnx.load(str(out))
    found = shares(graph, np.load(calibration, mmap_mode="r")[:1])
    executed = None if method.for_tensorrt else found.executed
    return Quantized(case.finish(graph) if case.finish else graph, None, cost, found.planned, executed)


@cache
def _modelopt(folder: Path) -> Path:
    return modelopt_python(folder)


def _of_bundle(path: Path, cost: Cost, encoding: Encoding) -> Quantized:
    bundle = Bundle.open(path)
    macs = bundle.manifest.graphs[encoding].macs
    counted = None if encoding is Encoding.INT8_TENSORRT else macs.executed_int8
    executed = None if counted is None else counted / macs.total
    model = onnx.load_from_string(bundle.graph(encoding).onnx)
    return Quantized(model, encoding, cost, macs.planned_int8 / macs.total, executed)
