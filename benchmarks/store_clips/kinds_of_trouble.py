"""Clips on boards in which the camera, its view or its stream is in trouble."""

from __future__ import annotations

import numpy as np

from store_clips.actors import Build, Pushed
from store_clips.acts import By, Op, act
from store_clips.boards import Assortment
from store_clips.day import MIXED, USUAL, places_for, spend_day
from store_clips.draws import pick
from store_clips.furniture import Style
from store_clips.gestures import hang_banner, walk_past
from store_clips.lens import defocus, smudge, spider
from store_clips.light import bands, half_light, lights_off
from store_clips.mount import bump, turn_away
from store_clips.setting import HD, QHD, Setting
from store_clips.story import Story
from store_clips.stream import drop_frames, lose_signal
from store_clips.things import trolley_sprite


def closing_time(setting: Setting) -> Story:
    """The evening: half the light, then all lights off for a while, then on; something went in the dark."""
    rng = setting.rng
    story = setting.on_boards(Assortment(Style.METAL, ("box", "carton", "can", "bag"), 2, fill=(0.66, 0.8)))
    dim_s, off_s, on_s = 36, 46.0, float(rng.uniform(63, 67))
    half_light(story, dim_s, off_s)
    lights_off(story, off_s, on_s)
    story.sight.noise = lambda time_s: 4.5 if dim_s < time_s < on_s else 2.0
    spend_day(story, USUAL, 3, 7, 30)
    act(story, 55, pick(rng, places_for(story, 55, [Op.TAKE])), Op.TAKE, By.NOBODY)
    spend_day(story, USUAL, 2, on_s + 8, story.duration_s - 18)
    return story


def camera_turned(setting: Setting) -> Story:
    """The cleaner's broom turns the camera away; somebody sets it right; little is off by then."""
    rng = setting.rng
    story = setting.on_boards(Assortment(Style.CREAM, ("box", "bottle", "can", "jar"), 2, fill=(0.66, 0.8)))
    from_s = float(rng.uniform(36, 40))
    until_s = from_s + float(rng.uniform(18, 22))
    turn_away(story, from_s, until_s)
    bump(story, until_s, 2.5, 0.3)
    spend_day(story, USUAL, 3, 6, from_s - 12)
    spend_day(story, USUAL, 3, until_s + 6)
    return story


def sale_banner(setting: Setting) -> Story:
    """A hanging sign swings before the top board; a spider walks over the lens."""
    story = setting.on_boards(Assortment(Style.STEEL, ("box", "bag", "bottle", "tub"), 2, fill=(0.66, 0.8)), QHD)
    hang_banner(story, pick(setting.rng, ("SALE", "-30%", "NEU")))
    spider(story, 22, 60)
    spend_day(story, MIXED, 8)
    return story


def spider_smudge_nothing(setting: Setting) -> Story:
    """Prints on the dome, a spider, autofocus hunting, mains hum, hands that only point. Nothing changes."""
    story = setting.on_boards(Assortment(Style.GREY, ("can", "jar", "box", "spray"), 2, fill=(0.66, 0.8)))
    smudge(story, 12)
    spider(story, 30, 80)
    defocus(story, [(20, 23), (55, 59), (86, 88)])
    bands(story, 0.06)
    spend_day(story, {Op.NUDGE: 1}, 5)
    return story


def no_signal(setting: Setting) -> Story:
    """The recorder loses the camera and shows its own picture for 18 s; short drops before and after."""
    kinds = ("bottle", "jar", "tub", "box")
    story = setting.on_boards(Assortment(Style.METAL, kinds, 2, (1, 1, 2), fill=(0.66, 0.78)))
    from_s = float(setting.rng.uniform(40, 46))
    until_s = from_s + 18
    lose_signal(story, from_s, until_s)
    drop_frames(story, 0.1)
    spend_day(story, USUAL, 3, 7, from_s - 10)
    spend_day(story, USUAL, 3, until_s + 8)
    return story


def wide_aisle(setting: Setting) -> Story:
    """A 1280x720 camera over the aisle, oblique; people with trolleys, many small places, takes among them."""
    rng = setting.rng
    kinds = ("box", "bottle", "can", "jar", "carton", "bag")
    world = setting.boards(Assortment(Style.METAL, kinds, 4, aslant=0.14, fill=(0.62, 0.78), most=16), HD)
    story = setting.story(world, 5, 0.55)
    build, width = Build(story.height * 0.85, story.height * 0.32), int(story.width * 0.26)
    for time_s in np.linspace(10, story.duration_s - 10, 6):
        trolley = Pushed(trolley_sprite(rng, width, int(width * 0.8)), width * 0.65, build.height_px * 0.32)
        stop_s = float(pick(rng, (0, 5)))
        front = [trolley] if rng.random() < 0.6 else []
        walk_past(story, float(time_s), 0.3, stop_s=stop_s, build=build, front=front)
    spend_day(story, USUAL, 9)
    return story
