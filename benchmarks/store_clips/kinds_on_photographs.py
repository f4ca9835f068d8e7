"""Clips on photographs of shelves: people, light, lens and stream."""

from __future__ import annotations

from store_clips.acts import By, Op, act
from store_clips.day import MIXED, USUAL, places_for, possible, spend_day
from store_clips.draws import pick
from store_clips.gestures import crowd, leave_cup, walk_past
from store_clips.lens import Cover, cover, night_mode
from store_clips.light import clouds, exposure_by_people, flicker, sun, tube_out
from store_clips.mount import bump
from store_clips.photo_shelf import Cut
from store_clips.setting import BAGS, PACKETS, SVGA, Setting
from store_clips.story import Story
from store_clips.stream import drop_frames, freeze, squeeze, write_clock


def hands(setting: Setting) -> Story:
    """Hands take and put back, some products are only touched; somebody leaves a paper cup before a product."""
    rng, story = setting.rng, setting.on_photograph(BAGS)
    places = story.world.facings
    with_cup, *others = [places[int(index)] for index in rng.permutation(len(places))]
    leave_cup(story, float(rng.uniform(25, 60)), with_cup)
    spend_day(story, USUAL, 9, only=others)
    return story


def close(setting: Setting) -> Story:
    """From near: neighbours of one product form places of several units."""
    cut = Cut((210, 260), group=3, least=6)
    story = setting.on_photograph(BAGS, cut=cut, scale=1.2)
    spend_day(story, {Op.TAKE: 6, Op.PUT: 4, Op.ONE: 1}, 8)
    return story


def shoppers(setting: Setting) -> Story:
    """Shoppers walk up, cover half the shelf, take things and leave."""
    story = setting.on_photograph(PACKETS, SVGA)
    spend_day(story, USUAL, 7, 10, by=(By.VISIT,))
    return story


def crowd_nothing(setting: Setting) -> Story:
    """Saturday noon: people without pause, and nobody takes anything. Nothing changes."""
    story = setting.on_photograph(BAGS)
    crowd(story, 13)
    exposure_by_people(story, 0.12)
    return story


def lamp_out_nothing(setting: Setting) -> Story:
    """A tube goes out and on again, then flickers, hands touch. Nothing changes."""
    story = setting.on_photograph(PACKETS)
    tube_out(story, 18, 52)
    flicker(story, 0.12, (60, 75))
    spend_day(story, {Op.NUDGE: 1}, 4)
    return story


def bumped(setting: Setting) -> Story:
    """A ladder knocks the camera twice, it hangs some pixels aside; takes before and after."""
    rng, story = setting.rng, setting.on_photograph(BAGS)
    bump(story, float(rng.uniform(22, 30)), 4.5)
    bump(story, float(rng.uniform(58, 64)), 3.0)
    spend_day(story, USUAL, 8, quiet=[(19, 33), (55, 67)])
    return story


def wrong_place(setting: Setting) -> Story:
    """Unwanted products are left in other products' places, staff tidies."""
    story = setting.on_photograph(BAGS, SVGA)
    spend_day(story, {Op.WRONG: 6, Op.RIGHT: 4, Op.TAKE: 2, Op.PUT: 2}, 8)
    return story


def lens_hand(setting: Setting) -> Story:
    """A hand (or a bag) covers the lens for 20 s; a product goes meanwhile."""
    rng, story = setting.rng, setting.on_photograph(PACKETS)
    from_s = float(rng.uniform(24, 28))
    until_s = from_s + float(rng.uniform(18, 22))
    cover(story, from_s, until_s, pick(rng, (Cover.HAND, Cover.BAG)))
    spend_day(story, USUAL, 2, 7, from_s - 12)
    facing = pick(rng, story.world.facings)
    if possible(facing, from_s + 8, [Op.TAKE], gap_s=16):
        act(story, from_s + 8, facing, Op.TAKE, By.NOBODY)
    spend_day(story, USUAL, 3, until_s + 12)
    return story


def frozen(setting: Setting) -> Story:
    """The stream stands still for 20 s while a shopper is in it; what was taken shows afterwards."""
    rng, story = setting.rng, setting.on_photograph(BAGS)
    from_s = float(rng.uniform(38, 42))
    until_s = from_s + float(rng.uniform(18, 24))
    walk_past(story, from_s + 0.5, 0.3, stop_s=3.0)
    freeze(story, from_s, until_s)
    spend_day(story, USUAL, 3, 7, from_s - 12)
    facing = pick(rng, places_for(story, from_s + 9, [Op.TAKE], gap_s=20))
    act(story, from_s + 9, facing, Op.TAKE, By.NOBODY)
    spend_day(story, USUAL, 2, until_s + 9)
    return story


def infrared(setting: Setting) -> Story:
    """The shop dims and the camera goes to grey infrared with noise, and back."""
    rng, story = setting.rng, setting.on_photograph(BAGS)
    from_s, until_s = float(rng.uniform(30, 36)), float(rng.uniform(76, 82))
    night_mode(story, from_s, until_s)
    spend_day(story, USUAL, 7, quiet=[(from_s - 3, from_s + 3), (until_s - 3, until_s + 3)])
    return story


def uplink(setting: Setting) -> Story:
    """Over a starved uplink: strong compression, dropped frames, a clock in the picture."""
    story = setting.on_photograph(BAGS, cut=Cut((250, 330)), fps=6)
    squeeze(story, 22)
    drop_frames(story, 0.12)
    write_clock(story)
    spend_day(story, USUAL, 8)
    return story


def sunny(setting: Setting) -> Story:
    """Near the shop window: a patch of sun wanders, clouds pass."""
    story = setting.on_photograph(PACKETS)
    sun(story, 4, 88)
    clouds(story, 0.25)
    spend_day(story, MIXED, 7)
    return story
