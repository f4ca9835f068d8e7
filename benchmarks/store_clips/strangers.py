"""Another product of the shelf that could stand in a place, and be told from the place's own."""

from __future__ import annotations

import numpy as np

from store_clips.draws import pick
from store_clips.errors import UnfairError
from store_clips.facing import Facing
from store_clips.sprites import Placed
from store_clips.story import Story

LEAST_DIFFERENCE = 24  # mean of grey levels; with less, packages are too alike to be told on a poor picture
TRIES = 6


class NoStrangerError(UnfairError):
    """No product of the shelf could stand there and be told from the place's own."""


def stranger_for(story: Story, facing: Facing) -> Placed:
    """Of some that are about as large, the product that differs most, as it stands in the place."""
    fitting = [other for other in story.world.facings if _fits(other, facing)]
    if not fitting:
        raise NoStrangerError(f"no other product fits the place of {facing.product}")
    tried = [_standing_in(facing, pick(story.rng, fitting)) for _ in range(TRIES)]
    best = max(tried, key=lambda item: _difference(story, facing, item))
    if _difference(story, facing, best) < LEAST_DIFFERENCE:
        raise NoStrangerError(f"no product differs enough from {facing.product}")
    return best


def _fits(other: Facing, facing: Facing) -> bool:
    if _brand(other.product) == _brand(facing.product):
        return False
    left, top, right, bottom = facing.box
    other_height, other_width = other.units[0].home.sprite.shape[:2]
    width, height = right - left, bottom - top
    return bool(0.55 * width <= other_width <= 1.3 * width and 0.5 * height <= other_height <= 1.15 * height)


def _brand(product: str) -> str:
    """Sizes and sorts of one brand are too alike; numbered products are all different."""
    return product if product[-1].isdigit() else product.split("-")[0]


def _standing_in(facing: Facing, other: Facing) -> Placed:
    left, _, right, bottom = facing.box
    sprite = other.units[0].home.sprite
    return Placed(sprite, (left + right - sprite.shape[1]) / 2, bottom - sprite.shape[0])


def _difference(story: Story, facing: Facing, item: Placed) -> float:
    """How much the place would look other than full, less where the item does not cover its width."""
    own = facing.here if facing.count else [True] * facing.capacity
    usual = story.world.close_up(facing, facing.items_with(own, None))
    strange = story.world.close_up(facing, facing.items_with([False] * facing.capacity, item))
    covered = item.sprite.shape[1] / (facing.box[2] - facing.box[0])
    return float(np.abs(strange.astype(np.float32) - usual).mean() * min(1, covered + 0.2))
