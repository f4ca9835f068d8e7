"""Words of the command line that become types."""

from __future__ import annotations

from edgekit.bundle.manifest import Task
from edgekit.errors import UsageError

__all__ = ["task_from"]


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
