"""Which graph of a bundle `auto` takes on this machine, and why."""

from __future__ import annotations

from pathlib import Path

from edgekit.backends.protocols import LoadOptions
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.doctor.report import Finding, Status
from edgekit.errors import EdgekitError

__all__ = ["graph_choice"]


def graph_choice(path: Path, cache_dir: Path | None = None, options: LoadOptions | None = None) -> list[Finding]:
    """Load a bundle as `run` would, and say what was chosen and what does not reproduce its golden outputs.

    Raises:
        BundleError: it is missing, or not as it was written.
    """
    section = f"Bundle {path}"
    bundle = Bundle.open(path)
    try:
        model = load_model(bundle, options=options, cache_dir=cache_dir)
    except EdgekitError as error:
        return [Finding(section, "auto", error.message, Status.WARNING, error.hint)]
    model.close()
    mismatched = [each for each in model.candidates if each.outcome == "golden mismatch"]
    reproduced = {each.encoding for each in model.candidates if each.outcome in ("chosen", "passed over")}
    return [
        Finding(section, "auto", model.reason),
        *(
            Finding(section, str(each), each.detail, Status.WARNING, _advice(each.backend, each.encoding in reproduced))
            for each in mismatched
        ),
    ]


def _advice(backend: str, reproduced_elsewhere: bool) -> str:
    if reproduced_elsewhere:
        return f"Another backend reproduces it; another version of {backend} may too."
    return "Export it again."
