"""Every layer of one case in INT8 for TensorRT, none returned to float, repairs on: the graph, in a process of its own.

python quantize_pure.py REQUEST.json GRAPH.onnx

What repairs do by themselves: `edgekit export` would return the layers that make the most noise to float. The request
is that of export_bundle.py. What each repair gained is printed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import onnx
from edgekit_export.graph import float_graph
from edgekit_export.graphs import measure_of
from edgekit_export.models import ModelOptions, resolve_model
from edgekit_export.pictures import read_picture
from edgekit_export.quantize import QuantizeOptions, quantize

from edgekit.bundle.manifest import Encoding, Task
from edgekit.vision.geometry import prepare

OPTIONS = QuantizeOptions(preferred_int8_share=1.0, min_int8_share=1.0, equalize=True, correct_bias=True, adaround=True)


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text())
    options = asked["options"]
    source = resolve_model(
        asked["model"],
        ModelOptions(
            task=Task(options["task"]),
            decoder=options["decoder"],
            classes=Path(options["classes"]) if options["classes"] else None,
            preprocess=options["preprocess"],
        ),
    )
    paths = Path(asked["calibration"]).read_text().splitlines()
    geometry = source.preprocessing.geometry.to_geometry()
    pictures = [prepare(read_picture(Path(path)), geometry) for path in paths]
    model = float_graph(source.onnx, source.preprocessing.arithmetic).model
    made = quantize(model, pictures, options=OPTIONS, measure_noise=measure_of(source, model))
    for gain in made.repairs[Encoding.INT8_TENSORRT]:
        print(f"{gain.name}: {gain.decibels:+.2f} dB, {'kept' if gain.applied else 'dropped'}", file=sys.stderr)
    onnx.save(made.graphs[Encoding.INT8_TENSORRT], sys.argv[2])


if __name__ == "__main__":
    main()
