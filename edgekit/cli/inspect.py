"""`edgekit inspect`: what a bundle holds, after everything in it was verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


def inspect(
    bundle: Annotated[Path, typer.Argument(help="The .edgekit file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, with the whole report.")] = False,
) -> None:
    """Verify every byte of a bundle and print what it holds; a changed one is refused, and the change named.

    Example: edgekit inspect products.edgekit
    """
    from edgekit.bundle.bundle import Bundle
    from edgekit.bundle.summary import summary_of

    summary = summary_of(Bundle.open(bundle))
    if as_json:
        typer.echo(json.dumps(summary, indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    show(summary, Console(highlight=False))


def show(summary: dict[str, Any], console: Console) -> None:
    """Print a summary: facts, then one line a graph."""
    from rich.markup import escape
    from rich.table import Table

    console.print(f"[bold]{escape(summary['name'])}[/] · {summary['task']} · every byte verified [green]✓[/]")
    console.print()
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", min_width=12)
    facts.add_column(overflow="fold")
    for name, value in _facts(summary):
        facts.add_row(name, escape(value))
    console.print(facts)
    console.print()
    graphs = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    graphs.add_column("graph")
    for heading in ("size", "MACs in INT8: planned", "executed", "golden limit"):
        graphs.add_column(heading, justify="right")
    for encoding, graph in summary["graphs"].items():
        macs = graph["macs"]
        graphs.add_row(
            encoding,
            _megabytes(graph["bytes"]),
            _share(macs["planned_int8"], macs["total"]),
            _share(macs["executed_int8"] if macs["planned_int8"] else 0, macs["total"]),
            f"{graph['golden_sqnr_db']:g} dB",
        )
    console.print(graphs)


def _facts(summary: dict[str, Any]) -> list[tuple[str, str]]:
    geometry, arithmetic = summary["preprocessing"]["geometry"], summary["preprocessing"]["arithmetic"]
    provenance, batch, decoder = summary["provenance"], summary["batch"], summary["decoder"]
    rows = [
        ("file", f"{summary['path']} ({_megabytes(summary['bytes'])}, {len(summary['files'])} members)"),
        ("sha256", summary["sha256"]),
        ("source", _joined(provenance["source"], provenance["architecture"])),
        ("classes", _classes(summary["classes"], provenance["classes_from"])),
        ("picture", _geometry(geometry)),
        ("arithmetic", _arithmetic(arithmetic) + ", inside the graphs"),
        ("from", provenance["preprocessing_from"] or ""),
        ("outputs", "; ".join(f"{output['name']} {_shape(output['shape'])}" for output in summary["outputs"])),
        ("decoder", decoder["name"] + "".join(f", {name} {_short(v)}" for name, v in decoder["parameters"].items())),
        ("batch", f"{batch['min']} to {batch['max']}, optimised for {batch['opt']}"),
        ("calibration", provenance["calibration"] or ""),
        ("licence", summary["licence"] or "not given"),
        ("written by", f"edgekit {provenance['edgekit_version']}"),
    ]
    return [(name, value) for name, value in rows if value]


def _geometry(geometry: dict[str, Any]) -> str:
    height, width = geometry["size_hw"]
    mode = {
        "letterbox": f"letterbox {geometry['anchor'].replace('_', ' ')}, pad {geometry['pad_value']}",
        "stretch": "stretch",
        "center_crop": f"shorter side {geometry['resize_shorter_px'] or min(height, width)}, centre crop",
    }[geometry["mode"]]
    return f"{width}x{height} BGR uint8, {mode}, {geometry['interpolation']}"


def _arithmetic(arithmetic: dict[str, Any]) -> str:
    parts = [arithmetic["order"].upper()]
    if arithmetic["scale"] != 1:
        parts.append(f"x {arithmetic['scale']:.6g}")
    if any(arithmetic["mean"]):
        parts.append(f"mean {_numbers(arithmetic['mean'])}")
    if any(value != 1 for value in arithmetic["std"]):
        parts.append(f"std {_numbers(arithmetic['std'])}")
    return ", ".join(parts if len(parts) > 1 else [*parts, "0-255 as they are"])


def _classes(names: list[str], origin: str | None) -> str:
    if not names:
        return ""
    shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    return f"{len(names)}: {shown}" + (f" (from {origin})" if origin else "")


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _numbers(values: list[float]) -> str:
    return " ".join(f"{value:.4g}" for value in values)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"({len(value)} values)"


def _shape(shape: list[int | None]) -> str:
    return "(" + ", ".join("batch" if size is None and not at else str(size) for at, size in enumerate(shape)) + ")"


def _share(part: int | None, whole: int) -> str:
    if part is None:
        return "unknown"
    return f"{part / whole:.1%}" if whole else "0.0%"


def _megabytes(count: int) -> str:
    return f"{count / 10**6:.1f} MB"
