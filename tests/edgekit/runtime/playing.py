"""Runtimes that play a scripted shelf: a product is taken and put back."""

from __future__ import annotations

from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera, FakeShelf

TAKEN_AND_BACK = [(3.0, ()), (3.0, {"left"}), (3.0, ())]
LEFT_ONLY = [("restock.opened", "left"), ("restock.resolved", "left")]


def recording(shelf: FakeShelf, scenes=TAKEN_AND_BACK) -> FakeCamera:
    return FakeCamera(shelf.pictures(scenes), fps=shelf.fps)


def runtime_over(shelf: FakeShelf, scenes=TAKEN_AND_BACK, **options) -> Runtime:
    changes = options.pop("site", {})
    return Runtime(shelf.site(**changes), sources={"cam": recording(shelf, scenes)}, **options)


def told(events) -> list[tuple[str, str]]:
    return [(event.type.removeprefix("io.edgekit."), event.subject) for event in events]
