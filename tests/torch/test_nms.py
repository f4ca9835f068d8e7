"""Our NMS keeps exactly what torchvision's compiled one keeps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgekit.vision.nms import nms

pytestmark = pytest.mark.torch

CASES = 300


def cases(seed: int) -> dict[str, np.ndarray]:
    """Boxes as detectors give them: clusters, exact repetitions, equal scores, boxes without area."""
    random = np.random.default_rng(seed)
    made = {}
    for number in range(CASES):
        count = int(random.integers(0, 120))
        centres = random.choice(random.uniform(0, 400, (8, 2)), count) + random.normal(0, 12, (count, 2))
        sizes = random.gamma(2.0, 30.0, (count, 2)) * (random.random((count, 1)) > 0.05)
        boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
        if number % 3 == 0:
            boxes = np.round(boxes)
        if count > 4:
            boxes[1] = boxes[0]
        scores = random.choice([0.1, 0.5, 0.9], count) if number % 4 == 0 else random.random(count)
        made[f"case{number}.boxes"] = boxes.astype(np.float32)
        made[f"case{number}.scores"] = scores.astype(np.float32)
        made[f"case{number}.max_iou"] = np.float64(random.choice([0.0, 0.3, 0.45, 0.65, 0.9]))
    return made


def test_the_same_boxes_are_kept_in_the_same_order_as_by_torchvisions_compiled_kernel(tmp_path: Path) -> None:
    made = cases(seed=20261121)
    np.savez(tmp_path / "cases.npz", **made)
    script = Path(__file__).with_name("real_nms.py")
    ran = subprocess.run(
        [sys.executable, script, tmp_path / "cases.npz", tmp_path / "answers.npz"], capture_output=True, text=True
    )
    if ran.returncode and ("cannot open shared object file" in ran.stderr or "'gcc'" in ran.stderr):
        pytest.skip(f"torchvision's compiled kernel cannot be loaded here: {ran.stderr.strip().splitlines()[-1]}")
    assert ran.returncode == 0, ran.stderr
    answers = np.load(tmp_path / "answers.npz")
    assert len(answers.files) == CASES
    differing = [
        name
        for name in answers.files
        if nms(made[f"{name}.boxes"], made[f"{name}.scores"], float(made[f"{name}.max_iou"])).tolist()
        != answers[name].tolist()
    ]
    assert differing == []
