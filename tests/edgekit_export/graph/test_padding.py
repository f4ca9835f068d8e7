"""A Pad before a convolution is merged into it where nothing changes by that, and stays where something would."""

import numpy as np
import pytest
from edgekit_export.graph.cleanup import clean
from edgekit_export.graph.running import random_inputs, relative_difference, run

WEIGHT = np.random.default_rng(0).standard_normal((4, 3, 3, 3)).astype(np.float32)
PADDED = """g (float[1,3,7,6] x) => (float[1,4,h,w] y)
    {p = Pad (x, pads, value) y = Conv <strides=[2,2], pads=[1,0,0,1]> (p, weight)}"""


def operators(model):
    return [node.op_type for node in model.graph.node]


def parts(build, pads, value=0.0, text=PADDED):
    return build(text, pads=np.array(pads, np.int64), value=np.array(value, np.float32), weight=WEIGHT)


def test_zeros_before_a_convolution_are_merged_into_it(build):
    model = parts(build, [0, 0, 0, 1, 0, 0, 1, 2])
    cleaned = clean(model)
    assert operators(cleaned) == ["Conv"]
    inputs = random_inputs(model, batch=1)
    assert relative_difference(run(model, inputs), run(cleaned, inputs)) < 1e-6


@pytest.mark.parametrize(
    ("pads", "value"),
    [([0, 0, 1, 1, 0, 0, 1, 1], 1.0), ([0, 0, -1, 0, 0, 0, 0, 0], 0.0)],
    ids=["another value than zero", "cutting off"],
)
def test_other_padding_stays(build, pads, value):
    assert "Pad" in operators(clean(parts(build, pads, value)))


def test_padding_that_somebody_else_reads_stays(build):
    text = PADDED.replace("=> (float[1,4,h,w] y)", "=> (float[1,4,h,w] y, float[1,3,h2,w2] s)").replace(
        "weight)}", "weight) s = Relu(p)}"
    )
    assert "Pad" in operators(clean(parts(build, [0, 0, 1, 1, 0, 0, 1, 1], text=text)))
