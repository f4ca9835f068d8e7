"""manifest.json: what a bundle says of itself."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from edgekit.vision.geometry import Anchor, Geometry, Interpolation, ResizeMode

__all__ = [
    "FORMAT_VERSION",
    "ArithmeticSpec",
    "BatchSpec",
    "DecoderSpec",
    "Encoding",
    "FileSpec",
    "GeometrySpec",
    "GoldenSpec",
    "GraphSpec",
    "Macs",
    "Manifest",
    "Preprocessing",
    "Provenance",
    "Task",
    "TensorSpecModel",
]

FORMAT_VERSION = 1

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=1, le=8192)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Task(str, Enum):
    """What a model does."""

    CLASSIFY = "classify"
    DETECT = "detect"
    EMBED = "embed"


class Encoding(str, Enum):
    """How a graph is quantized."""

    FLOAT = "float"
    FP16 = "fp16"
    INT8_TENSORRT = "int8-tensorrt"
    INT8_CPU = "int8-cpu"

    @property
    def member(self) -> str:
        """Path of this encoding's graph inside a bundle."""
        return f"graphs/{self.value}.onnx"


class GeometrySpec(_Part):
    """The geometric half of the preprocessing contract; see vision.geometry.Geometry."""

    mode: ResizeMode
    size_hw: tuple[Size, Size]
    anchor: Anchor = Anchor.TOP_LEFT
    pad_value: Annotated[int, Field(ge=0, le=255)] = 114
    interpolation: Interpolation = Interpolation.LINEAR
    resize_shorter_px: Size | None = None

    def to_geometry(self) -> Geometry:
        """The same as a plain dataclass."""
        return Geometry(**{name: getattr(self, name) for name in type(self).model_fields})

    @classmethod
    def of(cls, geometry: Geometry) -> GeometrySpec:
        """From the plain dataclass."""
        return cls(**{name: getattr(geometry, name) for name in cls.model_fields})


class ArithmeticSpec(_Part):
    """The arithmetic half: `(pixel * scale - mean) / std`, channels in `order`; exists only inside the graphs.

    Attributes:
        order: channel order that the model was trained with.
        scale: factor on 0-255 pixels (1 or 1/255).
        mean: per channel in `order`, after scaling.
        std: per channel in `order`, after scaling.
        layout: what the model file takes; the graphs take uint8 NHWC.
    """

    order: Literal["bgr", "rgb"] = "rgb"
    scale: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    layout: Literal["nchw", "nhwc"] = "nchw"


class Preprocessing(_Part):
    """What happens to a picture before the model sees it."""

    geometry: GeometrySpec
    arithmetic: ArithmeticSpec


class DecoderSpec(_Part):
    """How outputs become detections or probabilities: a decoder's name (vision.decoders) and its parameters."""

    name: str
    parameters: dict[str, float | int | str | bool | list[int] | list[float]] = {}


class TensorSpecModel(_Part):
    """One input or output; None where symbolic."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


class BatchSpec(_Part):
    """Batch sizes that the graphs were proven with."""

    min: int = 1
    opt: int = 1
    max: int = 1


class Macs(_Part):
    """Multiply-accumulates of one picture.

    Attributes:
        total: of all convolutions and matrix products.
        planned_int8: of those whose data and weight both come from DequantizeLinear.
        executed_int8: of those that ONNX Runtime on the exporting CPU really ran in INT8 (QLinearConv and its
            like in its optimised graph); None where not known.
    """

    total: int
    planned_int8: int = 0
    executed_int8: int | None = None


class GraphSpec(_Part):
    """One graph of the bundle."""

    opset: int
    ir_version: int
    macs: Macs
    golden_sqnr_db: float = Field(
        description="lowest SQNR (dB) against this encoding's golden outputs that still passes"
    )
    quantization: dict[str, str | int | float | list[str]] = {}


class GoldenSpec(_Part):
    """What golden/ holds.

    Attributes:
        inputs: number of prepared uint8 inputs in golden/inputs.npy, (n, height, width, 3).
        outputs: output names, in the order of golden/ENCODING/N.npy.
    """

    inputs: int
    outputs: tuple[str, ...]


class Provenance(_Part):
    """Where the model came from; nothing of clock or host."""

    source: str
    source_sha256: Sha256 | None = None
    architecture: str | None = None
    calibration: str | None = None
    edgekit_version: str
    classes_from: str | None = None
    preprocessing_from: str | None = None


class FileSpec(_Part):
    """Hash and size of a member."""

    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class Manifest(_Part):
    """Everything a bundle says of itself; `files` covers every member but the manifest."""

    format_version: Literal[1] = 1
    name: str
    task: Task
    class_names: tuple[str, ...] = ()
    preprocessing: Preprocessing
    decoder: DecoderSpec
    inputs: tuple[TensorSpecModel, ...]
    outputs: tuple[TensorSpecModel, ...]
    batch: BatchSpec = BatchSpec()
    graphs: dict[Encoding, GraphSpec]
    golden: GoldenSpec
    provenance: Provenance
    licence: str | None = None
    files: dict[str, FileSpec] = {}
