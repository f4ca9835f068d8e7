"""The kinds of clips, by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from blind_clips import weathers
from blind_clips.cast import Crowd
from blind_clips.gondola import GondolaPlan
from blind_clips.kind import Kind
from blind_clips.packages import DARK, DULL, LOUD, PALE
from blind_clips.shelves import bakery, baskets, crates, fridge, gondola, pegs
from blind_clips.story import Plot
from blind_clips.stream import Stream

_SWAPS = Plot(take=1.5, swap=4.0)
_NOTHING = Plot(take=0.0, bring=0.0, askew=0.0, touch=0.15)
_NOISY = Stream(noise=7.0, chroma=4.0)
_POOR = Stream(noise=2.5, quality=32, skip=7.0, clock=True)

_ALL: Final = (
    Kind("crate-heap-hands", crates(), Plot(touch=1.5), sizes=((800, 600), (960, 720))),
    Kind(
        "crate-heap-touched",
        crates(),
        Plot(take=0.0, bring=0.0, askew=3.0, touch=3.0, gap_s=(4.0, 7.0)),
        Crowd(passing=2),
    ),
    Kind("crate-floor-like-goods", crates(floor_like_goods=True), Plot(), Crowd(passing=1), stream=Stream(quality=60)),
    Kind("crate-evening", crates(), Plot(), Crowd(passing=1, trolleys=1), weathers.evening, _NOISY, aslant=0.1),
    Kind("gondola-take-return", gondola(GondolaPlan()), Plot(), Crowd(passing=2), fps=10.0, sizes=((640, 480),)),
    Kind(
        "gondola-aslant-shoppers", gondola(GondolaPlan()), Plot(bodies=0.7), Crowd(passing=3, standing=2), aslant=0.22
    ),
    Kind("gondola-twins", gondola(GondolaPlan(twins=5, sorts=0.5)), Plot(take=5.0), Crowd(passing=2)),
    Kind(
        "gondola-sorts-confused",
        gondola(GondolaPlan(sorts=0.8, twins=1)),
        Plot(take=1.0, swap=5.0, alien=("sort", "neighbour")),
    ),
    Kind(
        "gondola-small-strangers",
        gondola(GondolaPlan(boards=2)),
        Plot(take=1.5, swap=5.0, alien=("small",)),
        Crowd(passing=2),
        aslant=0.12,
    ),
    Kind("gondola-put-back-askew", gondola(GondolaPlan()), Plot(take=1.5, askew=6.0), Crowd(passing=1, children=1)),
    Kind("gondola-perforated-wall", gondola(GondolaPlan(wall="perforated")), Plot(), Crowd(passing=1), aslant=0.15),
    Kind("gondola-mirror-wall", gondola(GondolaPlan(wall="mirror", boards=2)), Plot(), Crowd(passing=2)),
    Kind("gondola-goods-behind", gondola(GondolaPlan(wall="goods", wall_value=(60, 120))), Plot(), Crowd(standing=1)),
    Kind("gondola-aisle-behind", gondola(GondolaPlan(wall="aisle")), Plot(), Crowd(passing=2), aslant=0.14),
    Kind(
        "gondola-carton-left",
        gondola(GondolaPlan()),
        Plot(leftovers=0.9, begins_with_gap=0.1),
        Crowd(passing=1),
        stream=Stream(clock=True),
    ),
    Kind(
        "pale-before-pale",
        gondola(GondolaPlan(wall_value=(195, 235), wall="plain"), palette=PALE, share=0.1),
        Plot(),
        Crowd(passing=1),
    ),
    Kind(
        "dark-before-dark",
        gondola(GondolaPlan(wall_value=(28, 55), wall="textured"), palette=DARK, share=0.1),
        Plot(),
        Crowd(passing=1),
    ),
    Kind(
        "dull-print",
        gondola(GondolaPlan(twins=3), palette=DULL, share=0.0),
        Plot(take=3.0, swap=1.5),
        Crowd(passing=1),
        aslant=0.1,
    ),
    Kind(
        "loud-neighbours",
        gondola(GondolaPlan(), palette=LOUD, share=0.2),
        Plot(bodies=0.5),
        Crowd(passing=2, like_shelf=True),
    ),
    Kind("deep-rows-sold", gondola(GondolaPlan(deep=(2, 5), boards=2)), Plot(take=6.0), Crowd(passing=1)),
    Kind(
        "deep-rows-aslant",
        gondola(GondolaPlan(deep=(1, 3), boards=3)),
        Plot(take=6.0, leftovers=0.3),
        Crowd(passing=2),
        aslant=0.2,
    ),
    Kind(
        "stacked-tins",
        gondola(GondolaPlan(stacked=(2, 3), boards=2), shapes=("can", "tub", "box")),
        Plot(take=6.0),
        Crowd(passing=1),
    ),
    Kind(
        "fridge-glass",
        fridge(GondolaPlan(wall_value=(140, 210))),
        Plot(),
        Crowd(passing=3),
        fps=8.0,
        sizes=((640, 480), (848, 480)),
    ),
    Kind("fridge-lamp-fails", fridge(GondolaPlan()), Plot(), Crowd(passing=1), weathers.lamp_fails),
    Kind("hooks", pegs(), Plot(take=5.0), Crowd(passing=2), aslant=0.12),
    Kind("wire-baskets", baskets(), Plot(take=5.0), Crowd(passing=1)),
    Kind("bakery-trays", bakery(), Plot(take=5.0), Crowd(passing=2, children=1)),
    Kind(
        "crowd-like-shelf",
        gondola(GondolaPlan(), share=1.0),
        Plot(bodies=0.6),
        Crowd(passing=3, standing=3, like_shelf=True),
    ),
    Kind(
        "staff-cart",
        gondola(GondolaPlan(deep=(1, 3))),
        Plot(bodies=0.9, begins_with_gap=0.3, take=1.0, bring=6.0),
        Crowd(passing=1, carts=2),
    ),
    Kind(
        "trolleys-and-children",
        gondola(GondolaPlan(boards=2)),
        Plot(gap_s=(9.0, 16.0)),
        Crowd(2, 0, 4, 4),
        aslant=0.1,
        fps=8.0,
        sizes=((640, 480),),
    ),
    Kind(
        "nothing-but-people",
        gondola(GondolaPlan(), share=0.7),
        _NOTHING,
        Crowd(passing=5, standing=3, children=2, trolleys=2),
    ),
    Kind("daylight-drifts", gondola(GondolaPlan()), Plot(take=3.0, swap=1.0), Crowd(passing=1), weathers.daylight),
    Kind(
        "half-the-lamps-off",
        gondola(GondolaPlan(), share=0.7),
        Plot(),
        Crowd(passing=1),
        weathers.half_off,
        aslant=0.14,
    ),
    Kind(
        "lamps-at-a-quarter",
        gondola(GondolaPlan()),
        Plot(),
        Crowd(passing=1),
        weathers.quarter,
        Stream(noise=5.0, chroma=3.0),
    ),
    Kind(
        "coloured-flicker",
        gondola(GondolaPlan(), share=0.6),
        Plot(),
        Crowd(passing=1),
        weathers.coloured,
        fps=10.0,
        sizes=((640, 480),),
    ),
    Kind("lights-out", gondola(GondolaPlan(), share=0.3), Plot(), Crowd(), weathers.lights_out),
    Kind("camera-bumped", gondola(GondolaPlan()), Plot(), Crowd(passing=1), weathers.bumped),
    Kind("camera-covered", pegs(), Plot(take=3.0, swap=1.0), Crowd(passing=1), weathers.covered),
    Kind("camera-frozen", crates(), Plot(), Crowd(passing=1), weathers.frozen, Stream(dropped=0.05)),
    Kind("camera-jolted", gondola(GondolaPlan(), share=0.2), Plot(), Crowd(passing=1), weathers.jolted),
)

KINDS: Final = MappingProxyType({kind.name: kind for kind in _ALL})
