"""What is done to a place of the shelf, and who does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from store_clips.actors import Touch
from store_clips.draws import pick
from store_clips.facing import Facing
from store_clips.gestures import reach, visit
from store_clips.looks import Look
from store_clips.sprites import Sprite, resized
from store_clips.story import Story
from store_clips.strangers import stranger_for


class Op(Enum):
    """What is done; the value is the cause that a truth names."""

    TAKE = "taken"
    ONE = "one taken"
    PUT = "put back"
    WRONG = "other product put there"
    RIGHT = "put right"
    CLEAR = "other product removed"
    NUDGE = "touched"


class By(Enum):
    """Who does it: an arm from outside the picture, somebody who walks in, or nobody who is seen."""

    HAND = auto()
    VISIT = auto()
    NOBODY = auto()


@dataclass(frozen=True, slots=True, eq=False)
class _Deed:
    """One operation, ready to be done: how the place changes, at which unit, and what is carried."""

    change: Callable[[Facing], None]
    unit: int = 0
    bring: Sprite | None = None
    take: Sprite | None = None


def act(
    story: Story,
    time_s: float,
    facing: Facing,
    operation: Op,
    by: By = By.HAND,
    *,
    look: Look | None = None,
    cause: str | None = None,
) -> Touch:
    """Do something to a place; returns the touch, so that a visit can be made of several that nobody did."""
    deed = _DEEDS[operation](story, facing)
    time_s = story.snap(time_s)
    touch = Touch(time_s, story.world.unit_spot(facing, deed.unit)[0], deed.bring, deed.take)
    if by is By.HAND:
        reach(story, touch, look=look)
    elif by is By.VISIT:
        visit(story, [touch], look=look)
    story.do(time_s, facing, deed.change, cause or operation.value)
    return touch


def act_in_turn(story: Story, from_s: float, step_s: float, facings: Sequence[Facing], operation: Op) -> list[Touch]:
    """The same done to several places, one every `step_s`, by nobody yet: the touches are for a visit."""
    return [act(story, from_s + step_s * index, facing, operation, By.NOBODY) for index, facing in enumerate(facings)]


def take_nearest(story: Story, time_s: float, facing: Facing, askew: float, cause: str) -> None:
    """A hand takes a unit of a place that is no emptier by it: the next one stands there at once, a little askew."""

    def change(place: Facing) -> None:
        place.units[0].set_askew(story.rng, askew, may_be_pushed_back=True)

    reach(story, touch_at(story, time_s, facing, take=carried(story, facing)))
    story.do(time_s, facing, change, cause)


def touch_at(
    story: Story, time_s: float, facing: Facing, *, bring: Sprite | None = None, take: Sprite | None = None
) -> Touch:
    """A hand at the first unit of a place."""
    return Touch(time_s, story.world.unit_spot(facing, 0)[0], bring, take)


def carried(story: Story, facing: Facing, unit: int = 0, sprite: Sprite | None = None) -> Sprite:
    """A unit of a place, or another sprite, as large as it is in the picture there."""
    _, scale = story.world.unit_spot(facing, unit)
    sprite = facing.units[unit].home.sprite if sprite is None else sprite
    return resized(sprite, sprite.shape[1] * scale * 1.04, sprite.shape[0] * scale * 1.04)


def _take(story: Story, facing: Facing) -> _Deed:
    """One unit or several at once."""
    count = 1 if facing.capacity == 1 else int(story.rng.integers(1, facing.count + 1))
    if count == 1:
        return _take_one(story, facing)
    unit = facing.next_out(story.rng)

    def change(place: Facing) -> None:
        for _ in range(count):
            place.here[place.next_out(story.rng)] = False

    return _Deed(change, unit, take=carried(story, facing, unit))


def _take_one(story: Story, facing: Facing) -> _Deed:
    unit = facing.next_out(story.rng)

    def change(place: Facing) -> None:
        place.here[unit] = False

    return _Deed(change, unit, take=carried(story, facing, unit))


def _put(story: Story, facing: Facing) -> _Deed:
    """All that is missing."""
    unit, is_single = facing.next_in(), facing.capacity == 1

    def change(place: Facing) -> None:
        place.foreign = place.card = None
        for index, is_here in enumerate(place.here):
            if not is_here:
                amount = 0.7 if is_single else 0.4
                place.units[index].set_askew(story.rng, amount, may_be_pushed_back=is_single)
        place.fill()

    return _Deed(change, unit, bring=carried(story, facing, unit))


def _put_wrong(story: Story, facing: Facing) -> _Deed:
    stranger = stranger_for(story, facing)

    def change(place: Facing) -> None:
        place.clear()
        place.card, place.foreign = None, stranger

    return _Deed(change, bring=carried(story, facing, sprite=stranger.sprite))


def _put_right(story: Story, facing: Facing) -> _Deed:
    def change(place: Facing) -> None:
        place.foreign = None
        place.fill()
        for unit in place.units:
            unit.set_askew(story.rng, 0.7, may_be_pushed_back=True)

    return _Deed(change, bring=carried(story, facing), take=_foreign_carried(story, facing))


def _clear(story: Story, facing: Facing) -> _Deed:
    def change(place: Facing) -> None:
        place.foreign = None

    return _Deed(change, take=_foreign_carried(story, facing))


def _foreign_carried(story: Story, facing: Facing) -> Sprite:
    if facing.foreign is None:
        raise ValueError(f"nothing wrong stands in {facing.id}")
    return carried(story, facing, sprite=facing.foreign.sprite)


def _nudge(story: Story, facing: Facing) -> _Deed:
    unit = pick(story.rng, [index for index, is_here in enumerate(facing.here) if is_here])

    def change(place: Facing) -> None:
        place.units[unit].set_askew(story.rng, 0.8, may_be_pushed_back=place.capacity == 1)

    return _Deed(change, unit)


_DEEDS: Final = MappingProxyType(
    {
        Op.TAKE: _take,
        Op.ONE: _take_one,
        Op.PUT: _put,
        Op.WRONG: _put_wrong,
        Op.RIGHT: _put_right,
        Op.CLEAR: _clear,
        Op.NUDGE: _nudge,
    }
)
