"""Three bottles by a classifier that was never trained for shelves: ImageNet's EfficientNet-Lite0 in INT8."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.demo.scene import Method, set_scene

pytestmark = [pytest.mark.slow, pytest.mark.torch]


def test_every_true_event_and_no_other_by_each_encoding_of_a_classifier(
    program, environment, assert_true_events, tmp_path: Path
) -> None:
    scene = set_scene(tmp_path, Method.CLASSIFIER, environment)
    exported = program("export", *scene.export, timeout_s=900)
    assert exported.returncode == 0, exported.stderr
    for encoding in ("int8-cpu", "float"):
        out = tmp_path / encoding
        ran = program("run", "--config", scene.config, "--encoding", encoding, "--out", out)
        assert ran.returncode == 0, ran.stderr
        assert_true_events(out / "events.jsonl")
