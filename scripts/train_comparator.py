#!/usr/bin/env python
"""Trains the comparator of facings (product, empty, another), or the network that tells a product from its variants,
on rendered pairs of crops, and writes it as ONNX.

About half an hour on two cores; training needs torch (`make test-torch` sets it up), --report-only does not. Everything
is rendered from seeds and public photographs; seeds from HELD_OUT on use other photographs, are never trained on, and
only they are reported. Example: python scripts/train_comparator.py variants --data ../shared/data --out variants.onnx
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import onnxruntime as ort
from comparator.pairs import Shows, rendered_pair
from comparator.rendering import HELD_OUT, Pairs, Renders, rendered
from comparator.variant_pairs import Stands, rendered_variant_pair
from numpy.typing import NDArray

from edgekit.shelf.evidence import comparator, variants


@dataclass(frozen=True, slots=True)
class Made:
    """What a network is made from.

    Attributes:
        renders: a pair of it.
        tells: its outputs in their order.
        view: of its crops.
        pairs, steps: of its training.
    """

    renders: Renders
    tells: type[IntEnum]
    view: comparator.View
    pairs: int
    steps: int


NETWORKS: Final = MappingProxyType(
    {
        "comparator": Made(rendered_pair, Shows, comparator.VIEW, 200_000, 8_000),
        "variants": Made(rendered_variant_pair, Stands, variants.VIEW, 130_000, 6_500),
    }
)


def train(arguments: argparse.Namespace, made: Made) -> None:
    """Render pairs, train on them and write the network."""
    import torch  # here, as processes that render import this file too and need none
    from comparator.network import Network, write
    from comparator.training import trained
    from comparator.variant_network import VariantNetwork

    started = time.monotonic()
    torch.set_num_threads(1)  # two threads wait for each other wherever anything else runs: ten times the time
    pairs = rendered(made.renders, arguments.data, 0, arguments.pairs or made.pairs, arguments.jobs)
    print(f"{len(pairs)} pairs to train on: {time.monotonic() - started:.0f} s", flush=True)
    network = {"comparator": Network, "variants": VariantNetwork}[arguments.network]
    write(trained(network, pairs, steps=arguments.steps or made.steps, seed=arguments.seed), made.view, arguments.out)


def confusion(model: Path, pairs: Pairs, outputs: int) -> NDArray[np.int64]:
    """int64 (true, told) counts of a written network."""
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    counts = np.zeros((outputs, outputs), np.int64)
    for start in range(0, len(pairs), 256):
        part = pairs.chosen(slice(start, start + 256))
        given = {"now": part.now, "reference": part.reference, "outline": part.outline}
        (logits,) = session.run(["logits"], given)
        np.add.at(counts, (part.shows, logits.argmax(1)), 1)
    return counts


def main() -> None:
    """Render, train, write ONNX, report on held-out seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=list(NETWORKS))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of public data")
    parser.add_argument("--out", type=Path, help="the network's own place in edgekit unless given")
    parser.add_argument("--pairs", type=int, help="rendered for training; the network's own number unless given")
    parser.add_argument("--held-out", type=int, default=6_000, help="pairs rendered for the report only")
    parser.add_argument("--steps", type=int, help="of 96 pairs; the network's own number unless given")
    parser.add_argument("--seed", type=int, default=0, help="of the training; what is rendered does not depend on it")
    parser.add_argument("--jobs", type=int, default=2, help="processes that render")
    parser.add_argument("--report-only", action="store_true", help="train nothing, report on the model in --out")
    arguments = parser.parse_args()
    made = NETWORKS[arguments.network]
    arguments.out = arguments.out or Path(f"edgekit/shelf/evidence/{arguments.network}.onnx")
    started = time.monotonic()
    if not arguments.report_only:
        train(arguments, made)
    held_out = rendered(made.renders, arguments.data, HELD_OUT, arguments.held_out, arguments.jobs)
    counts = confusion(arguments.out, held_out, len(made.tells))
    recall = {one.name.lower(): round(float(counts[one, one] / counts[one].sum()), 4) for one in made.tells}
    figures = {
        "held_out_accuracy": round(float(np.trace(counts) / counts.sum()), 4),
        "recall": recall,
        "confusion": counts.tolist(),
        "bytes": arguments.out.stat().st_size,
        "seconds": round(time.monotonic() - started),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
