"""report.html: one readable page that holds everything it needs; its first screen says safe to deploy or not."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from edgekit_export.evaluate.scores import METRIC_WORDS
from edgekit_export.report.content import Report
from edgekit_export.report.table import columns, comparison, rows
from edgekit_export.report.verdict import Level

__all__ = ["report_html"]

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --line: #d0d7de; --page: #ffffff; --soft: #f6f8fa;
  --safe: #1a7f37; --check: #9a6700; --unsafe: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9aa4af; --line: #3a424c; --page: #10151b;
  --soft: #1a2129; --safe: #46b85e; --check: #d9a520; --unsafe: #ff7b6b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1rem; font-weight: 600; color: var(--dim); margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
.verdict { border-left: .4rem solid; padding: .9rem 1.1rem; background: var(--soft); border-radius: .3rem; }
.verdict strong { display: block; font-size: 1.6rem; line-height: 1.25; }
.verdict p { margin: .4rem 0 0; }
.safe { border-color: var(--safe); } .safe strong { color: var(--safe); }
.check { border-color: var(--check); } .check strong { color: var(--check); }
.unsafe { border-color: var(--unsafe); } .unsafe strong { color: var(--unsafe); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--dim); font-size: .85rem; }
th:first-child, td:first-child { text-align: left; white-space: nowrap; padding-left: 0; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.facts td:first-child { color: var(--dim); width: 9rem; }
p.small, li { color: var(--dim); font-size: .92rem; }
summary { cursor: pointer; margin-top: .5rem; }
code { font-size: .88rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .wide thead { display: none; }
  .wide tr { display: block; border-bottom: 1px solid var(--line); padding: .5rem 0; }
  .wide td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .15rem 0; }
  .wide td:first-child { font-weight: 600; }
  .wide td[data-head]::before { content: attr(data-head); color: var(--dim); text-align: left; }
  .facts td { display: block; border: 0; padding: .1rem 0; width: auto; }
  .facts td:first-child { width: auto; padding-top: .5rem; font-size: .85rem; }
}
"""

_MOST_LISTED: Final = 20


def report_html(report: Report) -> bytes:
    """The page, UTF-8; the same report gives the same bytes."""
    verdict = report.verdict
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report.name)}: {escape(verdict.headline)}</title>",
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(report.name)}.edgekit</h1>",
        f'<div class="verdict {Level(verdict.level).value}"><strong>{escape(verdict.headline)}</strong>',
        f"<p>{escape(verdict.reason)}</p></div>",
        _encodings(report),
        _metrics(report),
        _facts(report),
        _list("Notes", report.notes),
        _list("Pictures that could not be read", report.skipped),
        _kept_float(report),
        _layers(report),
        "</main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part).encode()


def _encodings(report: Report) -> str:
    explained = [
        "INT8 MACs planned: share of the multiplications that the graph marks for INT8. Executed here: what ONNX "
        "Runtime really ran in INT8 on the machine that exported; only int8-cpu is meant to run there."
    ]
    if report.compared:
        explained.append(
            f"Compared with float on {comparison(report)}. SQNR: power of float's outputs over power of the difference."
        )
    return f"<h2>Encodings</h2>{_table(columns(report), rows(report))}" + "".join(
        f'<p class="small">{escape(line)}</p>' for line in explained
    )


def _table(heads: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}</td>" if at == 0 else f'<td data-head="{escape(heads[at])}">{escape(cell)}</td>'
            for at, cell in enumerate(row)
        )
        + "</tr>"
        for row in body
    )
    return f'<div class="scroll"><table class="wide"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _metrics(report: Report) -> str:
    scored = [encoding for encoding in report.encodings if encoding.scores]
    if not scored or scored[0].scores is None:
        return ""
    names = list(scored[0].scores.metrics)
    body = [
        [encoding.encoding, *(f"{encoding.scores.metrics[name]:.4f}" for name in names)]
        for encoding in scored
        if encoding.scores
    ]
    heads = ["Encoding", *(METRIC_WORDS.get(name, name) for name in names)]
    about = f"{scored[0].scores.images} labelled pictures; {'; '.join(scored[0].scores.notes)}."
    return f'<h2>Accuracy</h2>{_table(heads, body)}<p class="small">{escape(about)}</p>'


def _facts(report: Report) -> str:
    facts = dict(report.model)
    if report.calibrating:
        facts["Calibration"] = f"{report.calibrating} pictures; compared with float on {comparison(report)}"
    lines = "".join(f"<tr><td>{escape(name)}</td><td>{escape(text)}</td></tr>" for name, text in facts.items())
    return f'<h2>Model</h2><table class="facts"><tbody>{lines}</tbody></table>'


def _list(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines[:_MOST_LISTED])
    more = f"<li>and {len(lines) - _MOST_LISTED} more</li>" if len(lines) > _MOST_LISTED else ""
    return f"<h2>{escape(title)}</h2><ul>{items}{more}</ul>"


def _kept_float(report: Report) -> str:
    kept = [encoding for encoding in report.encodings if encoding.kept_float]
    if not kept:
        return ""
    body = "".join(
        f"<p><b>{escape(encoding.encoding)}</b>: {len(encoding.kept_float)} of {len(report.layers)} layers, "
        f"worst first: <code>{escape(', '.join(encoding.kept_float[:_MOST_LISTED]))}"
        f"{' …' if len(encoding.kept_float) > _MOST_LISTED else ''}</code></p>"
        for encoding in kept
    )
    return f"<h2>Left in float</h2>{body}"


def _layers(report: Report) -> str:
    if not report.layers:
        return ""
    heads = ["Layer", "Operator", "MACs", "INT8 in"]
    body = [
        [
            str(layer["name"]),
            str(layer["op_type"]),
            f"{layer['macs']:,}".replace(",", " "),
            ", ".join(layer["int8"]) or str(layer.get("reason") or "none"),
        ]
        for layer in report.layers
    ]
    return f"<h2>Layers</h2><details><summary>All {len(body)} layers</summary>{_table(heads, body)}</details>"
