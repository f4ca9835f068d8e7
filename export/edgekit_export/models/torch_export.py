"""A torch module as an ONNX graph."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

from edgekit.errors import ModelError
from edgekit_export.needs import need

__all__ = ["onnx_from_module"]

# The TorchScript exporter at opset 17 writes one operator where the newer exporter writes several
# (GlobalAveragePool, HardSwish), in a tenth of the time; the graph is converted to the bundle's opset later.
_OPSET = 17


def onnx_from_module(
    module: Any, *, size_hw: tuple[int, int], outputs: Sequence[str], layout: str = "nchw", where: str
) -> Any:
    """Trace `module` (torch.nn.Module) on one picture; returns an onnx.ModelProto with the input `images`.

    Args:
        module: takes float32 (1, 3, height, width), or (1, height, width, 3) where layout is "nhwc".
        size_hw: the picture's size, pixels.
        outputs: names for its outputs, in order; those beyond are numbered by torch.
        layout: what the module takes.
        where: its name for messages.

    Raises:
        ModelError: torch cannot trace or write it.
    """
    torch = need("torch", "torch", needed_for="exporting a PyTorch model")
    need("onnx", "export", needed_for="edgekit export")
    import onnx

    module.eval()
    shape = (1, 3, *size_hw) if layout == "nchw" else (1, *size_hw, 3)
    buffer = io.BytesIO()
    try:
        # The exporter warns of its own deprecation and of constants that tracing freezes, which is wanted here.
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                (torch.full(shape, 0.5),),
                buffer,
                dynamo=False,
                opset_version=_OPSET,
                input_names=["images"],
                output_names=list(outputs),
                do_constant_folding=True,
            )
    except Exception as error:  # the user's forward() and torch raise whatever they like
        reason = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"{where} cannot be exported to ONNX with a {size_hw[1]}x{size_hw[0]} picture: {reason}",
            hint="Try torch.onnx.export on it alone, and give edgekit the ONNX file that comes out.",
        ) from error
    return onnx.load_from_string(buffer.getvalue())
