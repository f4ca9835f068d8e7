"""Words of the command line that become types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgekit.bundle.manifest import Task
from edgekit.errors import UsageError

if TYPE_CHECKING:
    from edgekit_calibration import Method

__all__ = ["method_from", "task_from"]


def task_from(text: str | None) -> Task | None:
    """`--task`.

    Raises:
        UsageError: it is none of the tasks.
    """
    if text is None:
        return None
    names = [task.value for task in Task]
    if text not in names:
        raise UsageError(f"--task {text}: there is no such task.", hint=f"Tasks: {', '.join(names)}.")
    return Task(text)


def method_from(text: str) -> Method:
    """How ranges are chosen, from the command line.

    Raises:
        UsageError: there is no such method.
    """
    from edgekit_calibration import Method

    try:
        return Method(text)
    except ValueError:
        known = ", ".join(method.value for method in Method)
        raise UsageError(f"There is no calibration method {text!r}.", hint=f"Known here: {known}.") from None
