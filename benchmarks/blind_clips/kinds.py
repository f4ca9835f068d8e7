"""The kinds of clips, by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from blind_clips import weathers
from blind_clips.cast import Crowd
from blind_clips.gondola import GondolaPlan
from blind_clips.kind import Kind
from blind_clips.packages import DARK, DULL, LOUD, PALE
from blind_clips.shelves import bakery, baskets, crates, fridge, gondola, pegs, photograph
from blind_clips.story import Plot
from blind_clips.stream import Stream

_NOTHING = Plot(take=0.0, bring=0.0, askew=0.0, touch=0.15, overnight=0.2)
_TOUCHED = Plot(take=0.0, bring=0.0, askew=3.0, touch=3.0, gap_s=(4.0, 7.0))
_SOLD = Plot(take=6.0, leftovers=0.3, gap_s=(3.5, 6.0), rest_s=18.0)
_NOISY = Stream(noise=7.0, chroma=4.0)
_POOR = Stream(noise=2.5, quality=32, skip=7.0, clock=True)
_THIN = Stream(noise=2.5, quality=50, skip=4.0)
_SMALL = ((640, 480),)
_ONE, _TWO, _FEW = Crowd(passing=1), Crowd(passing=2), Crowd(passing=3, standing=2)

_LOOSE: Final = (
    Kind("crate-heap-hands", crates(), Plot(touch=1.5)),
    Kind("crate-heap-touched", crates(), _TOUCHED, _TWO),
    Kind("crate-floor-like-goods", crates(floor_like_goods=True), Plot(), _ONE, stream=Stream(quality=60)),
    Kind("crate-evening", crates(), Plot(), Crowd(passing=1, trolleys=1), weathers.evening, _NOISY, aslant=0.1),
    Kind("hooks", pegs(), Plot(take=5.0), _TWO, aslant=0.12),
    Kind("wire-baskets", baskets(), Plot(take=5.0), _ONE, weathers.out_of_focus, aslant=0.12),
    Kind("bakery-trays", bakery(), Plot(take=5.0), Crowd(passing=2, children=1), weathers.sun),
)

_BOARDS: Final = (
    Kind("gondola-take-return", gondola(GondolaPlan()), Plot(), _TWO, fps=10.0, sizes=_SMALL),
    Kind("gondola-aslant-shoppers", gondola(GondolaPlan()), Plot(bodies=0.7), _FEW, aslant=0.22),
    Kind("gondola-twins", gondola(GondolaPlan(twins=5, sorts=0.5)), Plot(take=5.0), _TWO, stream=Stream(dropped=0.12)),
    Kind(
        "gondola-sorts-confused",
        gondola(GondolaPlan(sorts=0.8, twins=1)),
        Plot(take=1.0, swap=5.0, alien=("sort", "neighbour")),
    ),
    Kind(
        "gondola-small-strangers",
        gondola(GondolaPlan(boards=2)),
        Plot(take=1.5, swap=5.0, alien=("small",)),
        _TWO,
        aslant=0.12,
    ),
    Kind("gondola-put-back-askew", gondola(GondolaPlan()), Plot(take=1.5, askew=6.0), Crowd(passing=1, children=1)),
    Kind("gondola-since-the-night", gondola(GondolaPlan()), Plot(overnight=0.8, swap=1.0), _ONE, aslant=0.15),
    Kind("gondola-mirror-wall", gondola(GondolaPlan(wall="mirror", boards=2)), Plot(), _TWO, weathers.exposure),
    Kind("gondola-goods-behind", gondola(GondolaPlan(wall="goods", wall_value=(60, 120))), Plot(), Crowd(1, 1)),
    Kind("gondola-aisle-behind", gondola(GondolaPlan(wall="aisle")), Plot(), _TWO, weathers.dirty, aslant=0.14),
    Kind(
        "gondola-carton-left",
        gondola(GondolaPlan()),
        Plot(leftovers=0.9, begins_with_gap=0.1),
        _ONE,
        stream=Stream(clock=True),
    ),
    Kind(
        "pale-before-pale",
        gondola(GondolaPlan(wall_value=(195, 235), wall="plain"), palette=PALE, share=0.1),
        Plot(),
        _ONE,
    ),
    Kind(
        "dark-before-dark",
        gondola(GondolaPlan(wall_value=(28, 55), wall="textured"), palette=DARK, share=0.1),
        Plot(),
        _ONE,
    ),
    Kind("dull-print", gondola(GondolaPlan(twins=3), palette=DULL, share=0.0), Plot(swap=1.5), _ONE, aslant=0.1),
    Kind(
        "loud-neighbours", gondola(GondolaPlan(), palette=LOUD, share=0.2), Plot(bodies=0.5), Crowd(2, like_shelf=True)
    ),
    Kind("deep-rows-sold", gondola(GondolaPlan(deep=(2, 5), boards=2)), _SOLD, _TWO, aslant=0.2),
    Kind(
        "stacked-tins",
        gondola(GondolaPlan(stacked=(2, 3), boards=2), shapes=("can", "tub", "box")),
        Plot(take=6.0),
        _ONE,
        weathers.swaying,
    ),
    Kind(
        "fridge-glass",
        fridge(GondolaPlan(wall_value=(140, 210))),
        Plot(),
        Crowd(passing=3),
        stream=Stream(interlaced=True, noise=3.0),
        fps=8.0,
        sizes=((640, 480), (848, 480)),
    ),
    Kind("fridge-lamp-fails", fridge(GondolaPlan()), Plot(), _ONE, weathers.lamp_fails, aslant=0.15),
)

_PHOTOGRAPHS: Final = (
    Kind("photo-shelf-sold", photograph(), Plot(take=5.0, overnight=0.1), _ONE),
    Kind("photo-shelf-shoppers", photograph(), Plot(bodies=0.6, swap=1.0), Crowd(3, 2, like_shelf=True), aslant=0.12),
    Kind("photo-shelf-strangers", photograph(deep=0.0), Plot(swap=4.0, take=1.5), _ONE, aslant=0.1),
    Kind("photo-shelf-sunbeam", photograph(deep=0.0), Plot(swap=1.0), _ONE, weathers.sun),
    Kind("photo-shelf-low-bitrate", photograph(), Plot(), Crowd(passing=2, trolleys=1), stream=_POOR),
)

_PEOPLE: Final = (
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
        sizes=_SMALL,
    ),
    Kind("nothing-but-people", gondola(GondolaPlan(), share=0.7), _NOTHING, Crowd(5, 3, 2, 2)),
)

_LIGHT: Final = (
    Kind("daylight-drifts", gondola(GondolaPlan()), Plot(swap=1.0), _ONE, weathers.daylight),
    Kind("half-the-lamps-off", gondola(GondolaPlan(), share=0.7), Plot(), _ONE, weathers.half_off, aslant=0.14),
    Kind("lamps-at-a-quarter", gondola(GondolaPlan()), Plot(), _ONE, weathers.quarter, Stream(noise=5.0, chroma=3.0)),
    Kind(
        "coloured-flicker", gondola(GondolaPlan(), share=0.6), Plot(), _ONE, weathers.coloured, fps=10.0, sizes=_SMALL
    ),
    Kind("lights-out", gondola(GondolaPlan(), share=0.3), Plot(), Crowd(), weathers.lights_out),
)

_CAMERA: Final = (
    Kind("camera-bumped", gondola(GondolaPlan()), Plot(), _ONE, weathers.bumped),
    Kind("camera-put-right", gondola(GondolaPlan(wall="perforated"), share=0.7), Plot(), _ONE, weathers.bumped_back),
    Kind("camera-covered", pegs(), Plot(swap=1.0), _ONE, weathers.covered),
    Kind("camera-frozen", photograph(), Plot(), _ONE, weathers.frozen, Stream(dropped=0.05)),
    Kind("camera-jolted", gondola(GondolaPlan(), share=0.2), Plot(), _ONE, weathers.jolted),
)

KINDS: Final = MappingProxyType(
    {kind.name: kind for kind in _LOOSE + _BOARDS + _PHOTOGRAPHS + _PEOPLE + _LIGHT + _CAMERA}
)
