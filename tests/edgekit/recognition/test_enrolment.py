"""From photos to an index and back: what the two commands do."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edgekit.cli.app import build_app
from edgekit.recognition.index import read_index

PRODUCTS = ("oat milk", "soy milk", "butter", "yoghurt", "cream", "curd", "kefir", "whey")


@pytest.fixture(scope="module")
def run():
    app = build_app()
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def shop(tmp_path_factory, embedders, photos, run) -> Path:
    """An index of eight products by five photos each."""
    index = tmp_path_factory.mktemp("shop") / "products.index"
    for kind, name in enumerate(PRODUCTS):
        done = run(
            "enroll", name, *photos(kind, 5), "--model", embedders[0], "--index", index, "--encoding", "int8-cpu"
        )
        assert done.exit_code == 0, done.output
    return index


def test_an_enrolled_product_is_found_and_something_else_is_unknown(shop, embedders, photos, run) -> None:
    told = run("similar", *photos(2, 1, first=50), "--model", embedders[0], "--index", shop, "--json")
    found = json.loads(told.output)
    assert found["product"] == "butter"
    assert found["guesses"][0]["product"] == "butter"
    stranger = json.loads(run("similar", *photos(77, 1), "--model", embedders[0], "--index", shop, "--json").output)
    assert stranger["product"] is None
    assert sum(guess["probability"] for guess in stranger["guesses"]) < 1
    assert run("similar", *photos(77, 1), "--model", embedders[0], "--index", shop).output.startswith("unknown")


def test_most_photos_are_named_rightly_and_few_strangers_are_accepted(shop, embedders, photos) -> None:
    from edgekit.recognition.enrolment import embedded, load_embedder
    from edgekit.recognition.recogniser import Recogniser
    from edgekit.recognition.views import QUERY_VIEWS

    index = read_index(shop)
    recogniser = Recogniser(index, query_views=QUERY_VIEWS)
    model = load_embedder(embedders[0], index, where="index")
    right = [
        recogniser.guesses(embedded(model, path))[0][0].product == name
        for kind, name in enumerate(PRODUCTS)
        for path in photos(kind, 5, first=20)
    ]
    strange = [recogniser.guesses(embedded(model, photos(200 + kind, 1)[0]))[0][0].accepted for kind in range(20)]
    model.close()
    assert np.mean(right) >= 0.9
    assert np.mean(strange) <= 0.15


def test_only_the_candidates_are_searched(shop, embedders, photos, run) -> None:
    told = run(
        "similar", *photos(2, 1), "--model", embedders[0], "--index", shop,
        "--among", "oat milk", "--among", "yoghurt", "--json",
    )  # fmt: skip
    found = json.loads(told.output)
    assert {guess["product"] for guess in found["guesses"]} == {"oat milk", "yoghurt"}
    assert found["product"] is None


def test_another_models_index_is_refused_with_what_to_do(shop, embedders, photos, run) -> None:
    before = shop.read_bytes()
    for command in (("similar", *photos(0, 1)), ("enroll", "cheese", *photos(9, 2))):
        told = run(*command, "--model", embedders[1], "--index", shop)
        assert told.exit_code == 2
        assert "made by another model" in told.output
        assert "enrol the photos again" in told.output
    assert shop.read_bytes() == before


def test_another_encoding_of_the_same_model_is_refused(shop, embedders, photos, run) -> None:
    command = ("enroll", "cheese", *photos(9, 2), "--model", embedders[0], "--index", shop, "--encoding", "float")
    told = run(*command)
    assert told.exit_code == 2
    assert "--encoding int8-cpu" in told.output


def test_photos_add_up_and_none_counts_twice(tmp_path, embedders, photos, run) -> None:
    index = tmp_path / "products.index"
    at = ("--model", embedders[0], "--index", index)
    run("enroll", "butter", *photos(2, 2), *at, "--gtin", "4006381333931")
    told = run("enroll", "butter", *photos(2, 3), *at)
    assert "3 photos (2 were in it already)" in told.output
    assert read_index(index).products[0].gtin == "04006381333931"
    assert "butter  04006381333931  3 photos" in run("enroll", "--list", "--index", index).output
    assert run("enroll", "butter", "--remove", "--index", index).exit_code == 0
    assert read_index(index).products == ()


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        ((), 2, "PRODUCT is missing"),
        (("butter",), 2, "Photos of 'butter' are missing"),
        (("butter", "nowhere.jpg", "--gtin", "123"), 2, "--gtin"),
        (("butter", "nowhere.jpg", "--model", "no.edgekit"), 3, "no.edgekit"),
        (("--list", "--index", "no.index"), 3, "Make one: edgekit enroll"),
    ],
)
def test_what_is_missing_is_said(run, arguments, code, what) -> None:
    told = run("enroll", *arguments)
    assert (told.exit_code, what in told.output) == (code, True), told.output


def test_a_photo_that_cannot_be_read_changes_nothing(tmp_path, embedders, photos, run) -> None:
    index = tmp_path / "products.index"
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8 no photo")
    told = run("enroll", "butter", *photos(2, 1), tmp_path / "torn.jpg", "--model", embedders[0], "--index", index)
    assert told.exit_code == 3
    assert "torn.jpg" in told.output
    assert not index.exists()


def test_a_file_that_is_no_index_is_refused(tmp_path, shop, embedders, photos, run) -> None:
    whole = shop.read_bytes()
    for name, content in {"text": b"no", "cut": whole[: len(whole) // 2]}.items():
        (tmp_path / name).write_bytes(content)
        told = run("similar", *photos(0, 1), "--model", embedders[0], "--index", tmp_path / name)
        assert told.exit_code == 3
        assert "is not an index" in told.output


def test_the_same_photos_give_the_same_bytes(tmp_path, shop, embedders, photos, run) -> None:
    again = tmp_path / "again.index"
    for kind, name in enumerate(PRODUCTS):
        run("enroll", name, *photos(kind, 5), "--model", embedders[0], "--index", again, "--encoding", "int8-cpu")
    assert again.read_bytes() == shop.read_bytes()
