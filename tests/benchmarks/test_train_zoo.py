"""train_zoo: what is there is kept only while it is what the recipe makes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from int8_bench.cases import CASES
from train_zoo import kept
from zoo_training.recipe import RECIPES, Stage, fingerprint

RECIPE = RECIPES[0]
NAME = RECIPE.architecture
MADE_BY = fingerprint(RECIPE, "pictures")


def put(folder, content=b"weights"):
    (folder / f"{NAME}.pt").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    card = {"recipe": MADE_BY, "top1": 0.5, "images": 1000, "train_s": 400.0, "sha256": {f"{NAME}.pt": digest}}
    (folder / f"{NAME}.json").write_text(json.dumps(card))


def test_a_network_of_the_same_recipe_and_pictures_is_kept(tmp_path):
    put(tmp_path)
    found = kept(tmp_path, RECIPE, MADE_BY)
    assert found is not None
    assert (found.name, found.top1) == (NAME, 0.5)


def test_a_missing_network_is_not_there(tmp_path):
    assert kept(tmp_path, RECIPE, MADE_BY) is None


def test_changed_weights_are_not_kept(tmp_path):
    put(tmp_path)
    (tmp_path / f"{NAME}.pt").write_bytes(b"others")
    assert kept(tmp_path, RECIPE, MADE_BY) is None


def test_another_recipe_or_other_pictures_are_not_kept(tmp_path):
    put(tmp_path)
    longer = replace(RECIPE, stages=(Stage(96, 50),))
    assert kept(tmp_path, longer, fingerprint(longer, "pictures")) is None
    assert kept(tmp_path, RECIPE, fingerprint(RECIPE, "others")) is None


def test_every_network_that_is_judged_ends_at_the_size_that_it_is_exported_at():
    judged = [recipe for recipe in RECIPES if recipe.architecture in CASES]
    assert {recipe.stages[-1].side_px for recipe in judged} == {96}
