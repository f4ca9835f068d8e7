"""Checkpoints: weights read without running anybody's code, and fitted into a module or refused with the reason."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from edgekit.errors import ModelError
from edgekit_export.needs import need

__all__ = ["load_checkpoint", "load_weights", "unwrap", "without_prefix"]

# Under which keys training scripts put the weights, the averaged ones first as that is what people deploy.
_WRAPPERS: Final = ("model_ema", "ema", "state_dict_ema", "state_dict", "model_state_dict", "model", "net", "weights")
# What wrappers put in front of each name: DataParallel, torch.compile, Lightning.
_PREFIXES: Final = ("module.", "_orig_mod.", "model.")


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Weights by name from a PyTorch (`weights_only=True`) or safetensors file.

    Raises:
        ModelError: missing, unreadable, or holding more than plain weights.
        MissingExtra: torch or safetensors is not installed.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such checkpoint.")
    if path.suffix.lower() == ".safetensors":
        return _safetensors(path)
    torch = need("torch", "torch", needed_for="reading a checkpoint")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of pickles that it did not write, and then refuses them
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{path} is refused: it holds {_refused(str(error))}, and loading that would run code from the file.",
            hint="Save the weights alone: torch.save(model.state_dict(), path), or as .safetensors.",
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{path} is not a readable PyTorch checkpoint: {reason}") from error
    if hasattr(content, "state_dict"):
        raise ModelError(f"{path} holds a whole model.", hint="Save model.state_dict() instead.")
    return unwrap(content, path)


def _refused(reason: str) -> str:
    """What weights_only found, from torch's message."""
    for marker in ("Unsupported global: GLOBAL ", "Unsupported class ", "GLOBAL "):
        if marker in reason:
            return f"the Python object {reason.split(marker, 1)[1].split()[0].rstrip('.,')}"
    return "more than plain weights, or is no PyTorch file"


def _safetensors(path: Path) -> dict[str, Any]:
    safetensors = need("safetensors", "torch", needed_for="reading a .safetensors checkpoint")
    need("torch", "torch", needed_for="reading a checkpoint")
    from safetensors.torch import load_file

    try:
        return unwrap(load_file(path), path)
    except (safetensors.SafetensorError, OSError) as error:
        raise ModelError(f"{path} is not a readable safetensors file: {error}") from error


def unwrap(content: Any, path: Path) -> dict[str, Any]:
    """The weights inside what a training script saved, without the prefixes that wrappers add.

    Raises:
        ModelError: there are no weights in it.
    """
    for _ in range(3):
        if not isinstance(content, Mapping):
            break
        inner = next((content[key] for key in _WRAPPERS if isinstance(content.get(key), Mapping)), None)
        if inner is None:
            break
        content = inner
    if not isinstance(content, Mapping):
        raise ModelError(f"{path} holds a {type(content).__name__}, not weights by name.")
    weights = {str(key): value for key, value in content.items() if hasattr(value, "shape")}
    if not weights:
        keys = ", ".join(str(key) for key in list(content)[:5])
        raise ModelError(f"{path} holds no weights (its keys: {keys or 'none'}).")
    return weights


def load_weights(module: Any, weights: Mapping[str, Any], path: Path, *, architecture: str) -> None:
    """Put `weights` into `module` (torch.nn.Module); every name and shape must fit.

    Raises:
        ModelError: names the first weight that does not, with both shapes.
    """
    expected = module.state_dict()
    fitting = without_prefix(weights, expected)
    wrong = [key for key in expected if key in fitting and fitting[key].shape != expected[key].shape]
    if wrong:
        key = wrong[0]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise ModelError(
            f"{path} does not fit {architecture}: {key} is {_shape(fitting[key])}, "
            f"expected {_shape(expected[key])}{more}.",
            hint="Check the architecture's name and the number of classes.",
        )
    # num_batches_tracked only counts training steps; old checkpoints lack it.
    missing = [key for key in expected if key not in fitting and not key.endswith("num_batches_tracked")]
    unknown = [key for key in fitting if key not in expected]
    if missing or unknown:
        which = f"lacks {missing[0]}" if missing else f"holds {unknown[0]}, which the model has not"
        counts = f"{len(missing)} missing, {len(unknown)} unknown of {len(expected)}"
        raise ModelError(
            f"{path} does not fit {architecture}: it {which} ({counts}).", hint="Check the architecture's name."
        )
    module.load_state_dict(fitting, strict=False)


def without_prefix(weights: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """The weights with the prefixes of wrappers taken off, until some name is one that the model has."""
    found = dict(weights)
    for _ in range(3):
        if any(key in expected for key in found):
            break
        prefix = next((prefix for prefix in _PREFIXES if all(key.startswith(prefix) for key in found)), None)
        if prefix is None:
            break
        found = {key[len(prefix) :]: value for key, value in found.items()}
    return found


def _shape(tensor: Any) -> str:
    return "x".join(str(side) for side in tensor.shape) or "a single number"
