"""The look of report.html: every page's, and what only this one has."""

from __future__ import annotations

from typing import Final

from edgekit.page.style import STYLE as EVERY_PAGE

__all__ = ["STYLE"]

STYLE: Final = (
    EVERY_PAGE
    + """
dl.pairs.changes { margin-top: .4rem; } dl.pairs.changes div { border-top: 1px solid var(--line); padding: .3rem 0; }
dl.pairs.changes dt { color: inherit; flex: initial; min-width: 0; } dl.pairs.changes dd { flex: none; }
table.layers { table-layout: fixed; }
.lost-box { fill: none; stroke: #ff5a4f; stroke-width: 2; } .new-box { fill: none; stroke: #ffc93c; stroke-width: 2;
  stroke-dasharray: 5 3; }
figure svg.shot { display: block; width: 100%; height: 10rem; border-radius: .4rem; background: var(--line); }
.key { display: inline-block; width: 1.1rem; height: 0; border-top: 3px solid #ff5a4f; vertical-align: middle; }
.key.new { border-top: 3px dashed #ffc93c; }
@media (max-width: 46rem) {
  table.layers { table-layout: auto; }
  .layers td:not(:first-child) > span { flex: 0 0 52%; }
}
"""
)
