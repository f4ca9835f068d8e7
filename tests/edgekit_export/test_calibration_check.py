"""Calibration pictures looked at: how many, how light, whether enough, whether like the deployment."""

import cv2
import numpy as np
import pytest
from edgekit_export.activation_ranges import ActivationRanges, Coverage
from edgekit_export.calibration_check import check_calibration
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Task
from edgekit.errors import BundleError, DataError


@pytest.fixture(scope="module")
def shop(tmp_path_factory, write_classifier, write_pictures):
    """A folder with shop.edgekit (float only), bright pictures p/ and half as bright ones dim/."""
    folder = tmp_path_factory.mktemp("check")
    write_classifier(folder / "net.onnx")
    export(ExportRequest(str(folder / "net.onnx"), folder / "shop.edgekit", ModelOptions(task=Task.CLASSIFY)))
    (folder / "dim").mkdir()
    for path in write_pictures(folder / "p", 64):
        dim = (cv2.imread(str(path)) * 0.4).astype(np.uint8)
        cv2.imwrite(str(folder / "dim" / path.name), dim)
    return folder


def test_counts_light_and_unreadable_ones(tmp_path, write_pictures):
    paths = write_pictures(tmp_path / "p", 5)
    paths[1].write_bytes(b"torn")
    found = check_calibration([tmp_path / "p"])
    assert (found.available, found.pictures) == (5, 4)
    assert found.skipped == (f"{paths[1]}: not a picture that OpenCV can decode",)
    assert sum(found.light) == 4
    low, middle, high = found.lightness
    assert low <= middle <= high
    assert (found.convergence, found.similarity, found.coverage) == (None, None, None)


def test_fewer_than_export_wants_is_said_first(tmp_path, write_pictures):
    write_pictures(tmp_path / "p", 5)
    assert check_calibration([tmp_path / "p"]).warnings[0] == (
        "5 pictures are too few: `edgekit export --int8` wants 16 at least."
    )


def test_the_same_and_uniform_pictures_are_doubtful(tmp_path, write_pictures):
    first, second, third = write_pictures(tmp_path / "p", 3)
    second.write_bytes(first.read_bytes())
    cv2.imwrite(str(third), np.zeros((40, 60, 3), np.uint8))
    doubts = " ".join(check_calibration([tmp_path / "p"]).doubts)
    assert "001.png" in doubts
    assert "002.png" in doubts


def test_one_light_and_many_are_told_apart(tmp_path, shop):
    assert not check_calibration([shop / "p", shop / "dim"]).one_light
    same = tmp_path / "same"
    same.mkdir()
    for index in range(4):
        cv2.imwrite(str(same / f"{index}.png"), np.full((40, 60, 3), 100 + index, np.uint8))
    assert check_calibration([same]).one_light


def test_a_model_shows_whether_ranges_came_to_rest(shop):
    found = check_calibration([shop / "p"], model=shop / "shop.edgekit").convergence
    assert [point.images for point in found.points] == [8, 16, 32]
    moves = [point.p90_move for point in found.points]
    assert moves[0] >= moves[-1]


def test_pictures_like_the_deployments_pass_and_others_are_named(shop):
    alike = check_calibration([shop / "p"], deployment=[shop / "p"])
    assert alike.similarity.alike
    dark = check_calibration([shop / "p"], deployment=[shop / "dim"])
    assert not dark.similarity.alike
    assert any("darker" in line for line in dark.warnings)


def test_where_a_models_ranges_hold_pictures_may_look_as_they_like(shop):
    evening = sorted((shop / "dim").iterdir())[:12]
    both = [shop / "p", *evening]
    assert any("darker" in line for line in check_calibration(both, deployment=evening).warnings)
    found = check_calibration(both, model=shop / "shop.edgekit", deployment=evening)
    assert found.coverage.covered
    assert not found.similarity.alike
    assert not any("darker" in line for line in found.warnings)


def test_where_they_do_not_hold_that_is_the_gravest(shop):
    found = check_calibration([shop / "dim"], model=shop / "shop.edgekit", deployment=[shop / "p"])
    assert not found.coverage.covered
    assert found.warnings[0].startswith("The deployment's pictures go beyond the calibration pictures' ranges in")
    assert any("lighter" in line for line in found.warnings)


def test_only_as_many_as_export_would_take_are_looked_at(shop):
    found = check_calibration([shop / "p"], max_pictures=10)
    assert (found.available, found.pictures) == (64, 10)


def test_ranges_that_are_mostly_unused_are_said():
    narrow = Coverage(pictures=9, tensors=5, beyond=0.0, worst="x", used=0.3)
    assert "which use 30% of them" in narrow.sentence()
    assert Coverage(9, 5, 0.0, "x", 0.9).sentence() == "The ranges hold for the deployment's pictures."


def test_a_picture_within_the_ranges_is_not_beyond_them(shop):
    ranges = ActivationRanges(Bundle.open(shop / "shop.edgekit"), images=2)
    black, white = np.zeros((40, 60, 3), np.uint8), np.full((40, 60, 3), 255, np.uint8)
    for picture in (black, white):
        ranges.calibrate(picture)
    ranges.deploy(black)
    assert ranges.coverage().beyond == 0.0
    assert ranges.coverage().pictures == 1


@pytest.mark.parametrize(
    ("arguments", "error", "what"),
    [
        ({"pictures": ["gone"]}, DataError, "no such folder, picture, video or list"),
        ({"pictures": ["bad"]}, DataError, "None of the 1 pictures can be read"),
        ({"pictures": ["p"], "deployment": ["bad"]}, DataError, "None of the deployment's 1 pictures can be read"),
        ({"pictures": ["p"], "model": "gone.edgekit"}, BundleError, "gone.edgekit"),
    ],
)
def test_what_cannot_be_read_is_named(shop, arguments, error, what):
    (shop / "bad").mkdir(exist_ok=True)
    (shop / "bad" / "a.png").write_bytes(b"torn")
    given = {
        name: [shop / one for one in value] if isinstance(value, list) else shop / value
        for name, value in arguments.items()
    }
    with pytest.raises(error, match=what):
        check_calibration(given.pop("pictures"), **given)
