"""The look of replay.html: every page's, and what timelines need."""

from __future__ import annotations

from typing import Final

from edgekit.page.style import STYLE as EVERY_PAGE

__all__ = ["STYLE"]

STYLE: Final = (
    EVERY_PAGE
    + """
:root { --stocked: #b9dcc6; --low: #eec75a; --out: #8c2f39; --misplaced: #7a5cc4; --hidden: #59636e;
  --nuisance: #9fb6de; --on-dark: #ffffff; --on-pale: #171b21; }
@media (prefers-color-scheme: dark) { :root { --stocked: #2c5a41; --low: #b98a1d; --out: #e5727d;
  --misplaced: #a58df0; --hidden: #8a96a3; --nuisance: #40598a; --on-dark: #14181d; --on-pale: #e8ecf1; } }
.band-stocked { fill: var(--stocked); } .band-low { fill: var(--low); } .band-out_of_stock { fill: var(--out); }
.band-misplaced { fill: var(--misplaced); } .band-unknown { fill: url(#hatch); } .band-hidden { fill: var(--hidden); }
.band-nuisance { fill: var(--nuisance); } .band-camera { fill: var(--unsafe); opacity: .55; }
.hatch-line { stroke: var(--hidden); stroke-width: 2; } .hatch-ground { fill: var(--line); }
.scroll { overflow-x: auto; margin: .8rem 0 0; background: var(--card); border: 1px solid var(--line);
  border-radius: .9rem; padding: .6rem 1rem .9rem; }
.track { min-width: var(--least, 0); margin-top: .65rem; }
.track > span { position: sticky; left: 0; font-size: .82rem; display: inline-block; max-width: 100%; }
.track svg { display: block; width: 100%; overflow: visible; } .track svg svg { overflow: hidden; }
.track svg svg.mark { overflow: visible; }
.track text { font-size: 10px; fill: var(--on-pale); } .track .axis-label { fill: var(--dim); font-size: 11px; }
.track text.band-out_of_stock, .track text.band-misplaced { fill: var(--on-dark); }
.track text.band-stocked, .track text.band-low, .track text.band-nuisance, .track text.band-camera,
.track text.band-unknown { fill: var(--on-pale); }
.track text.band-unknown { paint-order: stroke; stroke: var(--line); stroke-width: 3px; }
.mark-right { fill: var(--safe); } .mark-late { fill: var(--unsure); }
.mark-wrong { stroke: var(--unsafe); stroke-width: 3; stroke-linecap: round; fill: none; }
.mark-missed { stroke: var(--unsafe); stroke-width: 2.2; fill: none; }
.tag { color: var(--dim); } .tag.unsafe { color: var(--unsafe); } .tag.safe { color: var(--safe); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; font-size: .85rem; color: var(--dim); margin: .8rem 0 0;
  max-width: none; }
.legend span { display: inline-flex; align-items: center; gap: .4rem; }
.legend svg { width: 1.1rem; height: .85rem; flex: none; }
.take { margin-top: 2rem; } .take > summary { font-size: 1.05rem; font-weight: 600; color: var(--ink); }
.take > summary small { font-weight: 400; color: var(--dim); margin-left: .5rem; }
.faults { grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); }
.faults img { display: block; width: 100%; height: auto; border-radius: .4rem; background: var(--line); }
.faults .views { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: .5rem;
  align-items: start; }
.faults .pill { font-style: normal; display: inline-block; }
.faults figcaption b { display: block; margin-top: .3rem; }
.curves { grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
.line.second { stroke: var(--safe); } .dot.second { fill: var(--safe); } .dot.hollow { fill: var(--card);
  stroke: var(--bar); stroke-width: 1.5; } .dot.hollow.second { stroke: var(--safe); }
.curves h3 small { font-weight: 400; color: var(--dim); } .curves i { font-style: normal; color: var(--bar); }
.curves i.second { color: var(--safe); font-size: inherit; } .second { margin: 0; }
"""
)
