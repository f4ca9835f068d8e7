"""All kinds of clips by name, in the order of the set."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from store_clips import kinds_at_work as work
from store_clips import kinds_of_food as food
from store_clips import kinds_of_trouble as trouble
from store_clips import kinds_of_wares as wares
from store_clips import kinds_on_photographs as photo
from store_clips.setting import Kind

KINDS: Final = MappingProxyType[str, Kind](
    {
        "photo-hands": photo.hands,
        "photo-close": photo.close,
        "photo-shoppers": photo.shoppers,
        "photo-crowd-nothing": photo.crowd_nothing,
        "photo-lamp-out-nothing": photo.lamp_out_nothing,
        "photo-bump": photo.bumped,
        "photo-wrong-place": photo.wrong_place,
        "photo-lens-hand": photo.lens_hand,
        "photo-frozen": photo.frozen,
        "photo-night-mode": photo.infrared,
        "photo-uplink": photo.uplink,
        "photo-trolley": work.trolley,
        "photo-roll-cage": work.roll_cage,
        "photo-fronting": work.fronting,
        "photo-sun": photo.sunny,
        "photo-sweep": work.sweep,
        "photo-oversight": work.oversight,
        "wine-shelf": food.wine_shelf,
        "canned-stacks": food.canned_stacks,
        "milk-rollers": food.milk_rollers,
        "peg-wall": wares.peg_wall,
        "produce-rummage-nothing": food.produce_rummage_nothing,
        "produce-crates": food.produce_crates,
        "bakery": food.bakery,
        "freezer-doors": food.freezer_doors,
        "fridge-fog": food.fridge_fog,
        "magazines": wares.magazines,
        "cosmetics": wares.cosmetics,
        "folded-shirts": wares.folded_shirts,
        "eggs-and-cans": food.eggs_and_cans,
        "crisps": food.crisps,
        "dark-on-dark": wares.dark_on_dark,
        "pharmacy-white": wares.pharmacy_white,
        "toys-and-children": wares.toys_and_children,
        "shelf-cleaning": wares.shelf_cleaning,
        "cartons-left": food.cartons_left,
        "flowers": wares.flowers,
        "closing-time": trouble.closing_time,
        "camera-turned": trouble.camera_turned,
        "sale-banner": trouble.sale_banner,
        "spider-smudge-nothing": trouble.spider_smudge_nothing,
        "no-signal": trouble.no_signal,
        "wide-aisle": trouble.wide_aisle,
        "look-alikes": wares.look_alikes,
    }
)
