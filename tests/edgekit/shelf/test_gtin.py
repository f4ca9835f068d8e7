import pytest

from edgekit.shelf.gtin import check_digit, is_restricted, normalised


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("04006381333931", "04006381333931"),
        ("10614141000415", "10614141000415"),
    ],
)
def test_gtins_of_every_length_are_stored_as_14_digits(written, stored) -> None:
    assert normalised(written) == stored


@pytest.mark.parametrize("wrong", ["", "123", "4006381333932", "400638133393a", "٤٠٠٦٣٨١٣٣٣٩٣١", " 4006381333931"])
def test_what_is_not_a_gtin_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"GTIN|check digit"):
        normalised(wrong)


@pytest.mark.parametrize(
    ("stem", "restricted"),
    [
        ("200000000001", True),
        ("291234567890", True),
        ("021234567890", True),
        ("041234567890", True),
        ("400638133393", False),
        ("003600029145", False),
        ("2012345", True),
        ("9638507", False),
    ],
)
def test_in_store_numbers_are_flagged(stem, restricted) -> None:
    assert is_restricted(normalised(f"{stem}{check_digit(stem)}")) is restricted
