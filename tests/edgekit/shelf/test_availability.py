from edgekit.shelf.availability import ProductFacing, ProductState, step_products
from edgekit.shelf.words import FacingStatus

OUT, STOCKED, LOW, UNKNOWN = (
    FacingStatus.OUT_OF_STOCK,
    FacingStatus.STOCKED,
    FacingStatus.LOW,
    FacingStatus.UNKNOWN,
)


def facings(*statuses, gtin="g"):
    return [ProductFacing(f"c{n % 2}", f"f{n}", gtin, "bottle", status) for n, status in enumerate(statuses)]


def kinds(states, *statuses):
    after, told = step_products(states, facings(*statuses))
    return after, [(one.kind.value, one.episode, one.number) for one in told]


def test_a_product_is_out_when_all_its_known_facings_are() -> None:
    states, told = kinds({}, STOCKED, OUT)
    assert told == []
    states, told = kinds(states, OUT, OUT)
    assert told == [("opened", 1, 1)]
    states, told = kinds(states, OUT, OUT)
    assert told == []
    states, told = kinds(states, OUT, LOW)
    assert told == [("resolved", 1, 2)]
    assert kinds(states, OUT, OUT)[1] == [("opened", 2, 1)]


def test_unknown_facings_neither_open_nor_resolve() -> None:
    assert kinds({}, UNKNOWN, UNKNOWN)[1] == []
    states, told = kinds({}, OUT, UNKNOWN)
    assert told == [("opened", 1, 1)]
    assert kinds(states, UNKNOWN, UNKNOWN)[1] == []
    assert kinds(states, OUT, STOCKED)[1] == [("resolved", 1, 2)]


def test_products_do_not_mix() -> None:
    rows = facings(OUT, gtin="a") + facings(STOCKED, gtin="b")
    _, told = step_products({}, rows)
    assert [(one.gtin, one.kind.value, one.facings) for one in told] == [("a", "opened", (("c0", "f0"),))]


def test_a_product_that_no_planogram_has_any_more_is_closed_once() -> None:
    states, _ = step_products({}, facings(OUT))
    states, told = step_products(states, [])
    assert [(one.kind.value, one.reason) for one in told] == [("resolved", "facings_removed")]
    assert step_products(states, [])[1] == ()


def test_product_states_come_back_through_json() -> None:
    state = ProductState(4, 2, False)
    assert ProductState.from_json(state.to_json()) == state
