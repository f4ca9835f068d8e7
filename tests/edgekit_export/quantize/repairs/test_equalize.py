import numpy as np
import onnx
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.running import relative_difference, run
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.repairs.equalize import EqualizeOptions, applied, equalized
from edgekit_export.quantize.repairs.range_board import RangeBoard, Setting
from edgekit_export.quantize.repairs.range_search import Site, factors_of, search
from edgekit_export.quantize.repairs.spans import ChannelSpan, channel_spans
from edgekit_export.quantize.repairs.tail import Tail

SIGNED, UNSIGNED = Scheme.SIGNED_SYMMETRIC, Scheme.UNSIGNED_ASYMMETRIC


def images(count=8):
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (8, 8, 3), dtype=np.uint8) for _ in range(count)]


def net(build, between):
    """A depthwise convolution reads a tensor with one channel 400 times as large as the others."""
    rng = np.random.default_rng(0)
    first = rng.standard_normal((4, 3, 3, 3)).astype(np.float32) / 255
    second = rng.standard_normal((4, 1, 3, 3)).astype(np.float32)
    first[2] *= 400
    second[2] /= 400
    model = build(
        f"""g (uint8[n,8,8,3] images) => (float[n,5] z)
        {{k = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (k) c = Conv <pads=[1,1,1,1]> (x, w1) {between}
          d = Conv <group=4, pads=[1,1,1,1]> (t, w2) r = Relu(d) p = GlobalAveragePool(r) f = Flatten(p)
          z = Gemm (f, w3)}}""",
        w1=first,
        w2=second,
        w3=rng.standard_normal((4, 5)).astype(np.float32),
        low=np.float32(0),
        high=np.float32(0.9),
    )
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    return model


def noise_of(model, tensor, setting, scheme):
    board = RangeBoard(model, {tensor: []}, scheme, threads=1)
    expected, got = board.run(images(), {}), board.run(images(), {tensor: setting})
    return sum(float(np.square(a[0] - b[0]).sum()) for a, b in zip(expected, got, strict=True))


@pytest.mark.parametrize(("between", "multiplications"), [("t = Relu(c)", 0), ("s = Sigmoid(c) t = Mul(c, s)", 1)])
@pytest.mark.parametrize("scheme", [SIGNED, UNSIGNED])
def test_a_large_channel_no_longer_hides_the_others(build, between, multiplications, scheme):
    model = net(build, between)
    done = equalized(model, find_layers(model), images(), scheme, results=False)
    assert done.divided == ("t",)
    assert done.multiplications == multiplications
    image = images()[0][None]
    assert relative_difference(run(model, {"images": image}), run(done.model, {"images": image})) < 1e-4
    assert done.changed == ({"t_equalized"} if multiplications else {"c", "t"})
    tensor = "t_equalized" if multiplications else "t"
    span = channel_spans(model, ["t"], images())["t"]
    one_range = Setting(quantizer(Range(float(span.low.min()), float(span.high.max())), scheme), np.ones(1, np.float32))
    own = Setting(quantizer(done.ranges[tensor], scheme), np.ones(1, np.float32))
    assert noise_of(done.model, tensor, own, scheme) < 0.1 * noise_of(model, "t", one_range, scheme)


def test_the_noise_that_a_setting_is_chosen_by_is_that_of_all_search_images(build):
    model = net(build, "t = Relu(c)")
    options = EqualizeOptions(search_images=8)
    found = equalized(model, find_layers(model), images(), SIGNED, results=False, options=options).found["t"]
    setting = Setting(quantizer(found.span, SIGNED), found.factors)
    outputs = np.concatenate([run(model, {"images": image[None]})[0] for image in images()])
    energy = float(np.square(outputs - outputs.mean()).sum())
    assert found.noise == pytest.approx(noise_of(model, "t", setting, SIGNED) / energy, rel=0.05)


def test_what_was_found_makes_the_same_graph_again_without_a_search(build):
    model = net(build, "s = Sigmoid(c) t = Mul(c, s)")
    done = equalized(model, find_layers(model), images(), SIGNED, results=False)
    again = applied(model, done.found)
    assert again.changed == done.changed == {"t_equalized"}
    assert again.model.SerializeToString(deterministic=True) == done.model.SerializeToString(deterministic=True)
    assert again.ranges == done.ranges


@pytest.mark.parametrize("results", [False, True])
def test_without_leave_to_multiply_only_what_is_free_is_divided(build, results):
    model = net(build, "s = Sigmoid(c) t = Mul(c, s)")
    options = EqualizeOptions(multiply=False, noisy=0.0)
    done = equalized(model, find_layers(model), images(), SIGNED, results=results, options=options)
    assert done.multiplications == 0
    assert not {"c", "t"} & set(done.divided)
    assert "t" in done.ranges


def test_a_net_without_noise_is_left_alone(build):
    model = net(build, "t = Relu(c)")
    done = equalized(model, find_layers(model), images(), SIGNED, results=True, options=EqualizeOptions(noisy=10.0))
    assert (done.model, dict(done.ranges), done.divided) == (model, {}, ())


def test_progress_tells_how_many_tensors_are_left(build):
    told = []
    model = net(build, "t = Relu(c)")
    equalized(model, find_layers(model), images(), SIGNED, results=False, progress=lambda *now: told.append(now))
    assert told
    assert told[-1][0] == told[-1][1] == len(told)


def test_the_search_finds_the_range_that_the_outputs_ask_for():
    def noise(setting, below):
        return abs(setting.quantizer.scale * 127 - 3.0) + 0.001

    found = search(Site("t", False), ChannelSpan(np.array([-1.0]), np.array([10.0])), SIGNED, noise, enough=0.0)
    assert abs(found.span.high - 3.0) < 0.4
    assert found.span.low == -1.0


def test_what_is_known_to_be_too_much_need_not_be_measured_to_the_end():
    span = ChannelSpan(np.zeros(3), np.array([1.0, 10.0, 100.0]))

    def noise(setting, below=np.inf):
        # Smallest where the second channel's factor is near 4 and the range near 30.
        exact = abs(np.log(setting.factors[-1] / setting.factors[0]) - 2) + abs(np.log(setting.quantizer.scale)) / 9
        return min(exact, below)

    found = search(Site("t", True), span, SIGNED, noise, enough=0.0)
    whole = search(Site("t", True), span, SIGNED, lambda setting, below: noise(setting), enough=0.0)
    assert (found.span, found.noise) == (whole.span, whole.noise)
    np.testing.assert_array_equal(found.factors, whole.factors)


def test_the_search_ends_where_the_noise_is_low_enough_and_divides_only_where_that_pays():
    asked = []

    def noise(setting, below):
        asked.append(setting)
        return 0.5 if np.ptp(setting.factors) else 0.6

    span = ChannelSpan(np.zeros(3), np.array([1.0, 10.0, 100.0]))
    assert not search(Site("t", True), span, SIGNED, noise, enough=0.7).is_divided
    assert not any(np.ptp(setting.factors) for setting in asked)
    assert not search(Site("t", True), span, SIGNED, noise, enough=0.1).is_divided


def test_factors_leave_a_channel_at_the_ceiling_alone_and_none_passes_it():
    span = ChannelSpan(np.zeros(4), np.array([6.0, 5.8, 1.0, 0.0]))
    factors = factors_of(span, 1.0, 6.0)
    assert np.all(factors[:2] == 1.0)
    assert span.high[2] / factors[2] <= 6.0 / 1.1 + 1e-9
    assert np.all((factors > 0) & (factors <= 1))
    assert np.all(factors_of(span, 0.0, None) == 1.0)


def test_spans_hold_zero_and_are_the_extremes_of_all_images(build):
    model = net(build, "t = Relu(c)")
    spans = channel_spans(model, ["c", "t"], images())
    assert np.all(spans["t"].low == 0)
    np.testing.assert_array_equal(spans["t"].high, spans["c"].high)
    assert spans["c"].reach.shape == (4,)
    one_by_one = [channel_spans(model, ["c"], [image])["c"].low for image in images()]
    np.testing.assert_array_equal(spans["c"].low, np.min(one_by_one, axis=0))
    assert channel_spans(model, [], images()) == {}


@pytest.mark.parametrize("between", ["t = Relu(c)", "s = Sigmoid(c) t = Mul(c, s)"])
def test_a_tail_gives_what_the_board_gives(build, between):
    model = net(build, between)
    few = images(3)
    references = [run(model, {"images": image[None]}) for image in few]
    readers = {"t": [node.name for node in model.graph.node if "t" in node.input], "c": []}
    settings = [
        Setting(quantizer(Range(-0.3, 2.0), UNSIGNED), np.ones(1, np.float32)),
        Setting(quantizer(Range(-0.3, 4.0), UNSIGNED), np.array([1, 2, 3, 0.5], np.float32)),
    ]
    for tensor in readers:
        board = RangeBoard(model, {tensor: readers[tensor]}, UNSIGNED, threads=1)
        tail = Tail(model, tensor, readers[tensor], UNSIGNED, few, references, threads=1)
        for setting in settings:
            for index, expected in enumerate(board.run(few, {tensor: setting})):
                np.testing.assert_allclose(tail.run(index, setting)[0], expected[0], rtol=1e-4)
                assert np.abs(expected[0] - references[index][0]).max() > 1e-5


def test_an_output_beside_the_tail_stays_as_it_was(build):
    model = net(build, "t = Relu(c)")
    model.graph.output.insert(0, onnx.helper.make_tensor_value_info("c", onnx.TensorProto.FLOAT, None))
    references = [run(model, {"images": image[None]}) for image in images(1)]
    setting = Setting(quantizer(Range(0.0, 0.1), SIGNED), np.ones(1, np.float32))
    kept, changed = Tail(model, "t", [], SIGNED, images(1), references).run(0, setting)
    assert kept is references[0][0]
    assert changed.shape == references[0][1].shape
    assert np.abs(changed - references[0][1]).max() > 1e-3


def test_a_tensor_that_no_output_depends_on_disturbs_nothing(build):
    model = net(build, "t = Relu(c) u = Neg(t)")
    neg = [node.name for node in model.graph.node if node.op_type == "Neg"]
    references = [run(model, {"images": image[None]}) for image in images(1)]
    setting = Setting(quantizer(Range(0.0, 0.1), SIGNED), np.ones(1, np.float32))
    (same,) = Tail(model, "t", neg, SIGNED, images(1), references).run(0, setting)
    assert same is references[0][0]
