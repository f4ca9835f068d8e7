"""After channels were divided only what this changed is measured anew, with the result of measuring everything."""

import numpy as np
import pytest
from edgekit_calibration import Scheme
from edgekit_export.progress import silent
from edgekit_export.quantize import QuantizeOptions
from edgekit_export.quantize.calibrate import measure
from edgekit_export.quantize.memory import Memory
from edgekit_export.quantize.repairs.equalize import Equalized, applied
from edgekit_export.quantize.repairs.range_search import Found
from edgekit_export.quantize.repairs.remeasure import remeasured
from edgekit_export.quantize.repairs.spans import channel_spans

OPTIONS = QuantizeOptions(threads=1)


def halved(model, pictures, tensor) -> Equalized:
    channels = len(channel_spans(model, [tensor], pictures[:1])[tensor].low)
    factors = np.where(np.arange(channels) % 2, 2.0, 1.0).astype(np.float32)
    measured, _ = measure(model, pictures, silent, OPTIONS)
    return applied(model, {tensor: Found(measured.ranges[Scheme.SIGNED_SYMMETRIC][tensor], factors, 0.0)})


@pytest.mark.parametrize("tensor", ["t", "r"])
def test_what_is_found_anew_is_what_measuring_everything_finds(small_net, pictures, tensor):
    done = halved(small_net, pictures, tensor)
    before, _ = measure(small_net, pictures, silent, OPTIONS)
    found = remeasured(before, done.model, done.changed, pictures, silent, OPTIONS, Memory())
    whole, _ = measure(done.model, pictures, silent, OPTIONS)
    assert found.layers == whole.layers
    assert found.passes == whole.passes
    for layer in whole.layers:
        np.testing.assert_allclose(
            found.weights[layer.name].dequantized(), whole.weights[layer.name].dequantized(), atol=1e-6
        )
        for scheme in Scheme:
            assert found.ranges[scheme][layer.data] == whole.ranges[scheme][layer.data]
        assert found.observers[layer.data].maximum == whole.observers[layer.data].maximum


def test_only_layers_that_changed_are_measured(small_net, pictures):
    done = halved(small_net, pictures, "t")
    before, _ = measure(small_net, pictures, silent, OPTIONS)
    found = remeasured(before, done.model, done.changed, pictures, silent, OPTIONS, Memory())
    anew = [layer.name for layer in found.layers if found.weights[layer.name] is not before.weights[layer.name]]
    assert anew == [layer.name for layer in found.layers if layer.data == "t_equalized"]


def test_it_is_remembered(small_net, pictures, tmp_path):
    done = halved(small_net, pictures, "t")
    before, _ = measure(small_net, pictures, silent, OPTIONS)
    told = []

    def progress(stage, count, total):
        told.append(stage)

    first = remeasured(before, done.model, done.changed, pictures, progress, OPTIONS, Memory(tmp_path))
    heard = len(told)
    again = remeasured(before, done.model, done.changed, pictures, progress, OPTIONS, Memory(tmp_path))
    assert heard > 0
    assert len(told) == heard
    assert again.ranges == first.ranges
