"""Real pictures, without a model: the bottle clip gives its eight events, the aisle gives none."""

import json

from edgekit.frame import Frame
from edgekit.shelf.planogram import load_planogram
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.shelf import Shelf

RULES = ShelfRules(
    window=5, initial_samples=10, stillness_s=0.6, hold_out_of_stock_s=1.0, hold_restocked_s=1.0, cooldown_s=2.0
)

AISLE = {
    "l1": [[8, 82], [34, 76], [34, 112], [8, 124]],
    "l2": [[38, 38], [72, 34], [72, 56], [38, 64]],
    "l3": [[36, 108], [64, 98], [64, 130], [36, 146]],
    "t1": [[156, 240], [196, 240], [196, 268], [156, 268]],
    "t2": [[160, 206], [248, 204], [248, 242], [160, 242]],
    "t3": [[212, 150], [264, 150], [264, 184], [212, 184]],
    "t4": [[276, 222], [308, 222], [308, 262], [276, 262]],
    "r1": [[388, 2], [428, 2], [428, 38], [388, 38]],
    "lifted": [[398, 55], [436, 55], [436, 84], [398, 84]],
    "r3": [[432, 62], [462, 66], [462, 102], [432, 98]],
    "passed": [[416, 196], [446, 200], [446, 236], [416, 234]],
    "behind": [[336, 72], [364, 82], [364, 104], [336, 96]],
}


def frames_of(path):
    import cv2

    capture = cv2.VideoCapture(str(path))
    while True:
        ok, pixels = capture.read()
        if not ok:
            return
        yield pixels


def played(planogram, samples, sample_fps):
    import cv2

    reference = cv2.imread(str(planogram.reference))
    shelf = Shelf(planogram, RULES, sample_fps=sample_fps, models={}, reference_pixels=reference)
    state, told = shelf.initial()
    told = list(told)
    for pixels, time_s, index in samples:
        view = shelf.look(state, Frame(pixels, time_s, index))
        conclusion = shelf.conclude(state, view, {})
        state = conclusion.state
        told += conclusion.transitions
    return told, shelf.statuses(state)


def test_the_bottle_clip_gives_its_eight_events_by_appearance_and_nothing_else(assets_dir) -> None:
    folder = assets_dir / "restock-video-bottles"
    truth = json.loads((folder / "events.json").read_text())
    fps, every = 179 / 6, 6
    frames = enumerate(frames_of(folder / "bottle-detection.mp4"))
    samples = ((pixels, index / fps, index) for index, pixels in frames if index % every == 0)
    told, _ = played(load_planogram(folder / "planogram.yaml"), samples, fps / every)
    kinds = {"out_of_stock": "opened", "restocked": "resolved"}
    expected = [(one["facing"], kinds[one["type"]], one["frame"]) for one in truth["events"]]
    assert sorted((one.facing, one.kind.value) for one in told) == sorted(row[:2] for row in expected)
    for facing, kind, frame in expected:
        hand = max((e - frame + 1 for s, e in truth["hand_intervals"][facing] if s <= frame <= e), default=0)
        latest = frame + 20 + hand + (RULES.stillness_s + RULES.hold_restocked_s) * fps + RULES.window * every
        got = [one.frame_index for one in told if (one.facing, one.kind.value) == (facing, kind)]
        assert any(frame - 20 <= index <= latest for index in got), (facing, kind, frame, got)


def test_the_aisle_with_its_shoppers_and_a_lifted_bowl_gives_none(assets_dir, tmp_path) -> None:
    import cv2

    pictures = list(frames_of(assets_dir / "store-aisle" / "store-aisle-detection.gif"))
    cv2.imwrite(str(tmp_path / "aisle.png"), pictures[0])
    rows = "".join(f"  - {{id: {name}, product: bowl, polygon: {points}}}\n" for name, points in AISLE.items())
    (tmp_path / "aisle.yaml").write_text(f"reference: aisle.png\nfacings:\n{rows}")
    step_s = 4.47 / 67
    samples = ((pictures[n % 67], n * step_s, n) for n in range(0, int(60 / step_s), 3))
    told, statuses = played(load_planogram(tmp_path / "aisle.yaml"), samples, 1 / (3 * step_s))
    assert told == []
    known = [name for name, status in statuses.items() if status.value == "stocked"]
    assert len(known) >= len(AISLE) - 1
