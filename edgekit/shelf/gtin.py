"""GTINs: 8, 12, 13 or 14 digits with a check digit, kept as 14."""

from __future__ import annotations

__all__ = ["check_digit", "is_restricted", "normalised"]


def check_digit(digits: str) -> int:
    """The digit that follows `digits` (a GTIN without its last digit; leading zeros change nothing)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def normalised(text: str) -> str:
    """A GTIN as 14 digits.

    Raises:
        ValueError: `text` is not 8, 12, 13 or 14 digits, or its check digit is wrong.
    """
    if not (text.isascii() and text.isdigit()) or len(text) not in (8, 12, 13, 14):
        raise ValueError(f"a GTIN has 8, 12, 13 or 14 digits, not {text!r}")
    expected = check_digit(text[:-1])
    if int(text[-1]) != expected:
        raise ValueError(f"the check digit of {text} should be {expected}, not {text[-1]}")
    return text.zfill(14)


def is_restricted(gtin14: str) -> bool:
    """An in-store number (prefix 02, 04, 20-29; GTIN-8: first digit 0 or 2): two shops may use it for two things."""
    if gtin14.startswith("000000"):
        return gtin14[6] in "02"
    return gtin14[1:3] in {"02", "04", *(str(prefix) for prefix in range(20, 30))}
