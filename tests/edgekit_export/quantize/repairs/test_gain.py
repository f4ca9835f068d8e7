import pytest
from edgekit_export.quantize.repairs.gain import RepairGain


def test_a_tenth_of_the_noise_is_ten_decibels_and_no_noise_is_no_error():
    assert RepairGain("bias correction", True, 0.1, 0.01).decibels == pytest.approx(10)
    assert RepairGain("bias correction", False, 0.01, 0.1).decibels == pytest.approx(-10)
    assert RepairGain("bias correction", False, 0.0, 0.0).decibels == 0
