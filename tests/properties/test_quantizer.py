import numpy as np
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.quantize.plan import as_signed, centre_of
from edgekit_export.quantize.weights import quantize_weight
from hypothesis import given
from hypothesis import strategies as st

bounds = st.floats(0.0, 1e4, width=32)


@given(low=bounds, high=bounds, scheme=st.sampled_from(Scheme), fractions=st.lists(st.floats(0, 1), min_size=1))
def test_inside_the_range_the_error_is_at_most_half_a_step(low, high, scheme, fractions):
    chosen = quantizer(Range(-low, high), scheme)
    values = np.array([-low + fraction * (low + high) for fraction in fractions])
    # Rounding the zero point moves the ends of an unsigned range by up to half a step.
    slack = 0.5 if scheme is Scheme.UNSIGNED_ASYMMETRIC else 0.0
    assert np.all(np.abs(chosen.apply(values) - values) <= chosen.scale * (0.5 + slack) + 1e-6 * (low + high))


@given(low=bounds, high=bounds, scheme=st.sampled_from(Scheme))
def test_zero_is_exact(low, high, scheme):
    assert quantizer(Range(-low, high), scheme).apply(np.zeros(1))[0] == 0.0


@given(low=bounds, high=bounds, scheme=st.sampled_from(Scheme), value=st.floats(-2e4, 2e4))
def test_quantizing_twice_changes_nothing_more(low, high, scheme, value):
    chosen = quantizer(Range(-low, high), scheme)
    once = chosen.apply(np.array([value]))
    np.testing.assert_allclose(chosen.apply(once), once, atol=0)


@given(low=bounds, high=bounds, value=st.floats(-2e4, 2e4))
def test_centring_gives_the_signed_encoding_the_steps_of_the_unsigned_one(low, high, value):
    chosen = quantizer(Range(-low, high), Scheme.UNSIGNED_ASYMMETRIC)
    centre = centre_of(chosen)
    centred = as_signed(chosen).apply(np.array([value - centre])) + centre
    # A value halfway between two steps may fall to either side.
    assert abs(centred[0] - chosen.apply(np.array([value]))[0]) <= chosen.scale * 1.0001 + 1e-9
    assert as_signed(chosen).zero_point == 0


@given(
    seed=st.integers(0, 2**32 - 1),
    channels=st.integers(1, 5),
    columns=st.integers(1, 20),
    size=st.floats(1e-6, 1e3),
)
def test_a_weight_inside_its_channels_range_is_at_most_half_a_step_off(seed, channels, columns, size):
    weight = (np.random.default_rng(seed).standard_normal((channels, columns)) * size).astype(np.float32)
    quantized = quantize_weight(weight, 0)
    scales = quantized.scales[:, None]
    inside = np.abs(weight) <= 127 * scales
    errors = np.abs(quantized.dequantized() - weight)
    assert np.all(errors[inside] <= (0.5 * scales + 1e-5 * np.abs(weight) + 1e-12)[inside])
    assert np.all(quantized.scales >= 2.0**-14)
    assert quantized.values.min() >= -127
