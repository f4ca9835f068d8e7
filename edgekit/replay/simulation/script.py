"""What is to happen in a simulated clip: timed actions, with nothing yet decided about how they look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Action", "Kind", "Script"]


class Kind(str, Enum):
    """What an action does. The first group changes facings truly; all others must raise no restock event."""

    TAKE = "take"
    RESTOCK = "restock"
    GONE = "gone"
    BACK = "back"
    SWAP = "swap"

    SHIFT = "shift"
    TOUCH = "touch"
    PRICE_TAG = "price_tag"
    SHOPPER = "shopper"
    STANDER = "stander"
    TROLLEY = "trolley"
    CRATE = "crate"

    LIGHT_STEP = "light_step"
    LIGHT_DRIFT = "light_drift"
    FLICKER = "flicker"
    SHADOW = "shadow"
    SUN_PATCH = "sun_patch"
    EXPOSURE = "exposure"
    TEMPERATURE = "temperature"
    BANDING = "banding"
    REFLECTION = "reflection"
    LIGHTS_OFF = "lights_off"
    OVEREXPOSED = "overexposed"

    JITTER = "jitter"
    VIBRATION = "vibration"
    BUMP = "bump"
    HANDHELD = "handheld"
    TURN_AWAY = "turn_away"

    NOISE = "noise"
    COMPRESSION = "compression"
    BLOCKS = "blocks"
    DUST = "dust"
    INSECT = "insect"
    BLUR = "blur"
    COVERED = "covered"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that happens.

    Attributes:
        kind: what.
        at_s: media time, seconds. For what changes a facing: the moment of the change (a hand comes before it).
            For everything else: its beginning.
        lasts_s: how long it goes on; 0 to the end of the clip. Of what changes a facing: how long the hand takes
            from coming to leaving.
        facings: ids it is about; for people and things in front: where they stop (none: anywhere).
        strength: how much, 1 being usual; each kind has its own meaning, in the module that performs it.
        units: of TAKE, RESTOCK, GONE and BACK: how many; 0: all.
    """

    kind: Kind
    at_s: float
    lasts_s: float = 0.0
    facings: tuple[str, ...] = ()
    strength: float = 1.0
    units: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """A clip before it is rendered.

    Attributes:
        name: of the scenario.
        duration_s: media time of the whole clip.
        actions: in any order.
        fps: frames per second.
        noise: sigma of the sensor's noise throughout, grey levels.
        softness: sigma of the lens's blur throughout, pixels.
    """

    name: str
    duration_s: float
    actions: tuple[Action, ...] = ()
    fps: float = 5.0
    noise: float = 1.5
    softness: float = 0.0
