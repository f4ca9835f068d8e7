"""The judges of a rendered shelf (scenes.py)."""

from edgekit.shelf.evidence.judges import Judges
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Evidence, UnknownReason

DETECTOR = {"shelf": ModelInfo("detect", ("person", "bottle", "can"))}
CLASSES = (*(f"class {n}" for n in range(98)), "water bottle, mineral water", "wine bottle")
CLASSIFIER = {"shelf": ModelInfo("classify", CLASSES)}
RULES = ShelfRules(initial_samples=2)


class Bench:
    def __init__(self, scenes, planogram, models, reference=None):
        self.scenes = scenes
        self.layout = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
        self.reference = scenes.picture() if reference is None else reference
        self.judges = Judges(planogram, RULES, models, self.reference, self.layout)
        self.baselines = {}

    def learn(self, finding):
        wants = self.judges.wants(self.reference, self.layout.places)
        self.baselines = self.judges.asked(self.layout.places, wants, {"shelf": finding})
        return self

    def judge(self, finding=None, pixels=None, hidden="", visible=1.0):
        pixels = self.scenes.picture(seed=5) if pixels is None else pixels
        gates = {
            name: Evidence(name, visible, False, None, UnknownReason.OCCLUDED if name in hidden else None)
            for name in self.scenes.LEFTS
        }
        places = [place for place in self.layout.places if place.facing.id not in hidden]
        wants = self.judges.wants(pixels, places)
        findings = {} if finding is None else {"shelf": finding}
        evidence, self.baselines, _ = self.judges.evidence(
            pixels, self.layout.places, gates, wants, findings, self.baselines
        )
        return evidence
