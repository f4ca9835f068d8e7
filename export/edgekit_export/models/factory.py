"""The user's own code as a SourceModel: `package.module:factory`."""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path
from typing import Any

from edgekit.bundle.manifest import Preprocessing, Task
from edgekit.errors import EdgekitError, ModelError, UsageError
from edgekit_export.models.checkpoints import load_checkpoint, load_weights
from edgekit_export.models.class_names import ClassNames, resolve_names
from edgekit_export.models.options import ModelOptions
from edgekit_export.models.outputs import DETECTORS, choose_decoder, decoder_from_text
from edgekit_export.models.presets import default_preprocessing, preprocessing_from
from edgekit_export.models.probe import float_input, run_once
from edgekit_export.models.source_model import SourceModel
from edgekit_export.models.torch_export import onnx_from_module
from edgekit_export.models.user_model import UserModel
from edgekit_export.needs import need

__all__ = ["model_from_factory"]


def model_from_factory(named: str, options: ModelOptions) -> SourceModel:
    """Call `package.module:factory` (found from the current folder too) and resolve what it returns.

    Raises:
        ModelError: it cannot be imported or called, or returns something else than a module or UserModel.
        UsageError: what a bare module does not say is not given either.
        MissingExtra: torch is not installed.
    """
    need("torch", "torch", needed_for="exporting a PyTorch model")
    need("onnx", "export", needed_for="edgekit export")
    user = _user_model(_call(named), named, options)
    weights_file = options.checkpoint
    if weights_file is not None:
        load_weights(user.module, load_checkpoint(weights_file), weights_file, architecture=named)
    preprocessing, origin = _preprocessing(user, options)
    layout = preprocessing.arithmetic.layout
    graph = onnx_from_module(user.module, size_hw=user.input_size_hw, outputs=user.outputs, layout=layout, where=named)
    outputs = run_once(graph, float_input(graph, named), user.input_size_hw)
    decoder = decoder_from_text(options.decoder) if options.decoder else user.decoder
    reading = choose_decoder(graph, outputs, user.task, decoder, user.input_size_hw, named)
    builtin = ClassNames(user.class_names, f"factory {named}") if user.class_names else None
    classes = resolve_names(
        len(user.class_names) if reading.classes is None and builtin else reading.classes,
        file=options.classes,
        builtin=builtin,
    )
    if builtin and not options.classes and classes.origin != builtin.origin:
        raise ModelError(
            f"{named} names {len(builtin.names)} classes; its module gives {reading.classes}.",
            hint="Name one class for each output.",
        )
    return SourceModel(
        onnx=graph,
        name=named.partition(":")[2],
        task=user.task,
        class_names=classes.names,
        classes_from=classes.origin,
        preprocessing=preprocessing,
        preprocessing_from=origin,
        decoder=reading.decoder,
        source=weights_file.name if weights_file else named,
        source_sha256=hashlib.sha256(weights_file.read_bytes()).hexdigest() if weights_file else None,
        architecture=named,
        notes=reading.notes,
        module=user.module,
    )


def _call(named: str) -> Any:
    module_name, _, attribute = named.partition(":")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # the user's module may raise whatever it likes; scripts exit
        raise ModelError(
            f"{named}: {module_name} cannot be imported: {type(error).__name__}: {error}.",
            hint="It is looked for in the current folder and among the installed packages.",
        ) from error
    factory = getattr(module, attribute, None)
    if not callable(factory):
        raise ModelError(f"{named}: {module_name} has no function {attribute!r}.")
    try:
        return factory()
    except EdgekitError:
        raise
    except (Exception, SystemExit) as error:  # as above
        raise ModelError(f"{named} failed: {type(error).__name__}: {error}.") from error


def _user_model(made: Any, named: str, options: ModelOptions) -> UserModel:
    if isinstance(made, UserModel):
        if options.input_size not in (None, *made.input_size_hw):
            raise UsageError(f"{named} says its input is {made.input_size_hw}; leave --input-size out.")
        return made
    if isinstance(made, type) or not (callable(made) and hasattr(made, "state_dict")):
        kind = f"the class {made.__name__}" if isinstance(made, type) else f"a {type(made).__name__}"
        raise ModelError(f"{named} returned {kind}; a torch.nn.Module or edgekit_export.models.UserModel is wanted.")
    if options.task is None or options.input_size is None:
        missing = "--task" if options.task is None else "--input-size"
        raise UsageError(
            f"{named} returned a bare module, which does not say its task and input size: {missing} is missing.",
            hint="Add --task and --input-size, or return an edgekit_export.models.UserModel.",
        )
    if options.task is Task.DETECT and options.decoder is None:
        raise UsageError(f"{named} is a detector: --decoder is missing.", hint=f"One of {', '.join(DETECTORS)}.")
    return UserModel(made, (options.input_size, options.input_size), options.task)


def _preprocessing(user: UserModel, options: ModelOptions) -> tuple[Preprocessing, str]:
    if options.preprocess is not None:
        return preprocessing_from(options.preprocess, user.input_size_hw)
    if user.preprocessing is not None:
        if user.preprocessing.geometry.size_hw != user.input_size_hw:
            raise ModelError(
                f"The factory's preprocessing is for {user.preprocessing.geometry.size_hw}, its input is "
                f"{user.input_size_hw} (height, width)."
            )
        return user.preprocessing, "factory"
    decoder = decoder_from_text(options.decoder) if options.decoder else user.decoder
    return default_preprocessing(decoder, user.input_size_hw)
