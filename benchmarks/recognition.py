"""Recognition by example: top-1 and unknowns accepted over the number of photos, on products never seen before.

    python benchmarks/recognition.py [--data ../shared/data] [--zoo ~/.cache/edgekit/zoo] [--backbones FILE ...]
        [--photos 1 2 5 10] [--draws 3] [--json recognition.json]

A shop enrols 40 products of GroceryStore by 1, 2, 5 and 10 photos of its train split; looked up are all photos of its
val split: of those 40, and of the 20 other products that have any, which are unknown. `--draws` shops are drawn from a
fixed seed. INT8 is calibrated on the 21 products without val photos, and settings were chosen on them; nothing was
ever chosen on the 60 others.

`class mean`: nearest class mean on the raw float features, photos as they are. `ours`: edgekit's index and recogniser,
three views of a photo as `edgekit similar` takes them, with 5 photos also one as the shelf does, on float and INT8.
top-1: one of the 40 must be named. At the index's own threshold: known photos named rightly, named wrongly, and
strangers accepted. Exit code 1 where INT8 with 5 photos is not better than class means.

Backbones are ONNX classifiers in --zoo, with EfficientNet-Lite0's preprocessing: efficientnet_lite0.onnx, with
ImageNet's weights, which train_zoo.py writes, or one of your own that was trained on none of the 60 products.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from edgekit_export.calibration_images import spread
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions
from recognition_bench.features import Features, features_of
from recognition_bench.figures import Figures, class_means, ours
from recognition_bench.grocery import Draw, Grocery, draws, read_grocery

from edgekit.backends.protocols import LoadOptions
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Task
from edgekit.config.environment import cache_folder
from edgekit.files import write_whole
from edgekit.recognition.views import QUERY_VIEWS

BACKBONES = ("efficientnet_lite0.onnx",)
CALIBRATION_PHOTOS = 128
POOL = 12
SHELF_PHOTOS = 5
HEADER = (
    f"{'backbone':<26} {'method':<12} {'encoding':<9} {'photos':>6} {'top-1':>6} {'right':>6} {'wrong':>6} "
    f"{'strangers':>9} {'threshold':>9}"
)


@dataclass(frozen=True)
class Row:
    """One line: the mean of the figures over all shops, and each of them.

    Attributes:
        backbone, method, encoding: what was judged.
        photos: enrolled of each product.
        mean: over the shops.
        each: of each shop.
    """

    backbone: str
    method: str
    encoding: str
    photos: int
    mean: Figures
    each: tuple[Figures, ...]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recognition by example.")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside, help="folder of the public data")
    parser.add_argument("--zoo", type=Path, default=cache_folder() / "zoo", help="what train_zoo.py wrote")
    parser.add_argument("--backbones", nargs="+", default=BACKBONES, help="files in --zoo")
    parser.add_argument("--photos", nargs="+", type=int, default=[1, 2, 5, 10], help="enrolled of each product")
    parser.add_argument("--candidates", type=int, default=40, help="products enrolled (60 have photos to look up)")
    parser.add_argument("--draws", type=int, default=3, help="shops")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the rows here")
    return parser.parse_args()


def embedder(model: Path, grocery: Grocery, folder: Path) -> Path:
    """`edgekit export MODEL --task embed --int8`, calibrated on the tuning products' photos."""
    photos = [path for number in grocery.tuning for path in grocery.train[number]]
    listed = folder / "calibration.txt"
    listed.write_text("".join(f"{photos[at].resolve()}\n" for at in spread(len(photos), CALIBRATION_PHOTOS)))
    request = ExportRequest(
        str(model),
        folder / f"{model.stem}.edgekit",
        ModelOptions(task=Task.EMBED, preprocess="efficientnet-lite"),
        int8=True,
        calibration=(listed,),
        cache=cache_folder(),
    )
    return export(request).bundle


def features(bundle: Path, encoding: str, shops: Sequence[Draw], grocery: Grocery) -> tuple[Features, Features]:
    """Of every photo that some shop enrols, and of every val photo."""
    loaded = load_model(Bundle.open(bundle), encoding=encoding, backend="onnxruntime", options=LoadOptions(threads=2))
    enrolled = sorted({path for shop in shops for paths in shop.enrolled.values() for path in paths})
    looked_up = [path for number in grocery.judged for path in grocery.val[number]]
    try:
        return features_of(loaded, enrolled, all_views=True), features_of(loaded, looked_up, all_views=False)
    finally:
        loaded.close()


def rows_of(name: str, bundle: Path, shops: Sequence[Draw], grocery: Grocery, counts: Sequence[int]) -> Iterator[Row]:
    for encoding in ("float", "int8-cpu"):
        train, val = features(bundle, encoding, shops, grocery)
        for photos in counts:
            if encoding == "float":
                found = [class_means(shop, photos, grocery, train, val) for shop in shops]
                yield row(name, "class mean", encoding, photos, found)
            for method, views in (("ours", QUERY_VIEWS), ("ours, 1 view", 1))[: 2 if photos == SHELF_PHOTOS else 1]:
                found = [ours(shop, photos, grocery, train, val, query_views=views) for shop in shops]
                yield row(name, method, encoding, photos, found)


def row(backbone: str, method: str, encoding: str, photos: int, found: Sequence[Figures]) -> Row:
    def mean(name: str) -> float | None:
        values = [getattr(one, name) for one in found]
        return None if None in values else float(np.mean(values))

    curve = np.mean([one.curve for one in found], axis=0) if found[0].curve else []
    return Row(
        backbone,
        method,
        encoding,
        photos,
        Figures(
            top1=mean("top1") or 0.0,
            known_right=mean("known_right"),
            known_wrong=mean("known_wrong"),
            strangers_accepted=mean("strangers_accepted"),
            min_probability=mean("min_probability"),
            curve=tuple((round(float(at), 3), float(right), float(strange)) for at, right, strange in curve),
            photos=(sum(one.photos[0] for one in found), sum(one.photos[1] for one in found)),
        ),
        tuple(found),
    )


def line(row: Row) -> str:
    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.1%}"

    one = row.mean
    least = "-" if one.min_probability is None else f"{one.min_probability:.2f}"
    return (
        f"{row.backbone:<26} {row.method:<12} {row.encoding:<9} {row.photos:>6} {share(one.top1):>6} "
        f"{share(one.known_right):>6} {share(one.known_wrong):>6} {share(one.strangers_accepted):>9} {least:>9}"
    )


def curve_of(row: Row) -> str:
    points = ", ".join(f"{at:g}: {right:.1%} / {strange:.1%}" for at, right, strange in row.mean.curve)
    return f"{row.backbone}, {row.encoding}, {row.photos} photos; threshold: known right / strangers: {points}"


def main() -> int:
    asked = arguments()
    grocery = read_grocery(asked.data / "grocerystore" / "dataset")
    shops = draws(
        grocery, count=asked.draws, candidates=asked.candidates, photos=max(asked.photos), pool=POOL, seed=asked.seed
    )
    known, strange = (
        sum(len(grocery.val[number]) for number in part) for part in (shops[0].enrolled, shops[0].strangers)
    )
    print(f"{len(shops)} shops of {asked.candidates} products; the first: {known} known photos, {strange} of strangers")
    print(HEADER, flush=True)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.backbones:
            if not (asked.zoo / name).is_file():
                print(f"{name} left out: {asked.zoo / name} is not there", file=sys.stderr)
                continue
            bundle = embedder(asked.zoo / name, grocery, Path(folder))
            for one in rows_of(Path(name).stem, bundle, shops, grocery, asked.photos):
                rows.append(one)
                print(line(one), flush=True)
    print()
    for one in rows:
        if one.method == "ours" and one.encoding == "int8-cpu" and one.photos == SHELF_PHOTOS:
            print(curve_of(one))
    if asked.json is not None:
        write_whole(asked.json, json.dumps([asdict(one) for one in rows], indent=1).encode() + b"\n")
    return 0 if all(better(rows, name) for name in {one.backbone for one in rows}) else 1


def better(rows: Sequence[Row], backbone: str) -> bool:
    """Whether INT8 with 5 photos beats class means on raw float features."""
    judged = [one for one in rows if one.photos == SHELF_PHOTOS and one.backbone == backbone]
    top1 = {(one.method, one.encoding): one.mean.top1 for one in judged}
    return not top1 or top1["ours", "int8-cpu"] > top1["class mean", "float"]


if __name__ == "__main__":
    sys.exit(main())
