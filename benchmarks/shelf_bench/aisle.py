"""The real clip of a shop's aisle, looped: three shoppers, nothing is taken, so nobody is to be called."""

from __future__ import annotations

from pathlib import Path

import yaml

from edgekit.config.loading import load_site
from edgekit.replay.grading import Take
from edgekit.replay.truth import Nuisance, Truth

__all__ = ["FACINGS", "aisle_take"]

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
"""On both shelves and the table; shoppers pass before some, a bowl is lifted and set down again in the last."""


def aisle_take(data: Path, folder: Path, seconds: float) -> Take:
    """The clip of 4.5 s over and over, by appearance, with the holds of the simulated clips."""
    facings = [{"id": name, "product": "bowl", "polygon": polygon} for name, polygon in FACINGS.items()]
    reference = data / "shelf-photos/aisle-00.jpg"
    (folder / "planogram.yaml").write_text(yaml.safe_dump({"reference": str(reference), "facings": facings}))
    source = {"url": str(data / "store-aisle/store-aisle-detection.gif"), "loop_for_s": seconds}
    camera = {"id": "aisle", "source": source, "planogram": "planogram.yaml", "sample_fps": 5}
    shelf = {"hold_out_of_stock_s": 5.0, "hold_restocked_s": 3.0, "cooldown_s": 3.0}
    (folder / "edgekit.yaml").write_text(yaml.safe_dump({"cameras": [camera], "shelf": shelf}))
    truth = Truth(
        scenario="aisle",
        duration_s=seconds,
        facings=tuple(FACINGS),
        nuisances=(Nuisance(kind="shoppers", from_s=0, until_s=seconds),),
    )
    return Take("aisle", load_site(folder / "edgekit.yaml"), truth, most_pictures=0)
