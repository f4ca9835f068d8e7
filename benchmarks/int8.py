"""INT8 side by side: edgekit's two encodings and other tools', accuracy, speed, time and memory, in one run.

    python benchmarks/int8.py [--data ../shared/data] [--zoo ~/.cache/edgekit/zoo] [--models NAME ...]
        [--methods NAME ...] [--speed NAME ...] [--calibration-images N] [--images N] [--json int8.json]

Networks: YOLOX-nano and FastestDet (coco-64), EfficientNet-Lite0 (imagenet-1000), and those that
benchmarks/train_zoo.py trains (CIFAR-10); of some more, by their names after --speed, only time is measured.
Every tool calibrates on the same pictures, prepared in the same way, and is judged on the same others.
edgekit's encodings come from `export` and are run as the runtime runs them. Graphs for TensorRT (int8-tensorrt,
ort-trt-*, modelopt-*) are scored exactly as written: by ONNX Runtime with its graph optimisations off.

`points` is the metric's difference to float, in points, with its 95 % interval on these pictures; `speed-up` is
float's time over INT8's for one picture on this CPU with two threads, by ONNX Runtime, measured in blocks; `OpenVINO`
is the same float time over the row's own by OpenVINO, where that is installed; `s` and `MB` are what making
the graph took in a process of its own (edgekit: the whole export, both encodings, checks and report).
ours-pure is int8-tensorrt with every layer in INT8 and all repairs on: what those do without any return to float.
nvidia-modelopt is installed into an environment of its own (--modelopt-env, 2 GB) on first use, or left out with the
reason. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from int8_bench.cases import CASES, SPEED, CannotJudge, Case, Site, Sizes, make_case, speed_case
from int8_bench.comparing import Settings, compare
from int8_bench.methods import METHODS
from int8_bench.rows import Row
from int8_bench.table import HEADER, line
from int8_bench.verdicts import Answer, Verdict, verdicts

from edgekit.config.environment import cache_folder
from edgekit.files import write_whole


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="INT8 side by side.")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    names = [method.name for method in METHODS]
    parser.add_argument("--data", type=Path, default=beside, help="folder of the public data")
    parser.add_argument("--zoo", type=Path, default=cache_folder() / "zoo", help="what train_zoo.py wrote")
    parser.add_argument("--models", nargs="*", choices=list(CASES), default=list(CASES), help="networks to judge")
    parser.add_argument("--speed", nargs="*", choices=list(SPEED), default=list(SPEED), help="networks to time only")
    parser.add_argument("--methods", nargs="+", choices=names, default=names, help="ways to INT8")
    parser.add_argument("--calibration-images", type=int, help="at most so many (default: each network's own number)")
    parser.add_argument("--images", type=int, help="judge on at most so many (default: all)")
    parser.add_argument("--rounds", type=int, default=60, help="rounds of the speed measurement; 0 leaves it out")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads while speed is measured")
    parser.add_argument("--memory-limit-mb", type=float, default=12_000, help="for other tools; 0 for none")
    parser.add_argument("--modelopt-env", type=Path, default=cache_folder() / "modelopt", help="its environment")
    parser.add_argument("--json", type=Path, help="write rows and verdicts here")
    return parser.parse_args()


def chosen_cases(asked: argparse.Namespace, site: Site) -> list[Case]:
    found = []
    for make, names in ((make_case, asked.models), (speed_case, asked.speed)):
        for name in names:
            try:
                found.append(make(site, name))
            except CannotJudge as reason:
                print(reason, file=sys.stderr)
    return found


def main() -> int:
    asked = arguments()
    methods = [method for method in METHODS if method.name in asked.methods]
    rows: list[Row] = []
    said: list[Verdict] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Site(asked.data, asked.zoo, folder, Sizes(asked.calibration_images, asked.images))
        settings = Settings(folder, asked.modelopt_env, asked.rounds, asked.threads, asked.memory_limit_mb)
        cases = chosen_cases(asked, site)
        print(HEADER, flush=True)
        for case in cases:
            compared = compare(case, methods, settings, lambda text: print(text, file=sys.stderr, flush=True))
            rows += compared.rows
            said += verdicts(compared)
            for row in compared.rows:
                print(line(row), flush=True)
    print()
    for verdict in said:
        print(f"{verdict.case:<20}  {verdict.method:<13}  {verdict.answer.value:<11}  {verdict.text}")
    if asked.json is not None:
        table = {"rows": [asdict(row) for row in rows], "verdicts": [asdict(verdict) for verdict in said]}
        write_whole(asked.json, json.dumps(table, indent=1).encode() + b"\n")
    return 1 if any(verdict.answer is Answer.MISSED for verdict in said) else 0


if __name__ == "__main__":
    sys.exit(main())
