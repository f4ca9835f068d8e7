import pytest
from edgekit_export.models.class_names import (
    COCO_NAMES,
    ClassNames,
    names_from_file,
    names_from_metadata,
    resolve_names,
)

from edgekit.errors import ModelError


def test_a_file_comes_before_metadata_and_says_so(tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("apple\n\npear\n")
    found = resolve_names(2, file=file, metadata={"names": "['a', 'b']"})
    assert found == ClassNames(("apple", "pear"), "file names.txt")


def test_metadata_comes_before_coco_and_the_weights_own_names():
    names = tuple(f"n{index}" for index in range(80))
    found = resolve_names(
        80, metadata={"names": str(dict(enumerate(names)))}, builtin=ClassNames(COCO_NAMES, "weights")
    )
    assert found.names == names
    assert "metadata" in found.origin


def test_eighty_classes_without_names_are_cocos():
    found = resolve_names(80)
    assert found.names == COCO_NAMES
    assert "COCO" in found.origin


def test_any_other_number_is_numbered():
    assert resolve_names(3).names == ("class_0", "class_1", "class_2")


def test_an_embedding_has_no_classes():
    assert resolve_names(0).names == ()


def test_names_of_another_number_in_metadata_are_not_used():
    assert resolve_names(3, metadata={"names": "['a', 'b']"}).names == ("class_0", "class_1", "class_2")


def test_a_list_of_the_wrong_length_says_both_lengths(tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("apple\npear\n")
    with pytest.raises(ModelError, match="names 2 classes; the model has 3"):
        resolve_names(3, file=file)


def test_outputs_that_do_not_tell_the_number_need_a_list():
    with pytest.raises(ModelError, match="how many classes") as caught:
        resolve_names(None)
    assert "--classes" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "apple\r\npear\r\n"),
        ("a.csv", "index,wnid,name\n0,n1,apple\n1,n2,pear\n"),
        ("a.csv", "index,name\n1,pear\n0,apple\n"),
        ("A.CSV", "name\napple\npear\n"),
        ("a.csv", "0,apple\n1,pear\n"),
        ("a.json", '["apple", "pear"]'),
        ("a.json", '{"1": "pear", "0": "apple"}'),
        ("a.yaml", "names:\n  0: apple\n  1: pear\n"),
        ("bom.txt", "\ufeffapple\npear"),
    ],
)
def test_every_kind_of_list_is_read(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text)
    assert names_from_file(file) == ("apple", "pear")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "\n\n"),
        ("a.json", "{"),
        ("a.json", '{"x": "y"}'),
        ("a.json", "[" * 100_000),
        ("a.yaml", "3"),
        ("a.csv", "index,name\n0,apple\n1\n"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ModelError, match=name):
        names_from_file(file)


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(ModelError, match="no such file"):
        names_from_file(tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("metadata", "names"),
    [
        ({"names": "{0: 'person', 1: 'bi, cycle'}"}, ("person", "bi, cycle")),
        ({"names": '{"0": "person", "1": "cat"}'}, ("person", "cat")),
        ({"classes": "person, cat"}, ("person", "cat")),
        ({"labels": "person\ncat"}, ("person", "cat")),
        ({"names": "{0: 'a', 2: 'c'}"}, None),
        ({"author": "Ultralytics"}, None),
        ({}, None),
    ],
)
def test_metadata_is_read_as_the_usual_tools_write_it(metadata, names):
    assert names_from_metadata(metadata) == names


def test_metadata_is_data_and_never_code():
    assert names_from_metadata({"names": "__import__('os').getcwd()"}) == ("__import__('os').getcwd()",)


def test_coco_has_eighty_names_in_the_order_of_the_public_list(assets_dir):
    words = (assets_dir / "models" / "coco_classes.txt").read_text().split("\n")[:80]
    differing = {a: b for a, b in zip(COCO_NAMES, words, strict=True) if a != b}
    assert differing == {
        "motorcycle": "motorbike",
        "airplane": "aeroplane",
        "couch": "sofa",
        "potted plant": "pottedplant",
        "dining table": "diningtable",
        "tv": "tvmonitor",
    }
