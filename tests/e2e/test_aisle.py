"""A shop's aisle with three shoppers: no product leaves a shelf, so nobody is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow

FACINGS = {
    "left-top": [[2, 36], [66, 62], [66, 88], [2, 68]],
    "left-middle": [[2, 108], [70, 104], [70, 134], [2, 150]],
    "pillar-side": [[110, 60], [128, 52], [128, 86], [110, 96]],
    "back-shelf": [[168, 8], [260, 8], [260, 54], [168, 54]],
    "table-back": [[176, 62], [242, 62], [242, 86], [176, 86]],
    "table-cups": [[164, 112], [232, 112], [232, 152], [164, 152]],
    "table-jugs": [[130, 186], [206, 186], [206, 228], [130, 228]],
    "table-front": [[100, 226], [208, 226], [208, 264], [100, 264]],
    "right-top": [[386, 4], [474, 4], [474, 34], [386, 30]],
    "right-bowls": [[400, 60], [474, 78], [474, 150], [420, 118]],
}
"""Drawn over products on both shelves and the table; shoppers pass before some, a bowl is lifted in the last."""


@pytest.mark.parametrize("method", ["appearance", "detector"])
def test_five_minutes_of_shoppers_raise_no_event(
    bottles, program, assets_dir: Path, tmp_path: Path, method: str
) -> None:
    planogram = {
        "reference": str(assets_dir / "shelf-photos/aisle-00.jpg"),
        "facings": [
            {"id": name, "product": "bowl", "method": method, "polygon": polygon} for name, polygon in FACINGS.items()
        ],
    }
    (tmp_path / "planogram.yaml").write_text(yaml.safe_dump(planogram))
    site = {
        "cameras": [
            {
                "id": "aisle",
                "source": {"url": str(assets_dir / "store-aisle/store-aisle-detection.gif"), "loop_for_s": 300},
                "planogram": "planogram.yaml",
                "sample_fps": 5,
            }
        ],
        # The demo's short times: what holds for seconds must hold for the defaults' half minute, too.
        "shelf": {"hold_out_of_stock_s": 1.5, "hold_restocked_s": 1.5, "cooldown_s": 1.0},
    }
    if method == "detector":
        site |= {"model": str(bottles.bundle), "encoding": "float"}
    (tmp_path / "edgekit.yaml").write_text(yaml.safe_dump(site))
    ran = program("run", "--config", tmp_path / "edgekit.yaml", "--out", tmp_path / "out", "--json")
    assert ran.returncode == 0, ran.stderr
    *events, last = [json.loads(line) for line in ran.stdout.splitlines()]
    assert last["summary"]["cameras"][0]["telemetry"]["media_time_s"] == pytest.approx(300, abs=1)
    assert [(event["subject"], event["type"], event["data"]["media_time_s"]) for event in events] == []
