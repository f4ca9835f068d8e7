#!/usr/bin/env python
"""Trains the comparator of facings (product, empty, another) on rendered pairs of crops, and writes it as ONNX.

About half an hour on two cores; training needs torch (`make test-torch` sets it up), --report-only does not. Everything
is rendered from seeds and public photographs; seeds from HELD_OUT on use other photographs, are never trained on, and
only they are reported. Example: python scripts/train_comparator.py --data ../shared/data --out comparator.onnx
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort
from comparator.pairs import Shows
from comparator.rendering import HELD_OUT, Pairs, rendered
from numpy.typing import NDArray


def train(arguments: argparse.Namespace) -> None:
    """Render pairs, train on them and write the network."""
    import torch  # here, as processes that render import this file too and need none
    from comparator.network import write
    from comparator.training import trained

    started = time.monotonic()
    torch.set_num_threads(1)  # two threads wait for each other wherever anything else runs: ten times the time
    pairs = rendered(arguments.data, 0, arguments.pairs, arguments.jobs)
    print(f"{len(pairs)} pairs to train on: {time.monotonic() - started:.0f} s", flush=True)
    write(trained(pairs, steps=arguments.steps, seed=arguments.seed), arguments.out)


def confusion(model: Path, pairs: Pairs) -> NDArray[np.int64]:
    """int64 (true, told) counts of a written network."""
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    counts = np.zeros((len(Shows), len(Shows)), np.int64)
    for start in range(0, len(pairs), 256):
        part = pairs.chosen(slice(start, start + 256))
        given = {"now": part.now, "reference": part.reference, "outline": part.outline}
        (logits,) = session.run(["logits"], given)
        np.add.at(counts, (part.shows, logits.argmax(1)), 1)
    return counts


def main() -> None:
    """Render, train, write ONNX, report on held-out seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of public data")
    parser.add_argument("--out", type=Path, default=Path("edgekit/shelf/evidence/comparator.onnx"))
    parser.add_argument("--pairs", type=int, default=200_000, help="rendered for training")
    parser.add_argument("--held-out", type=int, default=6_000, help="pairs rendered for the report only")
    parser.add_argument("--steps", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=0, help="of the training; what is rendered does not depend on it")
    parser.add_argument("--jobs", type=int, default=2, help="processes that render")
    parser.add_argument("--report-only", action="store_true", help="train nothing, report on the model in --out")
    arguments = parser.parse_args()
    started = time.monotonic()
    if not arguments.report_only:
        train(arguments)
    counts = confusion(arguments.out, rendered(arguments.data, HELD_OUT, arguments.held_out, arguments.jobs))
    figures = {
        "held_out_accuracy": round(float(np.trace(counts) / counts.sum()), 4),
        "recall": {shows.name.lower(): round(float(counts[shows, shows] / counts[shows].sum()), 4) for shows in Shows},
        "confusion": counts.tolist(),
        "bytes": arguments.out.stat().st_size,
        "seconds": round(time.monotonic() - started),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
