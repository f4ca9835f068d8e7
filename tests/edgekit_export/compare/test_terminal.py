"""What a person reads: one sentence first, and lines that fit a narrow terminal."""

import math

import pytest
from edgekit_export.compare.comparison import (
    BoxAgreement,
    Comparison,
    LayerDifference,
    LayerWalk,
    OutputDifference,
    PictureDifference,
    SideFacts,
    TopOneAgreement,
)
from edgekit_export.compare.terminal import ComparisonView, headline
from rich.console import Console


def comparison(sqnr_db=21.9, decisions=None, walk=None, notes=()):
    return Comparison(
        a=SideFacts("shop.edgekit", "float graph of a bundle, ONNX Runtime 1.31.1 on the CPU, as written", "RGB, 0-1"),
        b=SideFacts("shop.edgekit:int8-cpu", "int8-cpu graph of a bundle", "RGB, 0-1"),
        pictures=4,
        skipped=(),
        outputs=(OutputDifference("logits", "scores", (1, 1000), sqnr_db, 0.25, 3.5),),
        decisions=decisions,
        most_parted=tuple(PictureDifference(f"/pictures/{index}.jpg", sqnr_db + index) for index in range(4)),
        walk=walk,
        notes=notes,
    )


def layer(index, name, output_db, so_far_db=15.0):
    return LayerDifference(index, name, "Conv", "t", "t", "place", so_far_db, output_db + 3, output_db, 0.1)


def walk():
    layers = tuple(
        layer(index, f"/backbone/features.{index}/block/block.0/conv/Conv", 20.0 + index) for index in range(30)
    )
    return LayerWalk(4, 20.0, layers, layers[0], tuple(reversed(layers[:10])), 2, 3)


def rendered(view, width=80):
    console = Console(width=width, color_system=None, highlight=False)
    with console.capture() as capture:
        console.print(ComparisonView(view))
    return capture.get()


@pytest.mark.parametrize(
    ("sqnr_db", "decisions", "expected"),
    [
        (math.inf, None, "A and B are equal to the last bit."),
        (-math.inf, None, "A and B do not compare: one gives inf, nan or nothing but zeros where the other does not."),
        (125.66, None, "A and B are the same but for rounding: 125.7 dB at the worst output."),
        (
            21.9,
            TopOneAgreement(64, 62),
            "A and B differ: 21.9 dB at the worst output; the same best class on 62 of 64 pictures.",
        ),
        (
            18.1,
            BoxAgreement(8, 41, 40, 42, 2),
            "A and B differ: 18.1 dB at the worst output; 40 of A's 41 boxes found again, 2 new.",
        ),
        (18.1, BoxAgreement(8, 0, 0, 0, 0), "A and B differ: 18.1 dB at the worst output; neither finds a box."),
    ],
)
def test_the_first_sentence_says_it_all(sqnr_db, decisions, expected):
    assert headline(comparison(sqnr_db, decisions)) == expected


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_figures_stay_whole(width):
    text = rendered(comparison(walk=walk(), notes=("They prepare pictures differently.",)), width)
    assert max(map(len, text.splitlines())) <= width
    assert "20.0 dB" in text
    assert "29.0 dB" in text


def test_the_worst_layers_stand_in_graph_order_with_the_end_of_their_names():
    lines = [line for line in rendered(comparison(walk=walk())).splitlines() if "Conv" in line and "█" in line]
    assert [line.split()[-2] for line in lines] == ["dB"] * 10
    assert lines[0].startswith("…")
    assert lines[0].split()[0].endswith("ures.0/block/block.0/conv/Conv")
    assert lines[0].count("█") > lines[-1].count("█")


def test_the_profile_rises_where_noise_begins():
    layers = tuple(layer(index, str(index), 40.0, math.inf if index < 5 else 0.0) for index in range(10))
    found = LayerWalk(4, 20.0, layers, layers[5], (), 0, 0)
    assert "input      █████ output" in rendered(comparison(walk=found))


def test_what_parted_is_named_by_file():
    text = rendered(comparison(decisions=TopOneAgreement(4, 3, (("/pictures/2.jpg", "cola", "water"),))))
    assert "2.jpg: A says cola, B says water" in text
    assert "They part most on 0.jpg (21.9 dB), 1.jpg (22.9 dB), 2.jpg (23.9 dB)." in text


def test_equal_models_name_no_pictures():
    assert "They part most" not in rendered(comparison(math.inf))
