"""Which networks are judged, on which pictures, and what is asked of them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import onnx
from edgekit_export.calibration_images import spread
from edgekit_export.models import ModelOptions
from edgekit_export.pictures import pictures_in

from edgekit.bundle.manifest import Task
from int8_bench import fastestdet

__all__ = ["CASES", "SPEED", "Bars", "CannotJudge", "Case", "Site", "Sizes", "make_case", "speed_case"]

_LEAST_CALIBRATION: Final = 16  # export refuses fewer


class CannotJudge(Exception):
    """A network's file is not here; the message says which, and what makes it."""


@dataclass(frozen=True, slots=True)
class Bars:
    """What is asked of edgekit's encodings; None asks nothing.

    Attributes:
        max_drop_points: the task's own metric may fall by at most this, in points (hundredths).
        min_agreement_percent: pictures with float's best class.
        min_sqnr_db: of the logits.
        min_planned_percent: of the MACs of int8-tensorrt, after its fallback.
        min_speedup: float's time over int8-cpu's.
        min_pure: the metric with every layer in INT8, by repairs alone.
    """

    max_drop_points: float | None = None
    min_agreement_percent: float | None = None
    min_sqnr_db: float | None = None
    min_planned_percent: float | None = 95.0
    min_speedup: float | None = None
    min_pure: float | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many pictures at most; None takes all that the case is made for."""

    calibration: int | None = None
    evaluation: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Where things lie: public data, what train_zoo.py wrote, and a folder for what is made here."""

    data: Path
    zoo: Path
    folder: Path
    sizes: Sizes


@dataclass(frozen=True, slots=True)
class Case:
    """One network.

    Attributes:
        name: for people.
        model: float ONNX file for batch 1 that `edgekit export` is given.
        options: what `edgekit export` is told of it.
        calibration: list file of the pictures that every tool calibrates on.
        data: labelled pictures, none of them in `calibration`; None where only time is measured.
        images: at most so many of `data` are taken, evenly spread; None takes all.
        bars: what is asked.
        peers_model: the file that other tools are given, where it differs from `model`.
        finish: what their graphs then need to give `model`'s outputs.
    """

    name: str
    model: Path
    options: ModelOptions
    calibration: Path
    data: Path | None
    images: int | None = None
    bars: Bars = field(default_factory=Bars)
    peers_model: Path | None = None
    finish: Callable[[onnx.ModelProto], onnx.ModelProto] | None = None

    @property
    def calibration_paths(self) -> list[Path]:
        """The calibration pictures, in order."""
        return [Path(line) for line in self.calibration.read_text().splitlines()]


def _listed(site: Site, name: str, paths: Sequence[Path], wanted: int) -> Path:
    """A list file of `wanted` of `paths`, evenly spread."""
    count = min(wanted, site.sizes.calibration or wanted)
    if count < _LEAST_CALIBRATION:
        raise CannotJudge(f"{name}: {count} calibration pictures are too few (at least {_LEAST_CALIBRATION})")
    listed = site.folder / f"{name}.calibration.txt"
    listed.write_text("".join(f"{paths[index].resolve()}\n" for index in spread(len(paths), count)))
    return listed


def _there(path: Path, made_by: str) -> Path:
    if not path.is_file():
        raise CannotJudge(f"{path.stem} left out: {path} is not there ({made_by})")
    return path


def _yolox(site: Site, name: str) -> Case:
    models = site.data / "models"
    return Case(
        name=name,
        model=models / "yolox_nano.onnx",
        options=ModelOptions(task=Task.DETECT, decoder="yolox", classes=models / "coco_classes.txt"),
        calibration=_listed(site, name, pictures_in(site.data / "coco-64" / "calibration"), 32),
        data=site.data / "coco-64",
        images=site.sizes.evaluation,
        bars=Bars(max_drop_points=0.3, min_planned_percent=98.0, min_speedup=1.15, min_pure=0.31),
    )


def _fastestdet(site: Site, name: str) -> Case:
    models = site.data / "models" / "fastestdet"
    raw = models / "FastestDet.onnx"
    decoded = site.folder / "fastestdet-decoded.onnx"
    onnx.save(fastestdet.decoded(onnx.load(str(raw))), str(decoded))
    contract = site.folder / "fastestdet.yaml"
    contract.write_text(fastestdet.PREPROCESSING)
    return Case(
        name=name,
        model=decoded,
        options=ModelOptions(
            task=Task.DETECT,
            decoder=fastestdet.DECODER,
            classes=site.data / "models" / "coco_classes.txt",
            preprocess=str(contract),
        ),
        calibration=_listed(site, name, pictures_in(site.data / "coco-64" / "calibration"), 32),
        data=site.data / "coco-64",
        images=site.sizes.evaluation,
        peers_model=raw,
        finish=fastestdet.decoded,
    )


def _lite0(site: Site, name: str) -> Case:
    pictures = site.data / "imagenet-1000"
    with (pictures / "labels.csv").open(newline="") as table:
        names = [f"{row['index']} {row['name']}" for row in csv.DictReader(table)]
    classes, others = site.folder / "imagenet.txt", site.folder / "imagenet-others.csv"
    classes.write_text("".join(f"{name}\n" for name in names))
    paths = pictures_in(pictures)
    calibration = set(spread(len(paths), 128))
    rest = [path for index, path in enumerate(paths) if index not in calibration]
    others.write_text("path,label\n" + "".join(f"{path.resolve()},{int(path.stem)}\n" for path in rest))
    return Case(
        name=name,
        model=_there(site.zoo / "efficientnet_lite0.onnx", "benchmarks/train_zoo.py writes it"),
        options=ModelOptions(task=Task.CLASSIFY, classes=classes, preprocess="efficientnet-lite"),
        calibration=_listed(site, name, [paths[index] for index in sorted(calibration)], 128),
        data=others,
        images=site.sizes.evaluation,
        bars=Bars(min_agreement_percent=97.0, min_sqnr_db=21.0, min_speedup=2.2),
    )


_TRAINED: Final[Mapping[str, Bars]] = MappingProxyType(
    {
        "mobilenet_v2": Bars(max_drop_points=0.5),
        "mobilenet_v3_large": Bars(max_drop_points=1.0),
        "efficientnet_b0": Bars(max_drop_points=1.0),
        "resnet18": Bars(max_drop_points=0.3),
    }
)


def _trained(site: Site, name: str) -> Case:
    pictures = site.data / "cifar10"
    return Case(
        name=name,
        model=_there(site.zoo / f"{name}.onnx", "benchmarks/train_zoo.py trains it"),
        options=ModelOptions(task=Task.CLASSIFY, classes=site.zoo / "classes.txt"),
        calibration=_listed(site, name, pictures_in(pictures / "train"), 256),
        data=pictures / "val",
        images=site.sizes.evaluation,
        bars=_TRAINED[name],
    )


CASES: Final[Mapping[str, Callable[[Site, str], Case]]] = MappingProxyType(
    {"yolox-nano": _yolox, "fastestdet": _fastestdet, "efficientnet-lite0": _lite0, **dict.fromkeys(_TRAINED, _trained)}
)
"""Networks whose accuracy is judged, by name."""

SPEED: Final[Mapping[str, float]] = MappingProxyType(
    {"mobilenet_v2": 2.2, "resnet50": 2.2, "mobilenet_v3_large": 1.3, "efficientnet_b0": 1.3}
)
"""Networks of which only time is measured, at 224x224, and how much faster INT8 must be."""


def make_case(site: Site, name: str) -> Case:
    """The case called `name`, of CASES.

    Raises:
        CannotJudge: its model is not there.
    """
    return CASES[name](site, name)


def speed_case(site: Site, name: str) -> Case:
    """The case of SPEED called `name`.

    Raises:
        CannotJudge: its model is not there.
    """
    paths = pictures_in(site.data / "cifar10" / "train")
    return Case(
        name=f"{name}-224",
        model=_there(site.zoo / "at-224" / f"{name}.onnx", "benchmarks/train_zoo.py writes it"),
        options=ModelOptions(task=Task.CLASSIFY),
        calibration=_listed(site, f"{name}-224", paths, 32),
        data=None,
        bars=Bars(min_planned_percent=None, min_speedup=SPEED[name]),
    )
