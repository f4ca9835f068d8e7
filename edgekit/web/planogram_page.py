"""The planogram page: facings over the reference picture, corrected by mouse or finger, checked meanwhile, saved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edgekit.errors import EdgekitError
from edgekit.frame import Pixels
from edgekit.planograms.draft import Draft, draft_from_json, draft_to_json
from edgekit.planograms.problems import problems_of
from edgekit.shelf.evidence.registry import METHODS
from edgekit.web.http import Page, Reply, Request, Wrong, asset, json_reply

__all__ = ["PlanogramPage"]

Corners = tuple[tuple[float, float], ...]


class PlanogramPage:
    """What the page shows, and what becomes of it; requests come from several threads.

    Attributes:
        done: set once somebody says that they are done.
        saves: how often it was saved.
    """

    def __init__(
        self,
        pixels: Pixels,
        draft: Draft,
        *,
        name: str,
        save: Callable[[Draft], object],
        project: Callable[[Corners], Draft] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Show a draft over its reference picture.

        Args:
            pixels: uint8 (height, width, 3) BGR, the reference picture.
            draft: where to start.
            name: of the file that is written, for the heading.
            save: writes a draft; raises EdgekitError where it cannot.
            project: the imported facings for four clicked corners of the shelf (top left, top right, bottom right,
                bottom left, pixels); raises EdgekitError where they span no shelf. None: nothing is imported.
            notes: what the person should know first.
        """
        import cv2

        self._picture = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
        self._draft = draft
        self._name = name
        self._save = save
        self._project = project
        self._notes = notes
        self._lock = threading.Lock()
        self.done = threading.Event()
        self.saves = 0

    @property
    def page(self) -> Page:
        """What its addresses answer."""
        return {
            ("GET", "/"): asset("planogram.html"),
            ("GET", "/planogram.css"): asset("planogram.css"),
            ("GET", "/planogram.js"): asset("planogram.js"),
            ("GET", "/shapes.js"): asset("shapes.js"),
            ("GET", "/stage.js"): asset("stage.js"),
            ("GET", "/common.css"): asset("common.css"),
            ("GET", "/icon.svg"): asset("icon.svg"),
            ("GET", "/picture.jpg"): lambda request: Reply(self._picture, "image/jpeg"),
            ("GET", "/api/planogram"): self._give,
            ("POST", "/api/check"): self._check,
            ("POST", "/api/save"): self._save_draft,
            ("POST", "/api/project"): self._project_corners,
            ("POST", "/api/done"): self._finish,
        }

    def _give(self, request: Request) -> Reply:
        with self._lock:
            draft = self._draft
        return json_reply(
            {
                **draft_to_json(draft),
                "name": self._name,
                "methods": ["auto", *METHODS],
                "notes": list(self._notes),
                "problems": _problems(draft),
                "corners": self._project is not None,
            }
        )

    def _check(self, request: Request) -> Reply:
        return json_reply({"problems": _problems(self._told(request))})

    def _save_draft(self, request: Request) -> Reply:
        draft = self._told(request)
        with self._lock:  # one file, one writer
            try:
                self._save(draft)
            except EdgekitError as error:
                return json_reply({"error": str(error), "problems": _problems(draft)}, 422)
            self._draft = draft
            self.saves += 1
        return json_reply({"saved": self._name, "problems": _problems(draft)})

    def _project_corners(self, request: Request) -> Reply:
        if self._project is None:
            raise Wrong(404, "Nothing is being imported.")
        corners = request.json()
        try:
            points = tuple((float(x), float(y)) for x, y in corners)
        except (TypeError, ValueError) as error:
            raise Wrong(400, "Four corners are wanted, [x, y] each.") from error
        try:
            draft = self._project(points)
        except EdgekitError as error:
            return json_reply({"error": str(error)}, 422)
        return json_reply({**draft_to_json(draft), "problems": _problems(draft)})

    def _finish(self, request: Request) -> Reply:
        self.done.set()
        return json_reply({})

    def _told(self, request: Request) -> Draft:
        try:
            told = draft_from_json(request.json(), self._draft)
        except ValueError as error:
            raise Wrong(400, f"This is no planogram: {error}.") from error
        return replace(told, size_hw=self._draft.size_hw)


def _problems(draft: Draft) -> list[dict[str, Any]]:
    return [problem.to_json() for problem in problems_of(draft)]
