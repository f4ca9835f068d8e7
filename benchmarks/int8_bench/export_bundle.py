"""`edgekit export --int8` of one case, in a process of its own, through the public API.

python export_bundle.py REQUEST.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions

from edgekit.bundle.manifest import Task
from edgekit.config.environment import cache_folder


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text())
    options = asked["options"]
    export(
        ExportRequest(
            model=asked["model"],
            output=Path(asked["output"]),
            options=ModelOptions(
                task=Task(options["task"]),
                decoder=options["decoder"],
                classes=Path(options["classes"]) if options["classes"] else None,
                preprocess=options["preprocess"],
            ),
            int8=True,
            calibration=(Path(asked["calibration"]),),
            max_images=asked["max_images"],
            cache=cache_folder(),
        )
    )


if __name__ == "__main__":
    main()
