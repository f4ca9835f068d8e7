"""The look of every page: one sheet, light and dark, from a phone's width upwards; pages add rules of their own."""

from __future__ import annotations

from typing import Final

__all__ = ["STYLE"]

STYLE: Final = """
:root { color-scheme: light dark; --ink: #171b21; --dim: #59636e; --line: #e2e6ea; --page: #f7f8fa; --card: #ffffff;
  --bar: #3b6fd4; --soft: #c3d3f1; --safe: #12744a; --safe-soft: #e3f3ea; --unsure: #8a5a00; --unsure-soft: #fbf0d6;
  --unsafe: #b3261e; --unsafe-soft: #fbe6e4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --dim: #9ca7b3; --line: #2f3740; --page: #0f1318;
  --card: #171d24; --bar: #7ba4f4; --soft: #2d4472; --safe: #56c58c; --safe-soft: #12301f; --unsure: #e3b341;
  --unsure-soft: #33270c; --unsafe: #ff8a80; --unsafe-soft: #3a1714; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1.25rem 5rem; }
.kicker { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; color: var(--dim);
  font-size: .9rem; margin: 0 0 .9rem; }
.kicker h1 { font-size: inherit; margin: 0; color: var(--ink); font-weight: 600; min-width: 0; }
h2 { font-size: 1.3rem; line-height: 1.3; letter-spacing: -.01em; margin: 3.2rem 0 .3rem; }
h3 { font-size: 1rem; margin: 0; line-height: 1.35; } h3 .dim { font-weight: 400; }
h2 + p { margin-top: 0; }
p { margin: .5rem 0; max-width: 46rem; }
.dim, .small { color: var(--dim); }
.small { font-size: .88rem; }
.hero { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 1.2rem; border-radius: 1rem;
  padding: 1.6rem 1.7rem; background: var(--tone-soft); align-items: center; }
.hero > svg { width: 3.2rem; height: 3.2rem; color: var(--tone); }
.hero strong { font-size: 2.1rem; line-height: 1.15; letter-spacing: -.02em; color: var(--tone); }
.hero > div { grid-column: 2; }
.hero p { font-size: 1.1rem; margin: .5rem 0 0; } .hero p.small { font-size: .92rem; }
.hero ul { margin: .9rem 0 0; padding: 0; list-style: none; max-width: 46rem; }
.hero li { padding-left: 1.3rem; position: relative; margin-top: .3rem; }
.hero li::before { content: "\\2192"; position: absolute; left: 0; color: var(--tone); }
.safe { --tone: var(--safe); --tone-soft: var(--safe-soft); }
.unsure { --tone: var(--unsure); --tone-soft: var(--unsure-soft); }
.unsafe { --tone: var(--unsafe); --tone-soft: var(--unsafe-soft); }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
  margin-top: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.1rem 1.2rem;
  min-width: 0; }
.card header { display: flex; gap: .8rem; justify-content: space-between; align-items: start; }
.pill { flex: none; border-radius: 1rem; padding: .1rem .65rem; font-size: .8rem; font-weight: 600;
  color: var(--tone); background: var(--tone-soft); }
.figure { font-size: 1.75rem; font-weight: 650; letter-spacing: -.02em; line-height: 1.2; margin: .8rem 0 0; }
.figure + p, .second { margin: .1rem 0 .7rem; color: var(--dim); font-size: .92rem; }
.second { margin-top: .6rem; }
dl.pairs { margin: .9rem 0 0; font-size: .92rem; }
dl.pairs div { display: flex; gap: 1rem; justify-content: space-between; padding: .16rem 0; }
dl.pairs dt { color: var(--dim); flex: none; } dl.pairs dd { margin: 0; text-align: right; min-width: 0;
  font-variant-numeric: tabular-nums; }
h4 { font-size: .85rem; margin: 1.1rem 0 0; color: var(--dim); }
.warn { border-left: .25rem solid var(--unsure); background: var(--unsure-soft); border-radius: .4rem;
  padding: .7rem 1rem; margin: 1rem 0 0; }
.warn p { margin: 0; } .warn p + p { margin-top: .4rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin-top: .8rem;
  font-size: .95rem; }
th, td { text-align: right; padding: .5rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: normal; }
thead th { font-weight: 600; color: var(--dim); font-size: .82rem; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere; min-width: 7.5rem; }
td:last-child { overflow-wrap: anywhere; }
tbody th { font-weight: 600; }
td:last-child, th:last-child { padding-right: 0; }
.text td { text-align: left; }
td small { display: block; color: var(--dim); font-size: .82rem; }
.best { color: var(--safe); } .worst { color: var(--unsafe); }
svg.plot { display: block; width: 100%; height: auto; max-width: 24rem; }
svg.plot text { font-size: 11px; fill: var(--dim); }
svg.rule { display: block; width: 100%; height: .55rem; margin-top: .35rem; }
.axis { stroke: var(--line); stroke-width: 1; } .tick { stroke: var(--dim); stroke-width: 1; }
.bar { fill: var(--bar); } .idle { fill: var(--soft); } .rest { fill: var(--line); } .out { fill: var(--unsafe); }
.zone-safe { fill: var(--safe-soft); } .zone-unsure { fill: var(--unsure-soft); }
.zone-unsafe { fill: var(--unsafe-soft); }
.whisker { stroke: var(--tone, var(--bar)); stroke-width: 2.5; stroke-linecap: round; }
.dot { fill: var(--tone, var(--bar)); } .line { fill: none; stroke: var(--bar); stroke-width: 2; }
.span { stroke: var(--safe); stroke-width: 3; stroke-linecap: round; }
figure { margin: 0; } figure.card { padding: .7rem; }
figcaption { margin-top: .6rem; font-size: .88rem; line-height: 1.45; }
figcaption span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.pictures { grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .8rem; }
details { margin-top: .8rem; } summary { cursor: pointer; color: var(--bar); padding: .3rem 0; }
ul.lines { padding-left: 1.1rem; margin: .5rem 0; } ul.lines li { margin: .2rem 0; }
dl.words { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .4rem 1.4rem;
  margin: .8rem 0 0; }
dl.words dt { color: var(--dim); } dl.words dd { margin: 0; }
code { font-size: .9em; } .hero code { white-space: nowrap; }
@media (max-width: 46rem) {
  main { padding: 1rem 1rem 4rem; }
  h2 { margin-top: 2.4rem; font-size: 1.2rem; }
  .hero { padding: 1.2rem 1.1rem; gap: 0 .8rem; }
  .hero > svg { width: 2rem; height: 2rem; }
  .hero strong { font-size: 1.55rem; }
  .hero > div { grid-column: 1 / -1; }
  .hero p { font-size: 1.02rem; margin-top: .7rem; } .hero p.small { font-size: .9rem; }
  .wide thead { display: none; }
  .wide tr { display: block; border-bottom: 1px solid var(--line); padding: .6rem 0; }
  .wide td, .wide th { display: flex; justify-content: space-between; gap: 1.2rem; border: 0; padding: .12rem 0;
    text-align: right; overflow-wrap: anywhere; }
  .wide th { font-size: 1rem; color: var(--ink); text-align: left; }
  .wide td::before { content: attr(data-head); color: var(--dim); text-align: left; flex: none; max-width: 55%; }
  .wide td:first-child::before { content: none; }
  .wide td:first-child { font-weight: 600; text-align: left; }
  .wide td:first-child small { font-weight: 400; }
  .pictures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .wide td > span { min-width: 0; }
  .wide td.void { display: none; }
  dl.words { grid-template-columns: minmax(0, 1fr); gap: 0; } dl.words dd { margin-bottom: .7rem; }
}
"""
