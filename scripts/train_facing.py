#!/usr/bin/env python
"""Trains the demo's facing classifier (full, empty, other) on rendered crops, and writes it as ONNX.

Minutes on a CPU; needs torch (`make test-torch` sets it up). Everything is rendered from seeds: those from HELD_OUT on
are never trained on, and only they are reported. Example: python scripts/train_facing.py --out facing.onnx
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import torch
from torch import nn

from edgekit.demo.crops import CLASSES, INPUT_PX, rendered_crops

HELD_OUT = 1_000_000
PICTURES = 6
SETTINGS = (
    # expansion, channels, blocks, stride
    (2, 16, 1, 2),
    (4, 24, 2, 2),
    (4, 40, 2, 2),
    (4, 64, 2, 2),
)


class Residual(nn.Module):
    """MobileNetV2's inverted residual."""

    def __init__(self, given: int, wanted: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = given * expansion
        self.layers = nn.Sequential(
            nn.Conv2d(given, wide, 1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(),
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(),
            nn.Conv2d(wide, wanted, 1, bias=False),
            nn.BatchNorm2d(wanted),
        )
        self.adds = stride == 1 and given == wanted

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Values of the same or half the size."""
        made: torch.Tensor = self.layers(values)
        return values + made if self.adds else made


def network() -> nn.Module:
    """(n, 3, INPUT_PX, INPUT_PX), 0-1 RGB, to logits of CLASSES."""
    layers: list[nn.Module] = [nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6()]
    channels = 16
    for expansion, wanted, blocks, stride in SETTINGS:
        for index in range(blocks):
            layers.append(Residual(channels, wanted, stride if index == 0 else 1, expansion))
            channels = wanted
    layers += [nn.Conv2d(channels, 160, 1, bias=False), nn.BatchNorm2d(160), nn.ReLU6()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(160, len(CLASSES)))


def crops_of(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (n, INPUT_PX, INPUT_PX, 3) RGB and int64 (n,) labels: the crops of one rendered shelf."""
    cv2.setNumThreads(1)
    pixels, labels = [], []
    for crop in rendered_crops(np.random.default_rng((20, seed)), PICTURES):
        pixels.append(cv2.resize(crop.pixels, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_LINEAR)[:, :, ::-1])
        labels.append(CLASSES.index(crop.label))
    return np.stack(pixels), np.array(labels)


def rendered(first: int, shelves: int, jobs: int) -> tuple[np.ndarray, np.ndarray]:
    """The crops of `shelves` shelves, from seed `first` on."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(crops_of, range(first, first + shelves), chunksize=4))
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def as_input(pixels: np.ndarray) -> torch.Tensor:
    """float32 (n, 3, h, w), 0-1."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float() / 255


def train(model: nn.Module, pixels: np.ndarray, labels: np.ndarray, *, epochs: int, seed: int) -> None:
    """Train in place: AdamW, one cycle, crops mirrored by chance, classes weighed alike."""
    random = np.random.default_rng(seed)
    counts = np.bincount(labels, minlength=len(CLASSES))
    loss_of = nn.CrossEntropyLoss(torch.tensor(len(labels) / len(CLASSES) / counts).float(), label_smoothing=0.03)
    steps = len(labels) // 128
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps * epochs)
    model.train()
    for epoch in range(epochs):
        order, losses = random.permutation(len(labels)), []
        for step in range(steps):
            chosen = order[step * 128 : (step + 1) * 128]
            batch = as_input(pixels[chosen])
            if random.random() < 0.5:
                batch = batch.flip(3)
            loss = loss_of(model(batch), torch.from_numpy(labels[chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        print(f"epoch {epoch + 1}/{epochs}: loss {np.mean(losses):.4f}", flush=True)
    model.eval()


def confusion(model: Path, pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """int64 (true, told) counts of a written model."""
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for start in range(0, len(labels), 512):
        (logits,) = session.run(None, {"input": as_input(pixels[start : start + 512]).contiguous().numpy()})
        np.add.at(counts, (labels[start : start + 512], logits.argmax(1)), 1)
    return counts


def write(model: nn.Module, out: Path) -> None:
    """Write the model as ONNX, any number of crops at a time."""
    torch.onnx.export(
        model,
        (torch.zeros(1, 3, INPUT_PX, INPUT_PX),),
        str(out),
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )


def main() -> None:
    """Render, train, write ONNX, report on held-out seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("edgekit/demo/facing.onnx"))
    parser.add_argument("--shelves", type=int, default=160, help="rendered for training")
    parser.add_argument("--held-out", type=int, default=40, help="rendered for the report only")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes that render")
    parser.add_argument("--report-only", action="store_true", help="train nothing, report on the model in --out")
    arguments = parser.parse_args()
    started = time.monotonic()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)  # of layers this small, two threads cost twice the time and gain nothing
    if not arguments.report_only:
        pixels, labels = rendered(0, arguments.shelves, arguments.jobs)
        print(f"{len(labels)} crops to train on: {time.monotonic() - started:.0f} s", flush=True)
        model = network().to(memory_format=torch.channels_last)
        train(model, pixels, labels, epochs=arguments.epochs, seed=arguments.seed)
        write(model, arguments.out)
    counts = confusion(arguments.out, *rendered(HELD_OUT, arguments.held_out, arguments.jobs))
    figures = {
        "held_out_accuracy": round(float(np.trace(counts) / counts.sum()), 4),
        "recall": {name: round(float(counts[i, i] / counts[i].sum()), 4) for i, name in enumerate(CLASSES)},
        "confusion": counts.tolist(),
        "bytes": arguments.out.stat().st_size,
        "seconds": round(time.monotonic() - started),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
