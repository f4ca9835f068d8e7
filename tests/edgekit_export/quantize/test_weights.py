import numpy as np
from edgekit_calibration import MomentObserver
from edgekit_export.quantize.weights import MAX_COLUMNS, quantize_weight

RNG = np.random.default_rng(0)


def correlated_rows(count: int, columns: int) -> np.ndarray:
    """Like pixels: bright or dark together, all positive."""
    return (100 + 60 * RNG.standard_normal((count, 1)) + 4 * RNG.standard_normal((count, columns))).astype(np.float32)


def test_every_channel_has_its_own_scale():
    weight = RNG.standard_normal((3, 8)).astype(np.float32) * np.array([[0.01], [1.0], [100.0]], np.float32)
    quantized = quantize_weight(weight, 0)
    ratios = quantized.scales / np.abs(weight).max(axis=1)
    assert np.all((ratios > 0.4 / 127) & (ratios <= 1.001 / 127))
    relative = np.linalg.norm(quantized.dequantized() - weight, axis=1) / np.linalg.norm(weight, axis=1)
    assert np.all(relative < 0.01)


def test_the_other_axis_gives_the_transpose():
    weight = RNG.standard_normal((6, 4)).astype(np.float32)
    one, other = quantize_weight(weight, 0), quantize_weight(weight.T.copy(), 1)
    np.testing.assert_array_equal(one.values, other.values.T)
    np.testing.assert_array_equal(one.dequantized(), other.dequantized().T)


def test_with_the_inputs_covariance_the_output_is_kept_far_better_than_by_rounding_to_nearest():
    # More columns than one block of the compensation.
    weight = RNG.standard_normal((16, 150)).astype(np.float32)
    seen, others = correlated_rows(4000, 150), correlated_rows(1000, 150)
    moments = MomentObserver(None)
    moments.update(seen)
    errors = {}
    for label, known in (("nearest", None), ("compensated", moments)):
        quantized = quantize_weight(weight, 0, known)
        output = others @ quantized.dequantized().T + quantized.bias_change
        errors[label] = np.square(output - others @ weight.T).mean()
    assert errors["compensated"] < 0.1 * errors["nearest"]


def test_the_bias_takes_up_the_mean_of_what_rounding_changed():
    weight = RNG.standard_normal((5, 30)).astype(np.float32)
    rows = correlated_rows(2000, 30)
    moments = MomentObserver(None)
    moments.update(rows)
    quantized = quantize_weight(weight, 0, moments)
    difference = rows @ (weight - quantized.dequantized()).T - quantized.bias_change
    assert np.all(np.abs(difference.mean(axis=0)) < 1e-2)
    assert np.any(quantized.bias_change != 0)


def test_a_channel_of_zeros_and_an_input_that_never_varies_do_no_harm():
    weight = RNG.standard_normal((3, 4)).astype(np.float32)
    weight[1] = 0
    moments = MomentObserver(None)
    moments.update(np.zeros((10, 4), np.float32))
    quantized = quantize_weight(weight, 0, moments)
    assert np.all(quantized.values[1] == 0)
    assert np.all(np.isfinite(quantized.scales))
    assert np.all(quantized.bias_change == 0)
    assert np.abs(quantized.dequantized() - weight).max() <= quantized.scales.max()


def test_rows_that_are_too_long_are_rounded_to_nearest_and_leave_the_bias():
    weight = RNG.standard_normal((2, MAX_COLUMNS + 1)).astype(np.float32)
    quantized = quantize_weight(weight, 0)
    assert np.all(quantized.bias_change == 0)
