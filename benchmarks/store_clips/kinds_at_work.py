"""Clips on photographs of shelves: trolleys, staff at work, and what customers and staff do in one go."""

from __future__ import annotations

import cv2
import numpy as np

from store_clips.actors import Thing, Touch
from store_clips.acts import By, Op, act, act_in_turn, carried, touch_at
from store_clips.day import USUAL, places_for, possible, spend_day
from store_clips.draws import pick
from store_clips.errors import UnfairError
from store_clips.facing import Facing
from store_clips.gestures import crowd, reach, set_carton, visit
from store_clips.looks import new_look
from store_clips.setting import BAGS, PACKETS, SVGA, Setting
from store_clips.sprites import Placed, Sprite
from store_clips.story import Story
from store_clips.things import cage_sprite, trolley_sprite


def trolley(setting: Setting) -> Story:
    """Trolleys are parked before the lower boards, hands and shoppers reach past them."""
    rng, story = setting.rng, setting.on_photograph(PACKETS)
    width, height, y = int(story.width * 0.55), int(story.height * 0.6), story.height * 0.42
    for comes_s in (12.0, 58.0):
        sprite = trolley_sprite(rng, width, height)
        x, stay_s = float(rng.uniform(0.1, 0.4) * story.width), float(rng.uniform(14, 22))
        stands_s = comes_s + 2.5
        keys = [(comes_s, -width), (stands_s, x), (stands_s + stay_s, x), (comes_s + 5 + stay_s, story.width)]
        story.add(Thing("trolley", sprite, [(time_s, left, y) for time_s, left in keys]))
    spend_day(story, USUAL, 7, by=(By.HAND, By.VISIT))
    return story


def roll_cage(setting: Setting) -> Story:
    """Staff parks a roll cage over half the shelf, fills up behind it, drives on."""
    rng, story = setting.rng, setting.on_photograph(BAGS, SVGA)
    sprite = cage_sprite(rng, int(story.width * 0.42), int(story.height * 1.1))
    x = float(rng.uniform(0.06, 0.5) * story.width)
    from_s, until_s = 38.0, float(rng.uniform(66, 72))
    spend_day(story, {Op.TAKE: 1}, 4, 6, from_s - 10)
    keys = [(from_s, -story.width * 0.45), (from_s + 3, x), (until_s, x), (until_s + 3, story.width)]
    story.add(Thing("roll cage", sprite, [(time_s, left, -10) for time_s, left in keys]))
    look = new_look(rng, is_staff=True)
    for time_s in np.linspace(from_s + 9, until_s - 4, 3):
        places = places_for(story, time_s, [Op.PUT], gap_s=18)
        if places:
            facing = pick(rng, places)
            is_behind = x + 20 < story.world.spot(facing)[0][0] < x + story.width * 0.42 - 20
            act(story, float(time_s), facing, Op.PUT, By.NOBODY if is_behind else By.VISIT, look=look)
    spend_day(story, {Op.TAKE: 1}, 1, until_s + 8, until_s + 9)
    return story


def fronting(setting: Setting) -> Story:
    """Staff faces up: everything is pulled a little, gaps are filled; a carton stands before the lowest board."""
    rng, story = setting.rng, setting.on_photograph(BAGS)
    spend_day(story, {Op.TAKE: 1}, 4, 6, 34, gap_s=18)
    look = new_look(rng, is_staff=True)
    set_carton(story, 44, story.duration_s - 20)
    time_s = 48.0
    for _ in range(4):
        touches: list[Touch] = []
        begin_s = time_s
        for index in rng.permutation(len(story.world.facings))[:3]:
            facing = story.world.facings[int(index)]
            options = possible(facing, time_s, (Op.PUT, Op.NUDGE), gap_s=16)
            if options:
                touches.append(act(story, time_s, facing, options[0], By.NOBODY))
                time_s += float(rng.uniform(2.4, 3.2))
        if touches:
            visit(story, touches, look=look)
        time_s = max(time_s, begin_s + 4) + 4
        if time_s > story.duration_s - 24:
            break
    return story


def sweep(setting: Setting) -> Story:
    """A caterer takes several neighbours in one visit; staff brings all back later."""
    rng, story = setting.rng, setting.on_photograph(BAGS)
    places = story.world.facings
    first = int(rng.integers(0, len(places) - 4))
    some = places[first : first + int(rng.integers(3, 5))]
    look = new_look(rng)
    visit(story, act_in_turn(story, 14, 2.6, some, Op.TAKE), look=look)
    crowd(story, 2, 36, 44, 0)
    back = act_in_turn(story, 58, 2.6, some, Op.PUT)
    visit(story, back, look=new_look(rng, is_staff=True))
    return story


def oversight(setting: Setting) -> Story:
    """One place is empty from the start, a sold-out note is put up, later all is filled."""
    rng, story = setting.rng, setting.on_photograph(BAGS, SVGA)
    act(story, 0, pick(rng, story.world.facings), Op.TAKE, By.NOBODY, cause="empty since before")
    spend_day(story, {Op.TAKE: 3, Op.PUT: 1, Op.NUDGE: 1}, 4, 8, 45)
    look = new_look(rng, is_staff=True)
    empty = [facing for facing in story.world.facings if facing.count == 0]
    if not empty:
        raise UnfairError("no place is empty any more")
    note = _note(empty[0])
    reach(story, touch_at(story, 56.0, empty[0], bring=carried(story, empty[0], sprite=note.sprite)), look=look)
    story.do(56.0, empty[0], lambda facing: facing.hang(note), "sold-out note")
    spend_day(story, {Op.PUT: 3, Op.TAKE: 1}, 3, 64, story.duration_s - 18, look=look)
    return story


def _note(facing: Facing) -> Placed:
    """A paper with three lines of text, as it hangs in a place."""
    left, top, right, bottom = facing.box
    height, width = int((bottom - top) * 0.38), int((right - left) * 0.8)
    paper: Sprite = np.full((height, width, 4), 248, np.uint8)
    paper[..., 3] = 255
    for line in (0.3, 0.55, 0.8):
        ends = (int(width * 0.12), int(height * line)), (int(width * 0.88), int(height * line))
        cv2.line(paper, *ends, (60, 60, 60, 255), 1)
    return Placed(paper, left + (right - left) * 0.1, bottom - height - 1)
