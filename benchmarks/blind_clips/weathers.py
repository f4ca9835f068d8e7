"""Courses of light and of the camera's life through a clip, each made anew for a clip."""

from __future__ import annotations

import numpy as np

from blind_clips import light
from blind_clips.camera import Camera, Push, drop
from blind_clips.kind import Weather
from blind_clips.light import Spell


def middle_spell(
    duration_s: float, rng: np.random.Generator, long_s: tuple[float, float], slope_s: float = 0.3
) -> Spell:
    """A spell about the middle of a clip, on whole seconds."""
    length = float(rng.uniform(*long_s))
    begin = float(round(rng.uniform(0.3, 0.45) * duration_s))
    return Spell(begin, float(round(begin + length)), slope_s)


def daylight(duration_s: float, rng: np.random.Generator) -> Weather:
    """Clouds and the sun going down, warm and slow."""
    period = float(rng.uniform(0.8, 1.6)) * duration_s
    return Weather(
        (light.drift(float(rng.uniform(0.3, 0.45)), period, 0.0, 0.08),),
        nuisances=(("daylight", Spell(0, duration_s)),),
    )


def half_off(duration_s: float, rng: np.random.Generator) -> Weather:
    """Half the lamps go off and later on again."""
    spell = middle_spell(duration_s, rng, (28, 40))
    level = float(rng.uniform(0.45, 0.6))
    return Weather((light.step(spell, (level, level, level)),), nuisances=(("half the lamps off", spell),))


def quarter(duration_s: float, rng: np.random.Generator) -> Weather:
    """Lamps at a quarter, to which the exposure gets used."""
    spell = middle_spell(duration_s, rng, (30, 42))
    return Weather((light.recovering(spell, 0.25, 0.5, 4.0),), nuisances=(("lamps at a quarter", spell),))


def coloured(duration_s: float, rng: np.random.Generator) -> Weather:
    """Coloured light from a sign for a while, and a tube that flickers."""
    spell = middle_spell(duration_s, rng, (25, 40), 2.0)
    tint = ((1.12, 0.92, 0.78), (0.75, 0.92, 1.12), (1.05, 0.8, 1.05), (0.85, 1.1, 0.85))[int(rng.integers(0, 4))]
    seed = int(rng.integers(0, 1 << 30))
    lights = light.step(spell, tint), light.flicker(0.16, float(rng.uniform(1.1, 1.9)), seed)
    return Weather(lights, nuisances=(("coloured light", spell), ("flicker", Spell(0, duration_s))))


def sun(duration_s: float, rng: np.random.Generator) -> Weather:
    """A band of sun that wanders over the shelf."""
    ends = (-0.2, 1.0) if rng.random() < 0.5 else (1.2, 0.1)
    beam = light.sunbeam(ends[0], ends[1], duration_s, float(rng.uniform(0.5, 0.8)), float(rng.uniform(-0.4, 0.4)))
    return Weather((beam,), nuisances=(("sunbeam", Spell(0, duration_s)),))


def lamp_fails(duration_s: float, rng: np.random.Generator) -> Weather:
    """One of two lamps winks, then fails."""
    begin = float(round(rng.uniform(0.15, 0.3) * duration_s))
    at, depth = float(rng.choice([0.2, 0.8])), float(rng.uniform(0.45, 0.65))
    dead = Spell(begin + 12, duration_s + 5, 0.2)
    lights = (
        light.one_lamp(Spell(begin, begin + 12, 0.2), at, depth, winks=True),
        light.one_lamp(dead, at, depth, winks=False),
    )
    return Weather(lights, nuisances=(("lamp fails", Spell(begin, duration_s)),))


def evening(duration_s: float, rng: np.random.Generator) -> Weather:
    """Little light all the time: the reference was taken by day."""
    level = float(rng.uniform(0.38, 0.5))
    return Weather(
        (light.step(Spell(-5, duration_s + 5), (level * 0.85, level, level * 1.1)),),
        nuisances=(("evening", Spell(0, duration_s)),),
    )


def lights_out(duration_s: float, rng: np.random.Generator) -> Weather:
    """The shop's lights go off and on again; something is taken in the dark."""
    spell = middle_spell(duration_s, rng, (18, 26))
    return Weather(
        (light.off(spell, float(rng.uniform(0.02, 0.06))),),
        quiet=((spell.from_s, spell.until_s),),
        camera=lambda size: Camera(size, dark=(spell,)),
        unseen=(spell.from_s + 8.0, spell.from_s + 11.0),
        nuisances=(("lights off", spell),),
    )


def exposure(duration_s: float, rng: np.random.Generator) -> Weather:
    """The exposure hunts now and then."""
    spells = tuple(Spell(at, at + 14, 2.0) for at in (duration_s * 0.15, duration_s * 0.45, duration_s * 0.7))
    hunt = light.hunting(float(rng.uniform(0.2, 0.3)), float(rng.uniform(2.5, 5.0)), spells)
    return Weather((hunt,), nuisances=tuple(("exposure hunting", spell) for spell in spells))


def bumped(duration_s: float, rng: np.random.Generator) -> Weather:
    """Somebody pushes the camera, and it stays so."""
    at = float(round(rng.uniform(0.3, 0.45) * duration_s))
    angle = rng.uniform(0, 2 * np.pi)
    far = float(rng.uniform(12, 34))
    push = Push(
        Spell(at, duration_s + 5, 0.3),
        (far * float(np.cos(angle)), far * float(np.sin(angle)) * 0.7),
        float(rng.uniform(-2.0, 2.0)),
    )
    return Weather(camera=lambda size: Camera(size, pushes=(push,)), quiet=((at - 1, at + 2),))


def bumped_back(duration_s: float, rng: np.random.Generator) -> Weather:
    """Somebody pushes the camera; half a minute later it is put right."""
    spell = middle_spell(duration_s, rng, (24, 34))
    push = Push(
        spell,
        (float(rng.choice([-1, 1]) * rng.uniform(18, 38)), float(rng.uniform(-15, 15))),
        float(rng.uniform(-3.0, 3.0)),
    )
    return Weather(camera=lambda size: Camera(size, pushes=(push,)), quiet=((spell.from_s - 1, spell.until_s + 1),))


def jolted(duration_s: float, rng: np.random.Generator) -> Weather:
    """The camera trembles, and is jolted for a second or three now and then."""
    pushes = []
    for at in np.arange(12, duration_s - 8, rng.uniform(13, 20)):
        far = rng.uniform(5, 16, 2) * rng.choice([-1, 1], 2)
        begin = float(round(at))
        pushes.append(
            Push(
                Spell(begin, begin + float(round(rng.uniform(1, 3))), 0.2),
                (float(far[0]), float(far[1])),
                float(rng.normal(0, 0.8)),
            )
        )
    seed = int(rng.integers(0, 1 << 30))
    return Weather(camera=lambda size: Camera(size, shake_px=0.7, pushes=tuple(pushes), seed=seed))


def swaying(duration_s: float, rng: np.random.Generator) -> Weather:
    """A camera on a pole that sways."""
    sway, seed = float(rng.uniform(1.8, 3.2)), int(rng.integers(0, 1 << 30))
    camera_sway = (("swaying", Spell(0, duration_s)),)
    return Weather(camera=lambda size: Camera(size, sway_px=sway, shake_px=0.3, seed=seed), nuisances=camera_sway)


def covered(duration_s: float, rng: np.random.Generator) -> Weather:
    """Something hangs before the lens for a while; meanwhile something is taken."""
    spell = middle_spell(duration_s, rng, (20, 30))
    return Weather(
        camera=lambda size: Camera(size, covered=(spell,)),
        quiet=((spell.from_s, spell.until_s),),
        unseen=(spell.from_s + 9.0,),
    )


def frozen(duration_s: float, rng: np.random.Generator) -> Weather:
    """The stream repeats one picture for a while; meanwhile something is taken."""
    spell = middle_spell(duration_s, rng, (20, 30))
    return Weather(
        camera=lambda size: Camera(size, frozen=(spell,)),
        quiet=((spell.from_s, spell.until_s),),
        unseen=(spell.from_s + 9.0,),
    )


def out_of_focus(duration_s: float, rng: np.random.Generator) -> Weather:
    """The lens loses its focus for a while; nothing changes then."""
    spell = middle_spell(duration_s, rng, (16, 26), 2.0)
    sigma = float(rng.uniform(2.0, 3.2))
    return Weather(
        camera=lambda size: Camera(size, blurs=((spell, sigma),)),
        quiet=((spell.from_s, spell.until_s),),
        nuisances=(("out of focus", spell),),
    )


def dirty(duration_s: float, rng: np.random.Generator) -> Weather:
    """Drops on the lens from some time on."""
    spell = Spell(float(round(rng.uniform(0.15, 0.3) * duration_s)), duration_s + 5, 0.4)
    spots, seed = int(rng.integers(4, 10)), int(rng.integers(0, 1 << 30))
    return Weather(
        camera=lambda size: Camera(size, dirt=(spell, drop(size, spots, np.random.default_rng(seed)))),
        nuisances=(("dirty lens", spell),),
    )
