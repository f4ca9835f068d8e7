"""Clips on shelves of other wares: papers, clothes, flowers, toys, what is sold in small packages."""

from __future__ import annotations

import numpy as np

from store_clips.actors import Touch
from store_clips.acts import By, Op, act, act_in_turn, take_nearest
from store_clips.boards import Assortment, Layout
from store_clips.day import MIXED, USUAL, places_for, spend_day
from store_clips.draws import pick
from store_clips.facing import Facing
from store_clips.furniture import Style
from store_clips.gestures import crowd, set_carton, visit
from store_clips.light import clouds, drift, steady, white_balance
from store_clips.looks import new_look
from store_clips.products import Tone
from store_clips.setting import QHD, SVGA, Setting
from store_clips.story import Story

BOTH = (By.HAND, By.VISIT)


def peg_wall(setting: Setting) -> Story:
    """Blister cards on hooks; the bare hook stays; cards are put back on the wrong hook."""
    story = setting.on_boards(Assortment(Style.PEG, ("blister",), 3, fill=(0.76, 0.86), alike=0.1))
    spend_day(story, MIXED, 9)
    return story


def magazines(setting: Setting) -> Story:
    """A newsstand: somebody takes a copy and the next of the same shows; only the last copy leaves the rack bare."""
    rng = setting.rng
    story = setting.on_boards(Assortment(Style.GREY, ("book",), 2, fill=(0.76, 0.86), alike=0))
    times = np.linspace(6, story.duration_s - 22, 10) + rng.uniform(-1, 1, 10)
    for index, time_s in enumerate(times):
        facing = pick(rng, places_for(story, time_s, [Op.TAKE, Op.PUT]))
        if facing.count == 0:
            act(story, time_s, facing, Op.PUT)
        elif index % 3 == 0:
            take_nearest(story, time_s, facing, 0.6, "next copy")
        else:
            act(story, time_s, facing, Op.TAKE, pick(rng, BOTH))
    return story


def cosmetics(setting: Setting) -> Story:
    """Small tubes and bottles in close rows on white boards, oblique view; testers are put back in the wrong place."""
    kinds = ("tube", "spray", "jar", "box")
    story = setting.on_boards(Assortment(Style.WHITE, kinds, 3, aslant=0.16, fill=(0.66, 0.8), alike=0.3), QHD)
    spend_day(story, MIXED, 9)
    return story


def folded_shirts(setting: Setting) -> Story:
    """Piles of folded shirts; customers mess the piles up, take some, staff folds new ones."""
    assortment = Assortment(Style.WOOD, ("shirt",), 3, (3, 4), Layout.STACK, fill=(0.74, 0.84), alike=0.1)
    story = setting.on_boards(assortment)
    spend_day(story, {Op.TAKE: 6, Op.PUT: 3, Op.ONE: 2, Op.NUDGE: 3}, 12, by=(By.VISIT, By.HAND))
    return story


def dark_on_dark(setting: Setting) -> Story:
    """Dark packages before a dark wall in a dim corner, noisy camera."""
    kinds = ("box", "bottle", "can", "jar")
    story = setting.on_boards(Assortment(Style.DARK, kinds, 2, tone=Tone.DARK, fill=(0.7, 0.82)))
    story.sight.noise = lambda time_s: 4.0
    steady(story, 0.85, 0.85, 0.85)
    spend_day(story, USUAL, 7)
    return story


def pharmacy_white(setting: Setting) -> Story:
    """Pale boxes on white boards, bright light that clips."""
    kinds = ("box", "box", "tube", "jar")
    story = setting.on_boards(Assortment(Style.WHITE, kinds, 3, tone=Tone.PALE, fill=(0.66, 0.8)))
    steady(story, 1.04, 1.04, 1.04)
    white_balance(story, 0.05)
    spend_day(story, MIXED, 8)
    return story


def toys_and_children(setting: Setting) -> Story:
    """Soft toys and boxes; children pull at the lower ones, hug and put them back somewhere else."""
    rng = setting.rng
    story = setting.on_boards(Assortment(Style.CREAM, ("plush", "plush", "box"), 2, fill=(0.72, 0.84), alike=0.1))
    middle = story.world.back.shape[0] * 0.5
    low = [facing for facing in story.world.facings if facing.box[3] > middle] or story.world.facings
    for time_s, operation in ((9.0, Op.TAKE), (24.0, Op.WRONG), (44.0, Op.PUT), (62.0, Op.TAKE), (78.0, Op.RIGHT)):
        places = places_for(story, time_s, [operation], gap_s=20)
        places = [facing for facing in places if facing in low] or places
        if places:
            touch = act(story, time_s, pick(rng, places), operation, By.NOBODY)
            visit(story, [touch], is_child=operation in (Op.TAKE, Op.WRONG), stay_s=3)
    crowd(story, 3, 16, 70)
    return story


def shelf_cleaning(setting: Setting) -> Story:
    """Staff takes a row out, wipes the board for long, and puts all back."""
    rng = setting.rng
    kinds = ("box", "can", "spray", "bottle")
    story = setting.on_boards(Assortment(Style.STEEL, kinds, 2, fill=(0.66, 0.8)), SVGA)
    by_foot: dict[int, list[Facing]] = {}
    for facing in story.world.facings:
        by_foot.setdefault(round(facing.box[3] / 20), []).append(facing)
    row = max(by_foot.values(), key=len)
    first = int(rng.integers(0, max(1, len(row) - 3)))
    row = row[first : first + 4]
    look = new_look(rng, is_staff=True)
    visit(story, act_in_turn(story, 12, 2.5, row, Op.TAKE), look=look)
    below = [story.world.spot(facing)[0] + (0, 20) for facing in row]
    wipes = [Touch(30 + 1.6 * index, below[index % len(below)], before_s=0.8, after_s=0.8) for index in range(6)]
    visit(story, wipes, look=look)
    set_carton(story, 10, 78, 0.25)
    visit(story, act_in_turn(story, 60, 2.5, row, Op.PUT), look=look)
    return story


def flowers(setting: Setting) -> Story:
    """Bouquets in buckets; the bucket stays when the flowers are sold; daylight comes and goes."""
    story = setting.on_boards(Assortment(Style.GREY, ("bouquet",), 2, fill=(0.8, 0.88), alike=0.2))
    clouds(story, 0.22)
    drift(story, 0.08)
    spend_day(story, USUAL, 7, by=BOTH)
    return story


def look_alikes(setting: Setting) -> Story:
    """Neighbours of one colour, another product in the wrong place, drifting light and white balance."""
    kinds = ("carton", "box", "bottle")
    story = setting.on_boards(Assortment(Style.DARK, kinds, 2, fill=(0.7, 0.82), alike=1.0), SVGA)
    white_balance(story, 0.08)
    drift(story, 0.1)
    spend_day(story, {Op.WRONG: 4, Op.RIGHT: 3, Op.TAKE: 3, Op.PUT: 2, Op.CLEAR: 1}, 8)
    return story
