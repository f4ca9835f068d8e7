from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from edgekit.config.loading import load_site
from edgekit.config.schema import (
    CameraConfig,
    ExportConfig,
    HoursConfig,
    JsonlSink,
    PicturesConfig,
    RetentionConfig,
    SiteConfig,
    SourceConfig,
    StdoutSink,
)
from edgekit.config.template import PLANOGRAM_TEMPLATE, TEMPLATE, write_template
from edgekit.errors import UsageError
from edgekit.shelf.planogram import load_planogram
from edgekit.shelf.rules import ShelfRules


def with_every_setting(template: str) -> str:
    """The template with the "#" deleted wherever it says so."""
    return re.sub(r"^( *)#(?=[a-z_]+:|- |  [a-z#])", r"\1", template, flags=re.MULTILINE)


def test_the_template_loads_as_it_stands(tmp_path: Path) -> None:
    write_template(tmp_path)
    site = load_site(tmp_path / "edgekit.yaml", environment={})
    assert site.cameras[0].planogram == tmp_path / "planogram.yaml"
    assert site.models == {}


def test_the_template_shows_the_defaults() -> None:
    settings = yaml.safe_load(TEMPLATE)["shelf"]
    assert settings == {name: getattr(ShelfRules(), name) for name in settings}


def test_the_template_loads_with_every_setting_in_use(tmp_path: Path) -> None:
    path = tmp_path / "edgekit.yaml"
    path.write_text(with_every_setting(TEMPLATE))
    site = load_site(path, environment={})
    assert site.models == {"shelf": tmp_path / "products.edgekit"}
    assert site.export is not None
    assert site.export.decoder == "yolox"
    assert [sink.type for sink in site.sinks] == ["jsonl", "stdout"]
    assert site.shelf == ShelfRules(reminder_s=3600, restocking_quiet_s=120)
    assert site.pictures == PicturesConfig(folder=tmp_path / "pictures")
    assert site.hours is not None


@pytest.mark.parametrize(
    "model",
    [
        SiteConfig,
        CameraConfig,
        SourceConfig,
        ExportConfig,
        HoursConfig,
        JsonlSink,
        PicturesConfig,
        StdoutSink,
        RetentionConfig,
        ShelfRules,
    ],
)
def test_the_template_names_every_key(model: type) -> None:
    known = set(re.findall(r"[a-z_]+(?=:)", TEMPLATE)) | {"models"}  # `model` is its short form
    assert set(model.model_fields) - known == set()  # type: ignore[attr-defined]


def test_the_planogram_template_is_yaml_with_and_without_its_options() -> None:
    assert set(yaml.safe_load(PLANOGRAM_TEMPLATE)["facings"][0]) == {"id", "polygon", "product"}
    full = yaml.safe_load(with_every_setting(PLANOGRAM_TEMPLATE))
    assert set(full["facings"][0]) == {
        "id",
        "polygon",
        "product",
        "gtin",
        "capacity",
        "method",
        "empty_in_reference",
    }
    assert full["classes"]["bottle"][0] == "water bottle"


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "planogram.yaml").write_text("mine")
    with pytest.raises(UsageError, match=r"planogram\.yaml is there already"):
        write_template(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["planogram.yaml"]
    write_template(tmp_path, overwrite=True)
    assert (tmp_path / "planogram.yaml").read_text() == PLANOGRAM_TEMPLATE


@pytest.mark.parametrize("options", [False, True])
def test_the_planogram_template_loads_beside_a_reference_picture(tmp_path: Path, *, options: bool) -> None:
    path = tmp_path / "planogram.yaml"
    path.write_text(with_every_setting(PLANOGRAM_TEMPLATE) if options else PLANOGRAM_TEMPLATE)
    assert cv2.imwrite(str(tmp_path / "reference.jpg"), np.zeros((400, 400, 3), np.uint8))
    planogram = load_planogram(path)
    assert planogram.facings[0].gtin == ("04006381333931" if options else None)
