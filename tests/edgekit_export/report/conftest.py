"""Reports with something of everything in them, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.confusion import ClassChange, ConfusionChanges, Mixup
from edgekit_export.evaluate.disagreement import Disagreement, Mark
from edgekit_export.evaluate.intervals import Estimate, Interval, wilson
from edgekit_export.evaluate.scores import Scores
from edgekit_export.report.by_labels import LabelledFindings
from edgekit_export.report.content import EncodingReport, Latency, Report
from edgekit_export.report.quantizing import (
    Convergence,
    InputRange,
    LayerFindings,
    RepairGain,
    layer_input,
)
from edgekit_export.report.verdict import EncodingFindings, verdict_of

HOSTILE = "conv<script>alert(1)</script>\"'&"


def _jpeg() -> bytes:
    return cv2.imencode(".jpg", np.full((30, 40, 3), 90, np.uint8))[1].tobytes()


def layers(count: int, name: str = "Conv") -> tuple[LayerFindings, ...]:
    values = np.random.default_rng(0).normal(0, 1, 5000)
    counts, edges = np.histogram(values, bins=200)
    found = layer_input(
        HOSTILE,
        counts,
        edges,
        {"int8-tensorrt": InputRange(-2.0, 2.0, 2 / 127), "int8-cpu": InputRange(-4.0, 4.0, 8 / 255)},
    )
    return tuple(
        LayerFindings(
            f"{name}{index}",
            "Conv",
            1000 + index,
            ("int8-cpu",) if index else (),
            {"int8-tensorrt": 3.0 + index, "int8-cpu": 5.0 + index},
            input=found if index < 10 else None,
        )
        for index in range(count)
    )


def _encoding(name: str, top1: float, loss: Estimate | None, agreed: Agreement | None) -> EncodingReport:
    return EncodingReport(
        encoding=name,
        size_bytes=1_234_567,
        macs=1000,
        planned_int8_macs=0 if name == "float" else 900,
        executed_int8_macs=800 if name == "int8-cpu" else None,
        agreement=agreed,
        scores=Scores({"top1": top1, "top5": 0.9}, 500, (), ("labels of the list",), {"macro_f1": top1}),
        kept_float=() if name == "float" else (HOSTILE,),
        golden_sqnr_db=18.0,
        levels={"top1": Estimate(top1, wilson(500 * top1, 500))},
        losses={} if loss is None else {"top1": loss},
        confusion=None
        if loss is None
        else ConfusionChanges(12, 2, (ClassChange(HOSTILE, 50, 40, 31),), (), (Mixup(HOSTILE, "pear", 7),)),
        latency=Latency(1.75, 2.5, "onnxruntime", "a CPU", 150, 2) if name == "int8-cpu" else None,
    )


@pytest.fixture
def make_report() -> Callable[..., Report]:
    """make_report(name="shop", lost=0.002, layers=12, **changes): a classifier's; int8-cpu loses `lost` of top-1."""

    def make(name: str = "shop", *, lost: float = 0.002, layer_count: int = 12, **changes: object) -> Report:
        agreed = Agreement(
            64, 20.0, top1=0.98, interval=Interval(0.92, 0.99), float_answers=8, answers=8, commonest=0.2
        )
        losses = {
            "int8-tensorrt": Estimate(0.002, Interval(-0.005, 0.01)),
            "int8-cpu": Estimate(lost, Interval(lost - 0.007, lost + 0.008)),
        }
        encodings = [_encoding("float", 0.8, None, None)]
        encodings += [_encoding(one, 0.8 - loss.value, loss, agreed) for one, loss in losses.items()]
        found = [EncodingFindings(one, agreed, 0.8 - loss.value, loss) for one, loss in losses.items()]
        report = Report(
            name=name,
            task="classify",
            verdict=verdict_of("classify", LabelledFindings("top1", 0.8, 500, 0.2, 8), found),
            model={"Model": "net.onnx", "Preprocessing": "RGB"},
            encodings=tuple(encodings),
            calibrating=192,
            compared=64,
            held_out=True,
            skipped=("bad.jpg: cut off in the middle",),
            metric="top1",
            notes=("A note.",),
            layers=layers(layer_count),
            warnings=("Half of the pictures are black.",),
            repairs=(
                RepairGain("Bias correction", True, -14.0, -16.5, "int8-tensorrt"),
                RepairGain("Adaptive rounding", False, note="not asked for"),
            ),
            convergence=Convergence((8, 16, 32), (0.3, 0.1, 0.02), 64, True, 0.05),
            disagreements=(
                Disagreement("a.jpg", "int8-cpu", HOSTILE, "pear (70 %)", "apple", (), (40, 30), _jpeg()),
                Disagreement(
                    "b.jpg",
                    "int8-cpu",
                    "cup 80 %",
                    "nothing",
                    marks=(Mark((0.1, 0.1, 0.5, 0.5), HOSTILE, True),),
                    size_wh=(40, 30),
                    jpeg=_jpeg(),
                ),
            ),
        )
        return replace(report, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_detector_report(make_report: Callable[..., Report]) -> Callable[..., Report]:
    """make_detector_report(ap=0.98): a detector's without labels; INT8 finds 48 of 49 objects, AP50 0.999."""

    def make(*, ap: float = 0.98, images: int = 64) -> Report:
        agreed = Agreement(
            images,
            20.0,
            ap50=0.999,
            ap=ap,
            float_boxes=49,
            interval=Interval(0.925, 1.0),
            found_again=48,
            added=0,
            ap_interval=Interval(ap - 0.02, min(1.0, ap + 0.02)),
        )
        plain = {"scores": None, "losses": {}, "levels": {}, "confusion": None}
        report = make_report(task="detect", metric=None, compared=images)
        encodings = [
            replace(one, agreement=None if one.encoding == "float" else agreed, **plain) for one in report.encodings
        ]
        found = [EncodingFindings(one.encoding, one.agreement) for one in encodings[1:]]
        return replace(report, encodings=tuple(encodings), verdict=verdict_of("detect", None, found))

    return make


@pytest.fixture
def hostile() -> str:
    """A name that would be markup if a page let it."""
    return HOSTILE
