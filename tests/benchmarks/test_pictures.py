"""int8_bench.pictures: nobody is judged on what he was calibrated on."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from edgekit_export.models.presets import PRESETS, preset_preprocessing
from int8_bench.cases import Case
from int8_bench.pictures import calibration_input, judging_pictures

from edgekit.bundle.manifest import Task

SOURCE = SimpleNamespace(
    task=Task.CLASSIFY,
    class_names=("cat", "dog"),
    preprocessing=preset_preprocessing(PRESETS["imagenet"], (8, 8)),
)


@pytest.fixture
def case(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "val" / name).mkdir(parents=True)
        for index in range(4):
            cv2.imwrite(str(tmp_path / "val" / name / f"{index}.png"), np.full((9, 12, 3), 20 * index, np.uint8))
    (tmp_path / "seen.png").write_bytes((tmp_path / "val" / "cat" / "0.png").read_bytes())
    listed = tmp_path / "calibration.txt"
    listed.write_text(f"{tmp_path / 'seen.png'}\n")
    return Case("net", tmp_path / "net.onnx", SimpleNamespace(), listed, tmp_path / "val", images=4)


def test_pictures_are_prepared_as_the_runtime_prepares_them_and_evenly_spread_over_the_classes(case):
    found = judging_pictures(case, SOURCE)
    assert found.prepared.shape == (4, 8, 8, 3)
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.sizes_hw == ((9, 12),) * 4


def test_a_picture_that_was_calibrated_on_is_refused(case):
    case.calibration.write_text(f"{case.data / 'dog' / '1.png'}\n{case.data / 'cat' / '1.png'}\n")
    with pytest.raises(ValueError, match="is a calibration picture"):
        judging_pictures(case, SOURCE)


def test_other_tools_get_the_arithmetic_done(case):
    black = (np.zeros(3) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    found = calibration_input(case, SOURCE)
    assert found.shape == (1, 3, 8, 8)
    np.testing.assert_allclose(found[0, :, 4, 4], black, rtol=1e-5)
