import numpy as np
import pytest

from edgekit.errors import PlanogramError
from edgekit.shelf.picture_size import picture_size_hw
from edgekit.shelf.planogram import load_planogram

GOOD = """\
reference: shelf.jpg
facings:
  - {id: a, gtin: "2000000000015", product: bottle, polygon: [[4, 4], [20, 4], [20, 30], [4, 30]]}
  - id: b
    product: can
    evidence: appearance
    capacity: 3
    empty_in_reference: true
    polygon: [[24, 4], [40, 4], [32, 30]]
classes: {bottle: [water bottle, wine bottle]}
"""


@pytest.fixture
def written(tmp_path):
    import cv2

    cv2.imwrite(str(tmp_path / "shelf.jpg"), np.zeros((32, 44, 3), np.uint8))

    def write(text):
        (tmp_path / "p.yaml").write_text(text)
        return tmp_path / "p.yaml"

    return write


def test_a_planogram_is_loaded_with_its_defaults(written) -> None:
    planogram = load_planogram(written(GOOD))
    first, second = planogram.facings
    assert (planogram.reference_size_hw, planogram.reference.name) == ((32, 44), "shelf.jpg")
    assert (first.gtin, first.restricted, first.method, first.capacity) == ("02000000000015", True, "auto", 1)
    assert (second.gtin, second.restricted, second.method, second.capacity) == (None, False, "appearance", 3)
    assert (first.empty_in_reference, second.empty_in_reference) == (False, True)
    assert planogram.class_names("bottle") == ("water bottle", "wine bottle")
    assert planogram.class_names("can") == ("can",)


@pytest.mark.parametrize(
    ("old", "new", "line", "parts"),
    [
        ("capacity: 3", "capasity: 3", 7, ["capasity", "`capacity`"]),
        ("reference: shelf", "refrence: shelf", 1, ["refrence", "`reference`"]),
        ("id: b", "id: a", 4, ["facing 'a'", "line 3"]),
        ("[32, 30]]", "[32, 33]]", 9, ["facing 'b'", "outside", "(32, 33) of 44 x 32"]),
        ("[[24, 4], [40, 4], [32, 30]]", "[[24, 4], [40, 4]]", 9, ["facing 'b'", "2 points"]),
        ("[[24, 4], [40, 4], [32, 30]]", "[[24, 4], [40, 4], [30, 4]]", 9, ["facing 'b'", "no area"]),
        ("[[24, 4], [40, 4], [32, 30]]", "[[24, 4], [40, 30], [40, 4], [24, 20]]", 9, ["facing 'b'", "crosses itself"]),
        ("[[24, 4], [40, 4], [32, 30]]", "[[24, 4], [27, 4], [27, 7], [24, 7]]", 9, ["facing 'b'", "smaller"]),
        ("[32, 30]]", "[32, .nan]]", 9, ["polygon", "finite"]),
        ("2000000000015", "2000000000016", 3, ["check digit", "should be 5"]),
        ("evidence: appearance", "evidence: apearance", 6, ["facing 'b'", "'apearance'", "`appearance`"]),
        ("    evidence: appearance", "    evidence: appearance\n    method: auto", 4, ["not both"]),
        ("capacity: 3", "capacity: 0", 7, ["capacity"]),
        ("classes: {bottle:", "classes: {botle:", 10, ["'botle'", "`bottle`"]),
        ("[water bottle, wine bottle]", "[]", 10, ["'bottle' has no class"]),
        ("shelf.jpg", "other.jpg", 1, ["other.jpg", "No such file"]),
        ("shelf.jpg", "p.yaml", 1, ["p.yaml is not a picture"]),
    ],
)
def test_an_error_names_file_line_and_what_is_meant(written, old, new, line, parts) -> None:
    path = written(GOOD.replace(old, new))
    with pytest.raises(PlanogramError) as raised:
        load_planogram(path)
    text = str(raised.value)
    assert text.startswith(f"{path}:{line}:")
    assert "\n" not in text
    for part in parts:
        assert part in text


def test_no_facing_at_all_is_an_error(written) -> None:
    with pytest.raises(PlanogramError, match=r"facings"):
        load_planogram(written("reference: shelf.jpg\nfacings: []\n"))


def test_a_missing_planogram_is_an_error_with_a_way_out(tmp_path) -> None:
    with pytest.raises(PlanogramError, match=r"does not exist.*edgekit init"):
        load_planogram(tmp_path / "none.yaml")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp"])
@pytest.mark.parametrize("size_hw", [(1, 1), (33, 257), (300, 20)])
def test_the_size_of_a_picture_is_read_right_from_every_format(tmp_path, suffix, size_hw) -> None:
    import cv2

    path = tmp_path / f"picture{suffix}"
    cv2.imwrite(str(path), np.zeros((*size_hw, 3), np.uint8))
    assert picture_size_hw(path) == size_hw


@pytest.mark.parametrize("cut", [0, 1, 3, 20, 60])
def test_a_torn_or_empty_picture_has_no_size(tmp_path, cut) -> None:
    import cv2

    whole = cv2.imencode(".jpg", np.zeros((30, 40, 3), np.uint8))[1].tobytes()
    (tmp_path / "torn.jpg").write_bytes(whole[:cut])
    assert picture_size_hw(tmp_path / "torn.jpg") is None


def test_the_planogram_of_the_bottle_clip_loads(assets_dir) -> None:
    planogram = load_planogram(assets_dir / "restock-video-bottles" / "planogram.yaml")
    assert [facing.id for facing in planogram.facings] == ["left", "middle", "right"]
    assert planogram.reference_size_hw == (360, 640)
    assert all(facing.restricted for facing in planogram.facings)
