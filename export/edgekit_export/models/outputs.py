"""How a model's outputs are to be read: its decoder, the decoder's parameters and the number of classes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from edgekit.bundle.manifest import DecoderSpec, Task
from edgekit.errors import InputError, ModelError, UsageError
from edgekit.vision.decoders.protocol import DECODERS, make_decoder

__all__ = ["DETECTORS", "Reading", "choose_decoder", "decoder_from_text"]

DETECTORS: Final = tuple(sorted(DECODERS))

Outputs = Mapping[str, NDArray[np.generic]]

# On a grey picture an undecoded YOLOX head gives offsets of a few grid cells; decoded centres reach over the
# whole picture, hundreds of pixels.
_DECODED_FROM_PX: Final = 16.0

# Boxes as fractions may reach a little over the edge.
_NORMALISED_UP_TO: Final = 2.0


@dataclass(frozen=True, slots=True)
class Reading:
    """How outputs are read.

    Attributes:
        decoder: for the manifest.
        classes: number of classes; 0 for embeddings, None where the outputs do not say it.
        notes: what was found out rather than said, one line each.
    """

    decoder: DecoderSpec
    classes: int | None
    notes: tuple[str, ...] = ()


def decoder_from_text(text: str) -> DecoderSpec:
    """Read `--decoder NAME[:key=value,...]`.

    >>> decoder_from_text("boxes_scores:box_format=cxcywh,normalised=true").parameters
    {'box_format': 'cxcywh', 'normalised': True}

    Raises:
        UsageError: there is no such decoder, or a part is no key=value.
    """
    name, _, rest = text.partition(":")
    if name not in DECODERS:
        near = difflib.get_close_matches(name, DECODERS, n=1)
        raise UsageError(
            f"--decoder {name}: there is no such decoder.",
            hint=f"{f'Did you mean {near[0]}? ' if near else ''}Decoders: {', '.join(DETECTORS)}.",
        )
    parameters: dict[str, Any] = {}
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        content = yaml.safe_load(value) if equals else None
        if not isinstance(content, (bool, int, float, str)):
            raise UsageError(
                f"--decoder {text}: {part!r} is not key=value.", hint="For example boxes_scores:box_format=cxcywh"
            )
        parameters[key.strip()] = content
    return DecoderSpec(name=name, parameters=parameters)


def choose_decoder(
    model: Any, outputs: Outputs, task: Task, decoder: DecoderSpec | None, size_hw: tuple[int, int], where: str
) -> Reading:
    """Read the outputs of one grey picture as `task` and `decoder` ask for.

    Args:
        model: onnx.ModelProto, for the last operator's kind.
        outputs: by name, batch 1.
        task: what the model does.
        decoder: what is known of a detector's decoder; its parameters come before those found out.
        size_hw: the input's size, pixels.
        where: the model's name for messages.

    Raises:
        ModelError: the outputs cannot be what was asked for.
        UsageError: a detector without a decoder.
    """
    if task is Task.EMBED:
        _, output = _single(outputs, where, "an embedding")
        if output.ndim < 2 or any(side != 1 for side in (output.shape[0], *output.shape[2:])):
            raise ModelError(
                f"{where} gives {_shown(output)}; an embedding is (1, values).",
                hint="Give a classifier, or a model whose output is one vector a picture.",
            )
        return Reading(DecoderSpec(name="embedding"), 0)
    if task is Task.CLASSIFY:
        return _classifier(model, outputs, where)
    if decoder is None:
        raise UsageError(
            f"{where} is a detector; how its outputs are to be read is not written in the model.",
            hint=f"Add --decoder, one of {', '.join(DETECTORS)}.",
        )
    name, given = decoder.name, decoder.parameters
    found, classes, notes = _FAMILIES[name](outputs, given, where)
    parameters = {**found, **given}
    try:
        make = make_decoder(name, parameters, size_hw)
        make(outputs, min_score=0.0)
    except InputError as error:
        raise ModelError(f"{where} cannot be read by the decoder {name}: {error.message}", hint=error.hint) from error
    return Reading(DecoderSpec(name=name, parameters=parameters), classes, notes)


def _single(outputs: Outputs, where: str, what: str) -> tuple[str, NDArray[np.generic]]:
    if len(outputs) != 1:
        raise ModelError(f"{where} gives {len(outputs)} outputs ({', '.join(outputs)}); {what} has one.")
    return next(iter(outputs.items()))


def _classifier(model: Any, outputs: Outputs, where: str) -> Reading:
    name, output = _single(outputs, where, "a classifier")
    shape = output.shape
    if len(shape) < 2 or shape[0] != 1 or shape[1] < 1 or any(side != 1 for side in shape[2:]):
        raise ModelError(
            f"{where} gives {_shown(output)}; a classifier gives (1, classes).",
            hint="Is it a detector? Then use --task detect --decoder D.",
        )
    last = next((node for node in model.graph.node if name in node.output), None)
    kind = "probabilities" if last is not None and last.op_type in ("Softmax", "Sigmoid") else "softmax"
    return Reading(DecoderSpec(name=kind), shape[1])


def _shown(array: NDArray[np.generic]) -> str:
    return f"({', '.join(map(str, array.shape))})"


def _yolox(outputs: Outputs, given: Mapping[str, Any], where: str) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    output = outputs.get(str(given.get("output", "")), next(iter(outputs.values())))
    if output.ndim != 3 or output.shape[2] < 6:
        raise ModelError(f"{where} gives {_shown(output)}; the decoder yolox reads (1, points, 5 + classes).")
    decoded = float(np.abs(output[0, :, :2]).max()) > _DECODED_FROM_PX
    notes = ("Boxes come decoded out of the graph.",) if decoded else ("Boxes are decoded after the graph.",)
    return {"decoded": decoded}, output.shape[2] - 5, notes


def _yolov8(outputs: Outputs, given: Mapping[str, Any], where: str) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    output = outputs.get(str(given.get("output", "")), next(iter(outputs.values())))
    if output.ndim != 3:
        raise ModelError(f"{where} gives {_shown(output)}; the decoder yolov8 reads (1, 4 + classes, points).")
    first = output.shape[1] < output.shape[2]
    layout = str(given.get("layout", "channels_first" if first else "channels_last"))
    return {"layout": layout}, output.shape[1 if layout == "channels_first" else 2] - 4, ()


def _ssd(outputs: Outputs, given: Mapping[str, Any], where: str) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    if len(outputs) < 2 or next(iter(outputs.values())).ndim != 3:
        shapes = ", ".join(f"{name} {_shown(array)}" for name, array in outputs.items())
        raise ModelError(f"{where} gives {shapes}; the decoder ssd reads logits and offsets of each anchor.")
    logits = outputs.get(str(given.get("logits", "")), next(iter(outputs.values())))
    found: dict[str, Any] = {}
    if "anchors" not in given and "anchors_output" not in given:
        if len(outputs) < 3:
            raise ModelError(
                f"{where} gives no anchors; the decoder ssd needs them as the graph's third output.",
                hint="Export the anchors too: (anchors, 4) as centre x, centre y, width, height in input pixels.",
            )
        found["anchors_output"] = list(outputs)[2]
    background = int(given.get("background", 0))
    return found, logits.shape[2] - (background >= 0), ()


def _boxes_scores(
    outputs: Outputs, given: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], int | None, tuple[str, ...]]:
    shapes = ", ".join(f"{name} {_shown(array)}" for name, array in outputs.items())
    boxes = str(
        given.get("boxes")
        or next((name for name, array in outputs.items() if array.ndim >= 2 and array.shape[-1] == 4), "")
    )
    if boxes not in outputs:
        raise ModelError(f"{where} gives {shapes}; the decoder boxes_scores wants an output (1, n, 4) for the boxes.")
    others = {name: array for name, array in outputs.items() if name != boxes}
    rank = outputs[boxes].ndim
    table = [name for name, array in others.items() if array.ndim == rank and array.dtype.kind == "f"]
    flat = [name for name, array in others.items() if array.ndim == rank - 1 and array.dtype.kind == "f"]
    labels = [name for name, array in others.items() if array.ndim == rank - 1 and array.dtype.kind in "iu"]
    found: dict[str, Any] = {"boxes": boxes}
    classes: int | None = None
    if table:
        found["scores"] = given.get("scores", table[0])
        classes = outputs[found["scores"]].shape[-1] - (int(given.get("background", -1)) >= 0)
    elif flat and labels:
        found |= {"scores": flat[0], "labels": labels[0]}
    else:
        raise ModelError(
            f"{where} gives {shapes}; the decoder boxes_scores wants boxes with scores (1, n, classes), "
            "or with scores and integer labels (1, n)."
        )
    values = outputs[boxes].astype(np.float32)
    if "normalised" in given or not values.size:
        return found, classes, ()
    found["normalised"] = bool(np.abs(values).max() <= _NORMALISED_UP_TO)
    unit = "fractions of the picture" if found["normalised"] else "pixels"
    return found, classes, (f"Boxes look like {unit} (largest value on a grey picture: {np.abs(values).max():.4g}).",)


_FAMILIES: Final = {"yolox": _yolox, "yolov8": _yolov8, "ssd": _ssd, "boxes_scores": _boxes_scores}
