"""Golden outputs: what a loaded graph must reproduce on this device, and what `prepare` must.

Each encoding is compared with its OWN outputs, made by ONNX Runtime with optimisations off. Compared with float
outputs healthy INT8 parts by as much as swapped colours do (YOLOX-nano: 5.7 dB against 5.5); with its own outputs it
does not (19-23 dB, optimised against not; swapped colours 4-5 dB).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.protocols import Session
from edgekit.bundle.manifest import Encoding
from edgekit.bundle.members import GOLDEN_INPUTS, GOLDEN_PICTURE, GOLDEN_PREPARED, golden_output
from edgekit.errors import BundleError
from edgekit.frame import Pixels
from edgekit.vision.geometry import Geometry, prepare

__all__ = [
    "MARGIN_DB",
    "Golden",
    "GoldenResult",
    "PrepareResult",
    "array_of",
    "bytes_of",
    "check",
    "check_prepare",
    "golden_members",
    "outputs_of",
    "sqnr_db",
    "threshold_db",
]

Array = NDArray[np.generic]

MARGIN_DB: Final = 6.0
"""How much further a device may part from the reference than ONNX Runtime's own optimisations do: twice as far."""

_HIGHEST_THRESHOLD_DB: Final = {
    Encoding.FLOAT: 40.0,  # a GPU may multiply float32 in TF32, whose 11 bits leave about 60 dB a layer
    Encoding.FP16: 25.0,
    Encoding.INT8_TENSORRT: 18.0,  # one step of a quantizer can flip at every layer
    Encoding.INT8_CPU: 18.0,
}
_MAX_PREPARE_DIFFERENCE: Final = 2
"""Grey levels by which another OpenCV may round otherwise (its interpolation uses 11-bit fixed point)."""


@dataclass(frozen=True, slots=True, eq=False)
class Golden:
    """Known inputs and outputs of a bundle.

    Attributes:
        inputs: uint8 (n, height, width, 3), prepared pixels.
        picture: uint8 (height, width, 3), a picture as a source would give it.
        prepared: uint8, what `prepare` makes of it.
        expected: outputs by encoding, in the order of `output_names`.
        output_names: the graphs' outputs.
    """

    inputs: NDArray[np.uint8]
    picture: Pixels
    prepared: Pixels
    expected: Mapping[Encoding, tuple[Array, ...]]
    output_names: tuple[str, ...]

    def outputs(self, encoding: Encoding) -> tuple[Array, ...]:
        """What that encoding gives for `inputs`, one array an output, first axis n.

        Raises:
            BundleError: the bundle does not have this encoding.
        """
        if encoding not in self.expected:
            raise BundleError(f"The bundle has no golden outputs of {encoding.value}.")
        return self.expected[encoding]


@dataclass(frozen=True, slots=True)
class GoldenResult:
    """How well a session reproduced the golden outputs.

    Attributes:
        encoding: which graph.
        sqnr_db: signal to difference, dB, by output; infinite where equal, minus infinite where incomparable.
        min_sqnr_db: what each must reach.
    """

    encoding: Encoding
    sqnr_db: Mapping[str, float]
    min_sqnr_db: float

    @property
    def passed(self) -> bool:
        """Every output reaches the limit."""
        return bool(self.sqnr_db) and min(self.sqnr_db.values()) >= self.min_sqnr_db

    def __str__(self) -> str:
        name, worst = min(self.sqnr_db.items(), key=lambda item: item[1], default=("nothing", -np.inf))
        verdict = "reproduces" if self.passed else "does not reproduce"
        return (
            f"{self.encoding.value} {verdict} its golden outputs ({name}: {worst:.1f} dB, limit {self.min_sqnr_db:.1f})"
        )


@dataclass(frozen=True, slots=True)
class PrepareResult:
    """How well this machine's OpenCV reproduced the golden preparation.

    Attributes:
        max_difference: grey levels; 255 where shapes differ.
        passed: it is small enough.
    """

    max_difference: int
    passed: bool


def sqnr_db(reference: Array, other: Array) -> float:
    """Power of `reference` over power of the difference, in dB.

    Infinite where both are equal; minus infinite where shapes differ, or `other` is not finite where
    `reference` is.

    >>> round(sqnr_db(np.array([1.0, 1.0]), np.array([1.1, 0.9])), 1)
    20.0
    """
    if reference.shape != other.shape:
        return float("-inf")
    signal = reference.astype(np.float64)
    difference = other.astype(np.float64) - signal
    if not np.isfinite(difference).all():
        return float("-inf")
    noise = float(np.square(difference).sum())
    power = float(np.square(signal).sum())
    if noise == 0.0:
        return float("inf")
    return float(10 * np.log10(power / noise)) if power > 0.0 else float("-inf")


def threshold_db(encoding: Encoding, optimised_sqnr_db: float) -> float:
    """The lowest SQNR that passes, of an encoding whose optimised graph reaches `optimised_sqnr_db`.

    Args:
        encoding: what the graph is.
        optimised_sqnr_db: ONNX Runtime's optimised graph against the golden outputs, lowest of all outputs.
    """
    return round(min(optimised_sqnr_db - MARGIN_DB, _HIGHEST_THRESHOLD_DB[encoding]), 1)


def outputs_of(session: Session, inputs: NDArray[np.uint8]) -> dict[str, Array]:
    """A session's outputs for prepared pixels (n, height, width, 3), one by one, copied."""
    rows: dict[str, list[Array]] = {}
    for row in inputs:
        answer = session.result(session.submit(row[None]))
        for name, values in answer.items():
            rows.setdefault(name, []).append(np.array(values))
    return {name: np.concatenate(parts) for name, parts in rows.items()}


def check(session: Session, golden: Golden, encoding: Encoding, min_sqnr_db: float) -> GoldenResult:
    """Run the golden inputs through `session` and compare with what the encoding gave at export.

    Args:
        session: a loaded graph of that encoding.
        golden: of the same bundle.
        encoding: which outputs to compare with.
        min_sqnr_db: the manifest's `golden_sqnr_db` of that graph.
    """
    found = outputs_of(session, golden.inputs)
    reached = {}
    for name, reference in zip(golden.output_names, golden.outputs(encoding), strict=True):
        reached[name] = sqnr_db(reference, found[name]) if name in found else float("-inf")
    return GoldenResult(encoding, reached, min_sqnr_db)


def check_prepare(golden: Golden, geometry: Geometry) -> PrepareResult:
    """Prepare the golden picture here and compare with what export made of it."""
    found = prepare(golden.picture, geometry)
    if found.shape != golden.prepared.shape:
        return PrepareResult(255, passed=False)
    difference = int(np.abs(found.astype(np.int16) - golden.prepared).max())
    return PrepareResult(difference, passed=difference <= _MAX_PREPARE_DIFFERENCE)


def golden_members(
    inputs: NDArray[np.uint8],
    outputs: Mapping[Encoding, Sequence[Array]],
    picture: Pixels,
    prepared: Pixels,
) -> dict[str, bytes]:
    """The members that hold these golden arrays; `outputs` in the order of the manifest's golden outputs."""
    members = {
        GOLDEN_INPUTS: bytes_of(inputs),
        GOLDEN_PICTURE: bytes_of(picture),
        GOLDEN_PREPARED: bytes_of(prepared),
    }
    for encoding, arrays in outputs.items():
        members |= {golden_output(encoding, index): bytes_of(array) for index, array in enumerate(arrays)}
    return members


def bytes_of(array: Array) -> bytes:
    """An array in the .npy format, version 1.0, C order."""
    out = BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return out.getvalue()


def array_of(name: str, content: bytes | memoryview) -> Array:
    """The array of a .npy member, read-only, a view of `content`.

    Nothing is allocated by what the header claims: the shape must account for every byte that is there.

    Raises:
        BundleError: it is not such a file.
    """
    stream = BytesIO(content[: 1 << 16])
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("not version 1.0")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    except (ValueError, SyntaxError, EOFError) as error:
        raise BundleError(f"{name} is not a .npy file of numbers: {error}.") from error
    count = 1
    for size in shape:
        count *= size
    body = content[stream.tell() :]
    if fortran or dtype.kind not in "fiub" or min(shape, default=0) < 0 or count * dtype.itemsize != len(body):
        raise BundleError(f"{name} does not hold what its header says ({dtype} {shape}).")
    return np.frombuffer(body, dtype).reshape(shape)
