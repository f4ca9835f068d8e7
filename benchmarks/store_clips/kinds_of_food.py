"""Clips on shelves of food and drink."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from store_clips.actors import Thing
from store_clips.acts import By, Op, act, take_nearest, touch_at
from store_clips.boards import MARGIN, Assortment, Layout
from store_clips.crates import crates, rummaged
from store_clips.day import USUAL, places_for, spend_day
from store_clips.draws import pick
from store_clips.facing import Facing
from store_clips.furniture import Style
from store_clips.gestures import leave_cup, reach, set_carton
from store_clips.installing import draw_places
from store_clips.lens import fog
from store_clips.light import drift, flicker, steady
from store_clips.looks import new_look
from store_clips.mount import vibrate
from store_clips.products import Tone
from store_clips.setting import SVGA, VGA, Setting
from store_clips.sprites import Placed, Sprite, clear
from store_clips.story import Story

BOTH = (By.HAND, By.VISIT)
WARM = (0.82, 0.97, 1.08)


def wine_shelf(setting: Setting) -> Story:
    """Dark bottles on wood, many alike; two deep: the row behind shows when the front one goes."""
    kinds = ("wine", "wine", "bottle")
    assortment = Assortment(Style.WOOD, kinds, 2, (1, 1, 2), tone=Tone.DARK, fill=(0.72, 0.82))
    story = setting.on_boards(assortment, SVGA)
    spend_day(story, USUAL, 8, by=BOTH)
    return story


def canned_stacks(setting: Setting) -> Story:
    """Cans and tubs piled up in threes and fours, taken from the top."""
    assortment = Assortment(Style.METAL, ("can", "can", "tub"), 2, (3, 4), Layout.STACK, fill=(0.78, 0.86))
    story = setting.on_boards(replace(assortment, alike=0.2, breadth=1.7))
    spend_day(story, {Op.TAKE: 5, Op.PUT: 3, Op.ONE: 2}, 9)
    return story


def milk_rollers(setting: Setting) -> Story:
    """A chilled rack with rollers: the next carton slides forward at once; only the last one taken leaves a gap."""
    rng = setting.rng
    story = setting.on_boards(Assortment(Style.FRIDGE, ("carton", "carton", "bottle"), 2, fill=(0.7, 0.82)))
    for time_s in np.linspace(6, story.duration_s - 22, 10) + rng.uniform(-1, 1, 10):
        facing = pick(rng, places_for(story, time_s, [Op.TAKE, Op.PUT]))
        if facing.count == 0:
            act(story, time_s, facing, Op.PUT)
        elif rng.random() < 0.5:
            take_nearest(story, time_s, facing, 0.4, "next one rolled forward")
        else:
            act(story, time_s, facing, Op.TAKE)
    flicker(story, 0.03)
    return story


def produce_rummage_nothing(setting: Setting) -> Story:
    """Fruit and vegetables in crates; people turn over the fruit for the best ones. Nothing changes."""
    rng, story = setting.rng, setting.story(crates(setting.rng, setting.photographs, VGA, 2, 4))
    for time_s in np.linspace(6, story.duration_s - 8, 11):
        facing = pick(rng, story.world.facings)
        unit = facing.units[0]
        hold_s = float(rng.uniform(0.6, 1.6))
        reach(story, touch_at(story, float(time_s), facing), hold_s=hold_s)
        heap = Placed(rummaged(rng, unit.now.sprite), unit.now.x, unit.now.y)
        story.do(time_s, facing, partial(_lay_heap, heap=heap), "rummaged")
    drift(story, 0.06)
    return story


def _lay_heap(facing: Facing, heap: Placed) -> None:
    facing.units[0].now = heap


def produce_crates(setting: Setting) -> Story:
    """Crates are emptied for cleaning, refilled from boxes, or filled with the wrong sort; leaves stay behind."""
    rng = setting.rng
    columns, wooden = int(rng.integers(3, 5)), rng.random() < 0.5
    story = setting.story(crates(rng, setting.photographs, SVGA, 2, columns, wooden=wooden))
    weights = {Op.TAKE: 5, Op.PUT: 4, Op.WRONG: 2, Op.RIGHT: 2}
    spend_day(story, weights, 8, by=(By.VISIT, By.HAND), look=new_look(rng, is_staff=True))
    return story


def bakery(setting: Setting) -> Story:
    """Loaves on wooden boards, two or three abreast, warm light."""
    assortment = Assortment(Style.WOOD, ("loaf",), 4, (1, 2, 2), Layout.SIDE, fill=(0.6, 0.72), alike=0.2, breadth=0.72)
    story = setting.on_boards(assortment)
    steady(story, *WARM)
    lit = story.world.reference * np.array(WARM, np.float32)
    story.world.reference = np.clip(lit, 0, 255).astype(np.uint8)
    spend_day(story, {Op.TAKE: 5, Op.PUT: 3, Op.ONE: 2}, 8, by=BOTH)
    return story


def freezer_doors(setting: Setting) -> Story:
    """Behind glass doors with reflections; the door swings before the goods, cold air fogs the picture."""
    rng = setting.rng
    world = setting.boards(Assortment(Style.FRIDGE, ("box", "bag", "tub"), 2, fill=(0.62, 0.78)))
    # The doors were hung after the reference had been taken; the places were drawn with them.
    world.front = Placed(_glass_front(rng, world.back.shape[:2], world.size_wh[0]), 0, 0)
    draw_places(world, rng)
    story = setting.story(world)
    spend_day(story, {Op.TAKE: 5, Op.PUT: 4, Op.NUDGE: 2}, 7, 9)
    for spell in [each for each in story.nuisances if each.kind == "hand"]:
        from_s, until_s = spell.from_s - 1.2, spell.until_s + 1.2
        left = float(pick(rng, (0, 0.45))) * story.width
        shut, swung = left - story.width * 0.12, left + 2
        keys = [(from_s, shut, 0), (from_s + 0.9, swung, 0), (until_s - 0.9, swung, 0), (until_s, shut, 0)]
        story.add(Thing("door", _open_door(int(story.width * 0.1), story.height), keys, has_shadow=False))
    for at_s in rng.uniform(10, 85, 3):
        fog(story, float(at_s), float(at_s) + 9, 0.3)
    return story


def _glass_front(rng: np.random.Generator, shape: tuple[int, int], picture_width: int) -> Sprite:
    """Frames of two doors, and faint streaks in their glass."""
    front = clear(*shape)
    for door in range(3):
        x = int(picture_width * MARGIN) + int(picture_width * door / 2) - 7
        front[:, max(0, x) : x + 12] = (60, 58, 56, 255)
    for _ in range(7):
        x = int(rng.uniform(0, shape[1]))
        streak = np.zeros(shape, np.uint8)
        cv2.line(streak, (x, 0), (x + 120, shape[0]), 34, int(rng.integers(5, 26)))
        front[(streak > 0) & (front[..., 3] == 0)] = (250, 248, 244, 30)
    return front


def _open_door(width: int, height: int) -> Sprite:
    """A glass door from the side."""
    door = clear(height, width)
    door[:] = (225, 220, 212, 120)
    door[:, :8] = door[:, -8:] = (60, 58, 56, 255)
    return door


def fridge_fog(setting: Setting) -> Story:
    """Yoghurt tubs, two piled, in a chilled rack; the lens mists over at times; the compressor shakes."""
    kinds = ("tub", "tub", "jar")
    story = setting.on_boards(Assortment(Style.FRIDGE, kinds, 3, (1, 2), Layout.STACK, fill=(0.68, 0.8)))
    for at_s in (16.0, 50.0, 78.0):
        fog(story, at_s + float(setting.rng.uniform(-3, 3)), at_s + 14, 0.36)
    vibrate(story, 0.35)
    spend_day(story, USUAL, 8)
    return story


def eggs_and_cans(setting: Setting) -> Story:
    """Egg cartons and tubs piled in sixes and fours: 'low' when half is gone."""
    kinds = ("eggs", "eggs", "tub")
    story = setting.on_boards(Assortment(Style.CREAM, kinds, 2, (4, 6), Layout.STACK, fill=(0.82, 0.9), alike=0.2))
    spend_day(story, {Op.TAKE: 6, Op.PUT: 3, Op.ONE: 3}, 11)
    return story


def crisps(setting: Setting) -> Story:
    """Shiny bags in near rows; hands push them; several go at once before a match on television."""
    rng = setting.rng
    story = setting.on_boards(Assortment(Style.METAL, ("bag",), 2, (1, 1, 2), Layout.SIDE, fill=(0.68, 0.8), alike=0.3))
    set_carton(story, float(rng.uniform(20, 30)), float(rng.uniform(50, 60)), 0.4)
    spend_day(story, {Op.TAKE: 6, Op.PUT: 2, Op.NUDGE: 3}, 11, gap_s=20)
    return story


def cartons_left(setting: Setting) -> Story:
    """Shelf-ready cartons: product gone, the open carton stays; a paper cup is left before another product."""
    rng = setting.rng
    story = setting.on_boards(Assortment(Style.GREY, ("box", "bag", "can", "jar"), 2, fill=(0.7, 0.82), has_trays=True))
    places = story.world.facings
    with_cup, *others = [places[int(index)] for index in rng.permutation(len(places))]
    leave_cup(story, float(rng.uniform(30, 70)), with_cup)
    spend_day(story, USUAL, 8, by=BOTH, only=others)
    return story
