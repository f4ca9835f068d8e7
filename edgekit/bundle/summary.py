"""A bundle as plain values: what `edgekit inspect` shows and prints as JSON."""

from __future__ import annotations

from typing import Any

from edgekit.bundle.bundle import Bundle

__all__ = ["summary_of"]


def summary_of(bundle: Bundle) -> dict[str, Any]:
    """Everything that the bundle says of itself, the manifest's long lists cut to counts where they are not words.

    Keys: path, sha256, bytes, name, task, classes, input, preprocessing, decoder, outputs, batch, graphs (by
    encoding: bytes, opset, macs, golden_sqnr_db, quantization), golden, provenance, licence, report, calibration,
    files (path, bytes, sha256).
    """
    manifest = bundle.manifest
    plain = manifest.model_dump(mode="json")
    graphs = {
        encoding.value: {
            "bytes": manifest.files[encoding.member].bytes,
            "sha256": manifest.files[encoding.member].sha256,
            **plain["graphs"][encoding.value],
        }
        for encoding in bundle.encodings
    }
    return {
        "path": str(bundle.path),
        "sha256": bundle.sha256,
        "bytes": bundle.path.stat().st_size,
        "name": manifest.name,
        "task": manifest.task.value,
        "classes": list(manifest.class_names),
        "input": plain["inputs"][0],
        "outputs": plain["outputs"],
        "preprocessing": plain["preprocessing"],
        "decoder": plain["decoder"],
        "batch": plain["batch"],
        "graphs": graphs,
        "golden": plain["golden"],
        "provenance": plain["provenance"],
        "licence": manifest.licence,
        "report": bundle.report(),
        "calibration": bundle.calibration(),
        "files": [{"path": path, **spec} for path, spec in sorted(plain["files"].items())],
    }
