"""What somebody asks `edgekit export` for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from edgekit_calibration import Method

from edgekit.errors import OutputError, UsageError
from edgekit_export.calibration_images import DEFAULT_MAX_IMAGES, MIN_IMAGES
from edgekit_export.models import ModelOptions

__all__ = ["ExportRequest", "check_request"]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and how.

    Attributes:
        model: an ONNX file, an architecture's name, or package.module:factory.
        output: the bundle to write, NAME.edgekit.
        options: what the model is.
        int8: write both INT8 encodings too; needs `calibration`.
        calibration: folders, videos or lists of pictures.
        max_images: at most so many calibration pictures.
        data: labelled pictures to measure every encoding on.
        licence: the model's, for the manifest.
        max_drop: points that each INT8 encoding may lose against float, of the task's own metric on `data`, or of
            agreement with float without it; None: only the noise budget decides.
        method: how ranges are chosen: auto, mse, percentile, entropy or min-max.
        table: the calibration table of an earlier export (its bundle, or the JSON): its ranges are taken as they are;
            refused where graph, pictures, preprocessing or method are others.
        equalize, correct_bias, adaround: repairs to try (see QuantizeOptions); each is kept where it helps.
        cache: folder where the steps of quantizing are kept, so that an interrupted export goes on where it was and a
            second one with the same pictures is soon done (`edgekit export` gives the user's cache); None: nowhere.
        target_latency_ms: milliseconds that int8-cpu may take for a picture on this machine; None: any.
    """

    model: str
    output: Path
    options: ModelOptions = field(default_factory=ModelOptions)
    int8: bool = False
    calibration: tuple[Path, ...] = ()
    max_images: int = DEFAULT_MAX_IMAGES
    data: Path | None = None
    licence: str | None = None
    max_drop: float | None = None
    target_latency_ms: float | None = None
    method: Method = Method.AUTO
    table: Path | None = None
    equalize: bool = False
    correct_bias: bool | None = None
    adaround: bool | None = None
    cache: Path | None = None


def check_request(request: ExportRequest) -> None:
    """Refuse what cannot be done, before the long work begins.

    Raises:
        UsageError: options that are missing or do not go together.
        OutputError: the bundle cannot be written there.
    """
    if request.output.suffix != ".edgekit":
        raise UsageError(f"-o {request.output}: a bundle's name ends in .edgekit.")
    if request.int8 and not request.calibration:
        raise UsageError(
            "--int8 needs calibration pictures: --calibration is missing.",
            hint="Give a folder of pictures or a video of the shop: --calibration DIR",
        )
    if request.max_drop is not None and not (request.int8 and request.max_drop >= 0):
        raise UsageError("--max-drop takes points (0 or more) and goes with --int8.", hint="For example --max-drop 0.5")
    if request.target_latency_ms is not None and not (request.int8 and request.target_latency_ms > 0):
        raise UsageError("--target-latency takes milliseconds and goes with --int8.", hint="--target-latency 10")
    if request.table is not None and not request.int8:
        raise UsageError("--calibration-table goes with --int8.")
    if request.max_images < 1:
        raise UsageError(f"--calibration-images {request.max_images} is not a number of pictures.")
    if request.calibration and request.max_images < MIN_IMAGES:
        raise UsageError(f"--calibration-images {request.max_images} is too few: at least {MIN_IMAGES} are needed.")
    if request.output.is_dir():
        raise OutputError(f"{request.output} is a folder.", hint="Give a file name: -o NAME.edgekit")
    folder = request.output.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OutputError(f"Cannot write {request.output}: {folder} is not a folder that can be written to.")
