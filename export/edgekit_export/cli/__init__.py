"""The commands that this package adds to `edgekit`."""

from edgekit_export.cli.calibrate import calibrate
from edgekit_export.cli.compare import compare
from edgekit_export.cli.evaluate import evaluate
from edgekit_export.cli.export import export

__all__ = ["calibrate", "compare", "evaluate", "export"]
