"""Which cameras: those that are named, or those of edgekit.yaml."""

import pytest
from edgekit_calibration.collect_cameras import sources_by_id
from edgekit_calibration.collect_folder import CollectionFolder

from edgekit.config.schema import CameraConfig
from edgekit.errors import SourceError, UsageError
from edgekit.testing import FakeClock


@pytest.fixture
def named(tmp_path):
    configured = (
        CameraConfig.model_validate({"id": "aisle-3", "source": "rtsp://u:pw@10.0.0.5/live", "planogram": "p.yaml"}),
        CameraConfig.model_validate({"id": "door", "source": 1, "planogram": "p.yaml"}),
    )
    folder = CollectionFolder(tmp_path / "p")

    def sources(*names, configured=configured):
        return sources_by_id(names, configured, folder, clock=FakeClock())

    return sources


def test_without_a_name_every_configured_camera_is_taken(named):
    found = named()
    assert list(found) == ["aisle-3", "door"]
    assert found["aisle-3"].description == "rtsp://u:***@10.0.0.5/live"


def test_a_configured_camera_is_named_by_its_id(named):
    assert list(named("door")) == ["door"]


def test_others_are_named_by_what_they_are(named):
    found = named("0", "rtsp://10.0.0.6/live", "clips/monday.mp4", "shelf/")
    assert list(found) == ["camera-1", "camera-2", "monday", "shelf"]
    assert [source.live for source in found.values()] == [True, True, False, False]


def test_a_password_never_becomes_a_part_of_the_list(named, tmp_path):
    import numpy as np
    from edgekit_calibration.collect_folder import COLLECTION, CollectedPicture

    folder = CollectionFolder(tmp_path / "q")
    sources_by_id(["rtsp://admin:s3cret@10.0.0.5/live?token=abc"], (), folder, clock=FakeClock())
    folder.add(CollectedPicture(file="a.jpg", camera="camera-1", lightness=1), np.zeros((4, 4, 3), np.uint8))
    text = (tmp_path / "q" / COLLECTION).read_text()
    assert "admin:***@10.0.0.5" in text
    assert "s3cret" not in text
    assert "abc" not in text


@pytest.mark.parametrize(
    ("names", "configured", "error", "what"),
    [
        ((), (), UsageError, "Which cameras?"),
        (("0", "0"), (), UsageError, "is given twice"),
        (("basler:1",), (), SourceError, "no kind of source is called basler"),
        (("",), (), UsageError, "--camera ''"),
    ],
)
def test_what_is_missing_or_wrong_is_said(named, names, configured, error, what):
    with pytest.raises(error, match=what.replace("?", r"\?")):
        named(*names, configured=configured)
