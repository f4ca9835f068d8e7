"""Time and memory of an INT8 export over the number of calibration pictures, and the time of a second export.

    python benchmarks/int8_memory.py [--data ../shared/data] [--zoo ~/.cache/edgekit/zoo] [--images 128 256 ...]
        [--no-second] [--json memory.json]

The network is EfficientNet-Lite0 at 224x224; the second export, which finds its calibration done, is MobileNetV2's.
Each export is the whole `edgekit export --int8` (calibration, repair, both encodings, checks and report) in a process
of its own, all but the second with an empty cache. Peak memory is what the kernel noted as resident at most, in MiB.
The pictures are those of imagenet-1000 and grocerystore. Exit code 1 where 512 pictures take more than three minutes
or 1.5 GiB, where memory grows with the number of pictures, or where the second export takes more than 20 seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from edgekit_export.calibration_images import spread
from edgekit_export.models import ModelOptions
from edgekit_export.pictures import pictures_in
from int8_bench.cases import Case
from int8_bench.process import Failed
from int8_bench.quantizing import export_case

from edgekit.bundle.manifest import Task
from edgekit.config.environment import cache_folder
from edgekit.files import write_whole

IMAGES: Final = (128, 256, 512, 1024, 2048)
JUDGED_AT: Final = 512
MOST_S: Final = 180.0
MOST_MIB: Final = 1536.0
MOST_GROWTH: Final = 1.10  # of the most pictures' memory over the fewest's
SECOND_IMAGES: Final = 256
MOST_SECOND_S: Final = 20.0
BAR_WIDTH: Final = 40


@dataclass(frozen=True)
class Point:
    """One export: calibration pictures, seconds, and peak memory in MiB."""

    images: int
    seconds: float
    peak_mib: float


def measured(images: int, model: Path, paths: list[Path], folder: Path) -> Point:
    """Export with `images` of `paths`, evenly spread."""
    listed = folder / f"{images}.txt"
    listed.write_text("".join(f"{paths[index].resolve()}\n" for index in spread(len(paths), images)))
    options = ModelOptions(task=Task.CLASSIFY, preprocess="efficientnet-lite")
    _, cost = export_case(Case(f"lite0-{images}", model, options, listed, None), folder)
    return Point(images, cost.seconds, cost.peak_mb * 1e6 / 2**20)


def second(model: Path, paths: list[Path], folder: Path) -> tuple[bool, str]:
    """Export `model` twice with the same pictures and cache: whether the second is fast, and the sentence."""
    listed = folder / "second.txt"
    listed.write_text("".join(f"{paths[index].resolve()}\n" for index in spread(len(paths), SECOND_IMAGES)))
    case = Case(model.stem, model, ModelOptions(task=Task.CLASSIFY), listed, None)
    first, again = (export_case(case, folder, cache=folder / "cache")[1].seconds for _ in range(2))
    text = f"{model.stem}: the first export takes {first:.1f} s, the second {again:.1f} s (at most {MOST_SECOND_S:.0f})"
    return again <= MOST_SECOND_S, text


def bars(points: list[Point]) -> list[tuple[bool, str]]:
    """Whether each thing asked is met, and the sentence that says so."""
    found = []
    for point in points:
        if point.images == JUDGED_AT:
            met = point.seconds <= MOST_S and point.peak_mib <= MOST_MIB
            asked = f"at most {MOST_S:.0f} s and {MOST_MIB:.0f} MiB"
            found.append((met, f"{JUDGED_AT} pictures: {point.seconds:.0f} s, {point.peak_mib:.0f} MiB ({asked})"))
    if len(points) > 1:
        growth = points[-1].peak_mib / points[0].peak_mib
        text = f"{points[-1].images} pictures take {growth:.2f} times the memory of {points[0].images}"
        found.append((growth <= MOST_GROWTH, f"{text} (at most {MOST_GROWTH:g})"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Time and memory of an INT8 export over the calibration pictures.")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside, help="folder of the public data")
    parser.add_argument("--zoo", type=Path, default=cache_folder() / "zoo", help="what train_zoo.py wrote")
    parser.add_argument("--images", type=int, nargs="+", default=list(IMAGES), help="numbers of pictures")
    parser.add_argument(
        "--second", action=argparse.BooleanOptionalAction, default=True, help="measure a second export too"
    )
    parser.add_argument("--json", type=Path, help="write the points here")
    asked = parser.parse_args()
    model = asked.zoo / "efficientnet_lite0.onnx"
    if not model.is_file():
        print(f"{model} is not there: benchmarks/train_zoo.py writes it", file=sys.stderr)
        return 1
    paths = [*pictures_in(asked.data / "imagenet-1000"), *pictures_in(asked.data / "grocerystore")]
    points: list[Point] = []
    print("images  seconds  peak MiB")
    with tempfile.TemporaryDirectory() as name:
        for images in sorted(asked.images):
            if images > len(paths):
                print(f"{images:>6}  left out: there are {len(paths)} pictures")
                continue
            try:
                point = measured(images, model, paths, Path(name))
            except Failed as error:
                print(f"{images:>6}  failed: {error}")
                return 1
            points.append(point)
            bar = "#" * round(BAR_WIDTH * point.peak_mib / MOST_MIB)
            print(f"{images:>6}  {point.seconds:7.1f}  {point.peak_mib:8.0f}  {bar}", flush=True)
        found = bars(points)
        if asked.second:
            found.append(second(asked.zoo / "timed" / "mobilenet_v2.onnx", paths, Path(name)))
    for met, text in found:
        print(f"{'met' if met else 'missed'}: {text}")
    if asked.json is not None:
        write_whole(asked.json, json.dumps([asdict(point) for point in points], indent=1).encode() + b"\n")
    return 0 if all(met for met, _ in found) else 1


if __name__ == "__main__":
    sys.exit(main())
