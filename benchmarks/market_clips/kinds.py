"""The 36 kinds of clips: where the camera hangs, what is sold there, and what goes on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from market_clips.courses import Habits
from market_clips.fixtures import Style
from market_clips.layout import Shelf
from market_clips.recipes import Recipe

GREY, CREAM, DARK = (172, 174, 176), (196, 214, 222), (46, 44, 42)
GONDOLA = Style("steel", GREY)
PEGS = Style("pegboard", (205, 208, 210), strip="none", hang=True, floor=0.03)
COOLER = Style("wire", (190, 190, 188), strip="labels")
WINE_RACK = Style("wood", (52, 78, 112), strip="wood")
CELLAR = Style("void", (58, 62, 72), strip="wood")
LIGHT_BOX = Style("backlit", (238, 240, 240), strip="electronic")
KIOSK = Style("void", DARK, strip="labels", front="dividers")
CHEST = Style("frost", (226, 214, 200), strip="none", front="rail", floor=0.05)
CRATES = Style("void", (38, 52, 40), strip="labels", front="crate")
BASKETS = Style("basket", (80, 130, 175), strip="wood", front="wicker")
RACK = Style("wood", (70, 98, 130), strip="none", front="pocket")
THROUGH = Style("rows", (120, 122, 124), strip="electronic")
PALLETS = Style("concrete", (112, 114, 116), strip="none")
TRAYS = Style("steel", CREAM, front="tray")
CHUTES = Style("steel", (140, 142, 146), front="rail", floor=0.14)

_CHANGING: Final[Mapping[str, Recipe]] = MappingProxyType(
    {
        "aisle_rush_hour": Recipe(
            Shelf(GONDOLA, 3, (5, 7), ("box", "carton")),
            Habits((4, 7), ("shopper", "arm"), ("staff", "box")),
            ("passer", "passer", "looker", "nudged"),
            ("child", "passer", "cart", "put_back"),
        ),
        "cooler_two_doors": Recipe(
            Shelf(COOLER, 3, (8, 8), ("bottle", "carton")),
            Habits((3, 6), ("door",), ("door",), space_s=6),
            ("posts", "reflection", "door"),
            ("reflection", "passer", "exposure"),
        ),
        "wine_wall": Recipe(
            Shelf(WINE_RACK, 2, (9, 11), ("wine",), fill=0.86),
            Habits((3, 6), ("arm", "shopper"), ("arm", "staff"), wrong=0.35),
            ("looker", "turned"),
            ("shadow", "flicker", "put_back", "dusk"),
            grain=3.5,
        ),
        "spring_water": Recipe(
            Shelf(THROUGH, 2, (4, 5), ("water",), capacity=(2, 3, 4)),
            Habits((4, 6), ("arm", "shopper"), ("staff", "box")),
            ("reflection", "one_of_many"),
            ("sun", "passer", "prices", "nudged"),
        ),
        "tin_stacks": Recipe(
            Shelf(GONDOLA, 2, (7, 9), ("tin",), capacity=(2, 3, 4), arrange="stack"),
            Habits((4, 7), ("arm", "shopper"), ("box",)),
            ("wobbler", "one_of_many"),
            ("nudged", "toucher", "passer", "screen"),
            motion_jpeg=True,
        ),
        "peg_hooks": Recipe(
            Shelf(PEGS, 3, (6, 8), ("hanger",), fill=0.84),
            Habits((4, 7), ("arm",), ("arm", "staff"), wrong=0.3),
            ("tilted", "toucher", "front_taken"),
            ("tilted", "child", "shadow", "put_back"),
        ),
        "fruit_crates": Recipe(
            Shelf(CRATES, 2, (4, 5), ("heap",), fill=0.86, oblique=0.06),
            Habits((3, 5), ("staff", "arm"), ("box", "staff"), wrong=0.3),
            ("cloud", "toucher"),
            ("sun", "looker", "cart", "exposure"),
            view_wh=(800, 448),
        ),
        "bakery_baskets": Recipe(
            Shelf(BASKETS, 2, (4, 5), ("loaf",), fill=0.78),
            Habits((3, 6), ("gloved", "arm"), ("gloved", "staff"), wrong=0.1),
            ("white_balance", "toucher"),
            ("shadow", "passer", "lamps"),
            tall=1.6,
            feet=1.6,
        ),
        "eggs_and_butter": Recipe(
            Shelf(COOLER, 2, (4, 5), ("eggs", "slab"), capacity=(2, 2, 3), arrange="stack", fill=0.86),
            Habits((4, 6), ("shopper", "arm"), ("staff", "box")),
            ("put_back", "tremble"),
            ("prices", "passer", "one_of_many", "flicker"),
        ),
        "magazine_wall": Recipe(
            Shelf(RACK, 3, (6, 7), ("magazine",), fill=0.9),
            Habits((4, 7), ("arm", "shopper"), ("arm", "staff"), wrong=0.4),
            ("put_back", "looker"),
            ("tilted", "sun", "passer", "nudged"),
        ),
        "behind_the_counter": Recipe(
            Shelf(KIOSK, 3, (8, 8), ("pack",), fill=0.88),
            Habits((5, 8), ("arm", "staff"), ("arm", "staff"), wrong=0.25),
            ("next_rolls_up", "next_rolls_up", "looker"),
            ("screen", "toucher", "front_taken", "clock"),
            tall=1.5,
            feet=1.55,
        ),
        "freezer_chest": Recipe(
            Shelf(CHEST, 2, (4, 6), ("slab", "pouch"), fill=0.84, oblique=0.07),
            Habits((3, 6), ("arm",), ("arm", "gloved")),
            ("lid", "lid", "reflection"),
            ("nudged", "tilted", "exposure", "lamps"),
            hands_from="below",
            tall=1.1,
        ),
        "shampoo_pushers": Recipe(
            Shelf(LIGHT_BOX, 2, (8, 10), ("tube", "bottle"), fill=0.84),
            Habits((4, 7), ("arm",), ("arm", "staff"), wrong=0.25),
            ("next_rolls_up", "next_rolls_up", "prices"),
            ("front_taken", "passer", "put_back"),
        ),
        "gravity_cans": Recipe(
            Shelf(CHUTES, 2, (7, 9), ("can",), capacity=(2, 2, 3), arrange="deep", fill=0.9),
            Habits((4, 7), ("arm", "shopper"), ("staff",)),
            ("next_rolls_up", "one_of_many"),
            ("blocks", "passer", "child"),
            motion_jpeg=True,
        ),
        "pallet_hall": Recipe(
            Shelf(PALLETS, 1, (4, 5), ("case",), capacity=(3, 4, 5), arrange="stack", fill=0.84, oblique=0.1),
            Habits((3, 5), ("shopper", "staff"), ("box", "staff")),
            ("cage", "passer", "cart"),
            ("cage", "cloud", "child"),
            tall=0.8,
            feet=1.0,
        ),
        "torn_trays": Recipe(
            Shelf(TRAYS, 3, (5, 6), ("pouch", "box"), capacity=(1, 2)),
            Habits((4, 7), ("arm", "shopper"), ("staff", "box")),
            ("front_taken", "pushed_back"),
            ("nudged", "passer", "shadow", "new_sign"),
        ),
        "pharmacy_whites": Recipe(
            Shelf(LIGHT_BOX, 3, (5, 6), ("slab", "box"), family="pale", capacity=(1, 2), fill=0.72),
            Habits((4, 6), ("gloved", "arm"), ("gloved",), wrong=0.3),
            ("exposure", "toucher"),
            ("prices", "turned", "white_balance", "looker"),
            grain=2.0,
        ),
        "petrol_station_night": Recipe(
            Shelf(COOLER, 3, (6, 8), ("can", "bottle"), capacity=(1, 2)),
            Habits((4, 6), ("arm", "shopper"), ("staff",)),
            ("headlights", "night", "clock"),
            ("flicker", "reflection", "screen"),
            grain=5.0,
        ),
        "kiosk_in_the_sun": Recipe(
            Shelf(GONDOLA, 2, (6, 8), ("pouch",)),
            Habits((3, 6), ("arm",), ("arm", "staff")),
            ("sun", "sun", "wobbler"),
            ("cloud", "shadow", "toucher"),
            auto_exposure=True,
        ),
        "restock_with_cage": Recipe(
            Shelf(THROUGH, 3, (5, 7), ("box", "jar"), capacity=(1, 2, 3)),
            Habits((5, 8), ("staff", "arm"), ("box", "box", "staff"), space_s=3),
            ("cage", "cleaning"),
            ("boxes", "prices", "passer", "nudged"),
            duration_s=(92, 110),
        ),
        "humming_dairy": Recipe(
            Shelf(COOLER, 3, (6, 8), ("cup", "tin"), capacity=(1, 2)),
            Habits((4, 7), ("arm",), ("staff", "arm")),
            ("tremble", "tremble", "one_of_many"),
            ("defocus", "toucher", "passer"),
            view_wh=(848, 480),
        ),
        "knocked_and_put_back": Recipe(
            Shelf(GONDOLA, 3, (5, 7), ("box", "can")),
            Habits((3, 5), ("arm", "shopper"), ("staff",)),
            ("knock_back", "passer"),
            ("knock_little_back", "toucher", "tremble"),
        ),
        "nudged_for_good": Recipe(
            Shelf(TRAYS, 3, (5, 6), ("jar", "can"), capacity=(1, 2)),
            Habits((4, 6), ("arm",), ("arm", "staff")),
            ("knock_little_stays", "nudged"),
            ("exposure", "tremble", "smear", "looker"),
        ),
        "line_down": Recipe(
            Shelf(GONDOLA, 3, (5, 7), ("carton", "pouch")),
            Habits((3, 5), ("arm", "shopper"), ("staff", "arm")),
            ("frozen", "stutter"),
            ("black", "blocks", "passer"),
            duration_s=(84, 100),
            motion_jpeg=True,
        ),
        "lens_covered": Recipe(
            Shelf(KIOSK, 2, (7, 9), ("bottle", "tube")),
            Habits((3, 5), ("arm",), ("arm", "staff")),
            ("lens_hand", "lights_out"),
            ("spider", "passer", "smear"),
            duration_s=(84, 100),
        ),
        "corner_camera": Recipe(
            Shelf(GONDOLA, 3, (6, 7), ("box", "jar", "pouch"), oblique=0.18),
            Habits((5, 8), ("shopper", "arm"), ("staff", "box")),
            ("passer", "new_sign", "front_taken"),
            ("cart", "child", "cleaning"),
            view_wh=(1280, 720),
            duration_s=(75, 80),
        ),
        "photographed_rice": Recipe(
            None,
            Habits((3, 6), ("arm", "shopper"), ("staff", "arm"), wrong=0.3),
            ("passer", "shadow", "toucher"),
            ("exposure", "nudged", "knock_little_back"),
            view_wh=(960, 540),
            duration_s=(75, 84),
        ),
    }
)

_QUIET: Final[Mapping[str, Recipe]] = MappingProxyType(
    {
        "quiet_next_behind": Recipe(
            Shelf(CHUTES, 3, (5, 7), ("box", "can", "jar")),
            None,
            ("front_taken", "front_taken", "next_rolls_up", "turned", "pushed_back", "tilted"),
            ("nudged", "passer", "front_taken"),
        ),
        "quiet_crowd": Recipe(
            Shelf(GONDOLA, 3, (5, 6), ("carton", "box"), capacity=(1, 3)),
            None,
            ("passer", "passer", "passer", "looker", "looker", "put_back", "toucher", "child"),
            ("put_back", "passer", "cart", "one_of_many"),
            auto_exposure=True,
        ),
        "quiet_sun_and_cloud": Recipe(
            Shelf(WINE_RACK, 2, (7, 9), ("bottle", "jar")),
            None,
            ("sun", "sun", "cloud", "shadow", "shadow"),
            ("exposure", "dusk", "passer"),
            auto_exposure=True,
        ),
        "quiet_lamps": Recipe(
            Shelf(CELLAR, 2, (9, 11), ("wine",), family="siblings", fill=0.86),
            None,
            ("lamps", "flicker", "night", "white_balance", "screen"),
            ("headlights", "lamps", "shadow", "exposure"),
            grain=4.0,
        ),
        "quiet_loose_mount": Recipe(
            Shelf(PEGS, 3, (6, 8), ("hanger",), fill=0.84),
            None,
            ("knock_back", "knock_little_stays", "tremble", "defocus"),
            ("knock_little_back", "passer", "tremble", "tilted"),
        ),
        "quiet_new_prices": Recipe(
            Shelf(THROUGH, 3, (5, 7), ("pouch", "slab")),
            None,
            ("prices", "new_sign", "wobbler", "wobbler", "cleaning", "cleaning"),
            ("prices", "nudged", "passer"),
            motion_jpeg=True,
        ),
        "quiet_foggy_doors": Recipe(
            Shelf(COOLER, 3, (8, 8), ("water", "bottle")),
            None,
            ("posts", "door", "door", "door", "reflection", "reflection"),
            ("shadow", "passer", "exposure", "tremble"),
        ),
        "quiet_bad_line": Recipe(
            Shelf(KIOSK, 3, (7, 8), ("pack",), family="siblings", fill=0.88),
            None,
            ("blocks", "stutter", "frozen", "smear", "spider"),
            ("black", "blocks", "clock", "passer"),
            motion_jpeg=True,
            grain=4.0,
        ),
        "quiet_parked_load": Recipe(
            Shelf(PALLETS, 2, (4, 5), ("case", "slab"), capacity=(1, 2), arrange="stack", fill=0.84),
            None,
            ("long_boxes", "cart", "nudged", "child"),
            ("cage", "pushed_back", "shadow", "cleaning"),
            tall=0.95,
            feet=1.05,
        ),
    }
)

KINDS: Final[Mapping[str, Recipe]] = MappingProxyType({**_CHANGING, **_QUIET})
