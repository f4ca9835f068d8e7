"""What every registered backend promises; those that are not usable here must say why."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edgekit.backends.protocols import Backend, LoadOptions, Session
from edgekit.backends.registry import backend, backend_names
from edgekit.bundle.bundle import Bundle
from edgekit.errors import BackendUnavailable

NAMES = backend_names()
MakeBundle = Callable[..., Bundle]


def usable(name: str) -> Backend:
    made = backend(name)
    availability = made.availability()
    if not availability.usable:
        pytest.skip(f"{name}: {availability.reason}")
    return made


def loaded(name: str, bundle: Bundle, **options: object) -> Session:
    return usable(name).load(bundle.graph("float"), LoadOptions(threads=1, **options))  # type: ignore[arg-type]


def pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 16, 16, 3), np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_availability_says_why_in_one_line_and_what_would_mend_it(name: str) -> None:
    made = backend(name)
    assert made.name == name
    availability = made.availability()
    assert availability.reason
    assert "\n" not in availability.reason
    assert availability.usable or availability.remedy


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_usable_refuses_to_load_with_its_reason(name: str, opened: MakeBundle) -> None:
    made = backend(name)
    availability = made.availability()
    if availability.usable:
        pytest.skip(f"{name} is usable here")
    with pytest.raises(BackendUnavailable) as caught:
        made.load(opened().graph("float"), LoadOptions())
    assert availability.reason in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("task", ["classify", "detect"])
@pytest.mark.parametrize("count", [1, 3, 4])
def test_outputs_are_named_and_shaped_as_the_manifest_says(
    name: str, task: str, count: int, opened: MakeBundle
) -> None:
    bundle = opened(task=task)
    session = loaded(name, bundle)
    outputs = session.result(session.submit(pictures(count)))
    assert list(outputs) == [spec.name for spec in bundle.manifest.outputs]
    for spec in session.outputs:
        assert outputs[spec.name].shape == (count, *spec.shape[1:])
        assert outputs[spec.name].dtype == np.dtype(spec.dtype)
    assert session.inputs == bundle.graph("float").inputs
    session.close()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_batch_gives_the_same_outputs(name: str, opened: MakeBundle) -> None:
    session = loaded(name, opened())
    first = np.array(session.result(session.submit(pictures(2)))["logits"])
    session.result(session.submit(pictures(2, seed=1)))
    assert np.array_equal(session.result(session.submit(pictures(2)))["logits"], first)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_the_same_as_its_pictures_one_by_one(name: str, opened: MakeBundle) -> None:
    session = loaded(name, opened())
    together = np.array(session.result(session.submit(pictures(3)))["logits"])
    for row, picture in zip(together, pictures(3), strict=True):
        np.testing.assert_allclose(session.result(session.submit(picture[None]))["logits"][0], row, rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_several_batches_may_be_under_way_and_each_ticket_has_its_own_outputs(name: str, opened: MakeBundle) -> None:
    bundle = opened()
    one, two = loaded(name, bundle), loaded(name, bundle, in_flight=2)
    batches = [pictures(1, seed) for seed in (1, 2)]
    expected = [np.array(one.result(one.submit(batch))["logits"]) for batch in batches]
    tickets = [two.submit(batch) for batch in batches]
    found = [two.result(ticket)["logits"] for ticket in tickets]
    for outputs, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(outputs, wanted, rtol=1e-5)
    two.close()


@pytest.mark.parametrize("name", NAMES)
def test_more_batches_than_in_flight_are_refused(name: str, opened: MakeBundle) -> None:
    session = loaded(name, opened())
    ticket = session.submit(pictures(1))
    with pytest.raises(RuntimeError, match="under way"):
        session.submit(pictures(1))
    session.result(ticket)
    with pytest.raises(RuntimeError, match="not under way"):
        session.result(ticket)
    session.result(session.submit(pictures(1)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "batch",
    [
        np.zeros((5, 16, 16, 3), np.uint8),
        np.zeros((0, 16, 16, 3), np.uint8),
        np.zeros((1, 16, 17, 3), np.uint8),
        np.zeros((1, 16, 16, 3), np.float32),
        np.zeros((16, 16, 3), np.uint8),
    ],
)
def test_a_batch_of_another_shape_or_type_is_refused(name: str, batch: np.ndarray, opened: MakeBundle) -> None:
    session = loaded(name, opened())
    with pytest.raises(ValueError, match="a batch must be uint8"):
        session.submit(batch)
    session.result(session.submit(pictures(1)))


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_that_is_not_contiguous_is_taken(name: str, opened: MakeBundle) -> None:
    session = loaded(name, opened())
    wide = pictures(2)
    expected = np.array(session.result(session.submit(np.ascontiguousarray(wide[:, ::-1])))["logits"])
    assert np.array_equal(session.result(session.submit(wide[:, ::-1]))["logits"], expected)


@pytest.mark.parametrize("name", NAMES)
def test_close_twice_is_fine(name: str, opened: MakeBundle) -> None:
    session = loaded(name, opened())
    session.close()
    session.close()
