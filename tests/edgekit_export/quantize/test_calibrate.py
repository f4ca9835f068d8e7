import json

import numpy as np
import pytest
from edgekit_calibration import CalibrationTable, Method
from edgekit_export.graph import float_graph
from edgekit_export.quantize import QuantizeOptions, quantize
from edgekit_export.quantize.calibrate import Subset, measure

from edgekit.bundle.manifest import ArithmeticSpec, Encoding
from edgekit.errors import CalibrationError

IMAGES = [
    np.clip(np.random.default_rng(seed).normal(90 + seed, 40, (8, 8, 3)), 0, 255).astype(np.uint8) for seed in range(96)
]


class Stopped(Exception):
    pass


class Watched:
    """A progress that notes the stages, and stops the work after some of the images."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.stages: list[str] = []
        self.observed: list[int] = []
        self._stop_after = stop_after

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.stages.append(stage)
        if stage == "observing ranges":
            self.observed.append(done)
            if done == self._stop_after:
                raise Stopped


@pytest.fixture(scope="module")
def net(build):
    rng = np.random.default_rng(3)
    weights = {
        "w1": rng.standard_normal((4, 3, 3, 3)).astype(np.float32) / 5,
        "w2": rng.standard_normal((5, 4)).astype(np.float32),
    }
    text = """g (float[1,3,8,8] x) => (float[1,5] z)
        {a = Conv <pads=[1,1,1,1]> (x, w1) r = Relu(a) p = GlobalAveragePool(r) f = Flatten(p)
         z = Gemm <transB=1> (f, w2)}"""
    return float_graph(build(text, opset=13, **weights), ArithmeticSpec(scale=1 / 255)).model


def serialized(found):
    return {encoding: graph.SerializeToString(deterministic=True) for encoding, graph in found.graphs.items()}


@pytest.fixture(scope="module")
def plain(net):
    return quantize(net, IMAGES[:24])


def test_a_second_run_measures_nothing_again_and_comes_to_the_same(net, plain, tmp_path):
    first, second = Watched(), Watched()
    options = QuantizeOptions(cache=tmp_path)
    runs = [quantize(net, IMAGES[:24], options=options, progress=watched) for watched in (first, second)]
    assert serialized(runs[0]) == serialized(runs[1]) == serialized(plain)
    assert runs[1].table == plain.table
    assert "observing ranges" in first.stages
    assert not {"observing ranges", "rounding weights"} & set(second.stages)
    assert not [stage for stage in second.stages if stage.startswith("ranking")]


@pytest.mark.parametrize("change", ["images", "method", "graph"])
def test_another_graph_image_or_method_is_measured_anew(net, build, tmp_path, change):
    quantize(net, IMAGES[:8], options=QuantizeOptions(cache=tmp_path))
    watched = Watched()
    images = IMAGES[:9] if change == "images" else IMAGES[:8]
    method = Method.ENTROPY if change == "method" else Method.AUTO
    model = net
    if change == "graph":
        model = type(net)()
        model.CopyFrom(net)
        model.graph.name = "another"
    quantize(model, images, options=QuantizeOptions(cache=tmp_path, method=method), progress=watched)
    assert "observing ranges" in watched.stages


def test_layers_are_ranked_anew_with_other_ranges(net, plain, tmp_path):
    quantize(net, IMAGES[:24], options=QuantizeOptions(cache=tmp_path))
    content = json.loads(json.dumps(plain.table))
    for tensor in content["tensors"].values():
        for found in tensor["ranges"].values():
            found["high"] *= 3.0
    watched, table = Watched(), CalibrationTable.model_validate(content)
    other = quantize(net, IMAGES[:24], options=QuantizeOptions(cache=tmp_path, table=table), progress=watched)
    assert "ranking layers for int8-tensorrt" in watched.stages
    assert other.layers != plain.layers


def test_an_interrupted_calibration_goes_on_where_it_was(net, tmp_path):
    options = QuantizeOptions(cache=tmp_path)
    with pytest.raises(Stopped):
        measure(net, IMAGES, Watched(stop_after=39), options)
    watched = Watched()
    measured, _ = measure(net, IMAGES, watched, options)
    assert watched.stages[0] == "going on after 39 images of an interrupted run"
    assert watched.observed == list(range(40, len(IMAGES) + 1))
    whole, _ = measure(net, IMAGES, Watched(), QuantizeOptions())
    assert measured.chosen == whole.chosen
    assert measured.convergence == whole.convergence
    for name, weight in whole.weights.items():
        np.testing.assert_array_equal(measured.weights[name].values, weight.values)
    assert not list((tmp_path / "quantizing").glob("gather-*"))


@pytest.mark.parametrize("stop_after", [1, len(IMAGES)])
def test_it_goes_on_after_the_first_and_after_the_last_image_too(net, tmp_path, stop_after):
    options, watched = QuantizeOptions(cache=tmp_path), Watched()
    with pytest.raises(Stopped):
        measure(net, IMAGES, Watched(stop_after=stop_after), options)
    measured, _ = measure(net, IMAGES, watched, options)
    assert watched.observed == list(range(stop_after + 1, len(IMAGES) + 1))
    assert measured.convergence.images == len(IMAGES)


@pytest.mark.parametrize(
    ("images", "method", "said"),
    [
        (IMAGES[::-1], Method.AUTO, "the images changed: 96 then and now, but not the same ones"),
        (IMAGES[1:], Method.AUTO, "the images changed: 96 then, 95 now"),
        (IMAGES, Method.MSE, "the method changed: auto then, mse now"),
    ],
)
def test_a_state_of_other_work_is_not_taken_up_and_what_changed_is_named(net, tmp_path, images, method, said):
    with pytest.raises(Stopped):
        measure(net, IMAGES, Watched(stop_after=33), QuantizeOptions(cache=tmp_path))
    watched = Watched()
    measure(net, images, watched, QuantizeOptions(cache=tmp_path, method=method))
    assert watched.stages[0] == f"not going on with an interrupted run: {said}"
    assert watched.observed[0] == 1


def test_a_table_that_fits_gives_its_ranges(net, plain):
    content = json.loads(json.dumps(plain.table))
    for tensor in content["tensors"].values():
        for found in tensor["ranges"].values():
            found["high"] *= 2.0
    table = CalibrationTable.model_validate(content)
    again = quantize(net, IMAGES[:24], options=QuantizeOptions(table=table))
    assert {name: tensor["ranges"] for name, tensor in again.table["tensors"].items()} == {
        name: tensor["ranges"] for name, tensor in content["tensors"].items()
    }


def test_a_table_of_other_images_or_another_preprocessing_is_refused_before_any_work(net, plain):
    table = CalibrationTable.model_validate(plain.table)
    watched = Watched()
    with pytest.raises(CalibrationError, match="the images changed: 24 then, 20 now"):
        quantize(net, IMAGES[:20], options=QuantizeOptions(table=table), progress=watched)
    options = QuantizeOptions(table=table, preprocessing_sha256="0" * 64)
    with pytest.raises(CalibrationError, match="the preprocessing changed"):
        quantize(net, IMAGES[:24], options=options, progress=watched)
    assert watched.stages == []


def test_a_table_that_lacks_a_tensor_says_which(net, plain):
    content = json.loads(json.dumps(plain.table))
    name = next(iter(content["tensors"]))
    del content["tensors"][name]
    with pytest.raises(CalibrationError, match=f"no range of tensor {name} for {Encoding.INT8_TENSORRT.value}"):
        quantize(net, IMAGES[:24], options=QuantizeOptions(table=CalibrationTable.model_validate(content)))


def test_a_subset_reads_an_image_only_when_it_is_asked_for():
    class Reading(list):
        def __getitem__(self, index):
            read.append(index)
            return super().__getitem__(index)

    read: list[int] = []
    some = Subset(Reading(IMAGES), [3, 5, 9, 11])
    assert len(some[1:3]) == 2
    assert read == []
    assert np.array_equal(some[1:][0], IMAGES[5])
    assert read == [5]
