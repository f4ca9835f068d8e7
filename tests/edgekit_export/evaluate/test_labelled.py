import pytest
from edgekit_export.evaluate.labelled import read_labelled
from edgekit_export.evaluate.names import same_name

from edgekit.errors import DataError

NAMES = ("Green Apple", "pear", "fig")


def _folders(root, names, write_pictures):
    for number, name in enumerate(names):
        write_pictures(root / name, 1, first=number)
    return root


def _labels(found):
    return [(path.parent.name, label) for path, label in found.items]


def test_folders_are_matched_by_name_whatever_their_order_case_and_signs(tmp_path, write_pictures):
    root = _folders(tmp_path, ["fig", "green_apple", "Pear"], write_pictures)
    found = read_labelled(root, NAMES)
    assert sorted(_labels(found)) == [("Pear", 1), ("fig", 2), ("green_apple", 0)]
    assert "by name" in found.matching


def test_numbered_folders_are_class_indices(tmp_path, write_pictures):
    found = read_labelled(_folders(tmp_path, ["2", "0"], write_pictures), NAMES)
    assert sorted(_labels(found)) == [("0", 0), ("2", 2)]


def test_as_many_unknown_folders_as_classes_are_taken_in_sorted_order_and_that_is_said(tmp_path, write_pictures):
    found = read_labelled(_folders(tmp_path, ["n03", "n01", "n02"], write_pictures), NAMES)
    assert sorted(_labels(found)) == [("n01", 0), ("n02", 1), ("n03", 2)]
    assert "sorted order" in found.matching


@pytest.mark.parametrize("names", [["pear", "plum"], ["pear", "fig", "plum"], ["n01", "n02"]])
def test_folders_that_do_not_match_are_an_error_that_names_one(tmp_path, write_pictures, names):
    with pytest.raises(DataError, match=r"folder (plum|n01) is none of the model's 3 classes"):
        read_labelled(_folders(tmp_path, names, write_pictures), NAMES)


def test_a_list_takes_a_class_that_is_called_by_a_number_by_its_name(tmp_path, write_pictures):
    write_pictures(tmp_path / "pictures", 2)
    paths = sorted((tmp_path / "pictures").iterdir())
    (tmp_path / "list.csv").write_text(f"pictures/{paths[0].name},1\npictures/{paths[1].name},2\n")
    found = read_labelled(tmp_path / "list.csv", ("2", "1"))
    assert [index for _, index in found.items] == [1, 0]


def test_a_list_takes_index_or_name_relative_to_itself(tmp_path, write_pictures):
    write_pictures(tmp_path / "p", 3)
    (tmp_path / "list.csv").write_text("path,label\np/000.png,1\np/001.png,green apple\n")
    found = read_labelled(tmp_path / "list.csv", NAMES)
    assert found.items == ((tmp_path / "p" / "000.png", 1), (tmp_path / "p" / "001.png", 0))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a.png,plum\n", "line 1: 'plum' is none"),
        ("a.png,3\n", "line 1: '3' is none"),
        ("path,label\na.png,fig\na.png\n", "line 3: path,label expected"),
        ("", "names no picture"),
    ],
)
def test_a_wrong_list_is_an_error_with_its_line(tmp_path, text, what):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(DataError, match=what):
        read_labelled(tmp_path / "list.csv", NAMES)


def test_a_name_that_two_classes_have_matches_neither(tmp_path):
    (tmp_path / "list.csv").write_text("a.png,crane\n")
    with pytest.raises(DataError, match="crane"):
        read_labelled(tmp_path / "list.csv", ("crane", "fig", "crane"))


@pytest.mark.parametrize("kind", ["missing", "empty", "no pictures"])
def test_nothing_there_is_an_error(tmp_path, kind):
    data = tmp_path / "data"
    if kind != "missing":
        data.mkdir()
    if kind == "no pictures":
        for name in ("pear", "fig"):
            (data / name).mkdir()
    with pytest.raises(DataError, match="data"):
        read_labelled(data, NAMES)


def test_names_in_other_scripts_stay_different():
    assert same_name("苹果") != same_name("梨")
