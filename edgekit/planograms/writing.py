"""Writes a planogram and its reference picture, whole or not at all, by the rules that it is read by."""

from __future__ import annotations

import json
from pathlib import Path

from edgekit.errors import OutputError, PlanogramError
from edgekit.files import replacing, write_whole
from edgekit.frame import Pixels
from edgekit.planograms.draft import Draft, DraftFacing
from edgekit.planograms.problems import Severity, problems_of
from edgekit.shelf.planogram import Planogram, load_planogram

__all__ = ["planogram_yaml", "write_planogram", "write_reference"]

_QUALITY = 95


def planogram_yaml(draft: Draft, reference: str) -> str:
    """The text of a planogram file, one facing a line.

    Args:
        draft: what to write.
        reference: the reference picture, relative to the file.
    """
    lines = ["version: 1", f"reference: {_text(reference)}", "facings:"]
    lines += [f"  - {_facing(facing)}" for facing in draft.facings]
    if draft.classes:
        lines.append("classes:")
        for product, names in draft.classes.items():
            lines.append(f"  {_text(product)}: [{', '.join(map(_text, names))}]")
    return "\n".join(lines) + "\n"


def write_planogram(path: Path, draft: Draft, reference: Path) -> Planogram:
    """Write `path`, and read it back before it is put in place.

    Args:
        path: the YAML file; one that exists is replaced.
        draft: what to write.
        reference: the reference picture, which exists.

    Raises:
        PlanogramError: the draft is wrong; nothing was written.
        OutputError: the file cannot be written.
    """
    for problem in problems_of(draft):
        if problem.severity is Severity.ERROR:
            where = "" if problem.facing is None else f"facing {draft.facings[problem.facing].id!r}: "
            raise PlanogramError(f"{path}: {where}{problem.text}")
    folder = path.absolute().parent
    named = reference.absolute()
    relative = named.relative_to(folder) if named.is_relative_to(folder) else named
    with replacing(path) as temporary:
        temporary.write_text(planogram_yaml(draft, relative.as_posix()), "utf-8")
        load_planogram(temporary)
    return load_planogram(path)


def write_reference(path: Path, pixels: Pixels) -> None:
    """Write a reference picture as JPEG or PNG, as its name says.

    Raises:
        OutputError: the file cannot be written, or its name ends otherwise.
    """
    import cv2

    try:
        options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY] if path.suffix.lower() in (".jpg", ".jpeg") else []
        done, content = cv2.imencode(path.suffix or ".jpg", pixels, options)
    except cv2.error:
        done = False
    if not done:
        raise OutputError(f"Cannot write {path} as a picture.", hint="End the name in .jpg or .png.")
    write_whole(path, content.tobytes())


def _facing(facing: DraftFacing) -> str:
    fields = [f"id: {_text(facing.id)}"]
    if facing.gtin:
        fields.append(f"gtin: {json.dumps(facing.gtin)}")
    fields.append(f"product: {_text(facing.product)}")
    if facing.method != "auto":
        fields.append(f"method: {facing.method}")
    if facing.capacity != 1:
        fields.append(f"capacity: {facing.capacity}")
    if facing.empty_in_reference:
        fields.append("empty_in_reference: true")
    points = ", ".join(f"[{_number(x)}, {_number(y)}]" for x, y in facing.polygon_xy_px)
    return f"{{{', '.join(fields)}, polygon: [{points}]}}"


def _text(text: str) -> str:
    """As YAML: bare where that can only be this text, else quoted as JSON quotes it, which YAML reads alike."""
    plain = text.isascii() and text.replace("-", "a").replace(".", "a").replace("_", "a").replace("/", "a").isalnum()
    if (
        plain
        and text[0].isalpha()
        and text.lower() not in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    ):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in quoted)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
