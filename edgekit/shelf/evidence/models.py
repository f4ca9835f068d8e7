"""Which model tells which product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from edgekit.config.problems import nearest_hint
from edgekit.errors import PlanogramError
from edgekit.shelf.evidence.method import MethodContext, ModelInfo
from edgekit.shelf.words import Findings
from edgekit.vision.detection import Detections

if TYPE_CHECKING:
    from edgekit.shelf.planogram import Facing, Planogram

__all__ = ["FAINT_SHARE", "class_ids", "counted", "knows", "role_for", "roles_of"]

FAINT_SHARE = 0.5
"""Of `min_score`; a product's box that scores so much is no evidence for it, but speaks against an empty place."""


def counted(findings: Findings, min_score: float) -> Findings:
    """What models found, without boxes that score `min_score` or less."""
    return {
        role: found.select(found.scores > min_score) if isinstance(found, Detections) else found
        for role, found in findings.items()
    }


def roles_of(models: Mapping[str, ModelInfo], task: str) -> list[str]:
    """The roles of the models for `task`, in the configuration's order."""
    return [role for role, model in models.items() if model.task == task]


def class_ids(model: ModelInfo, names: tuple[str, ...]) -> tuple[int, ...]:
    """Ids of the classes called `names`; a class may also be named by the first of its synonyms ("a, b")."""
    wanted = {name.strip().lower() for name in names}
    return tuple(
        number
        for number, name in enumerate(model.class_names)
        if name.strip().lower() in wanted or name.split(",")[0].strip().lower() in wanted
    )


def knows(model: ModelInfo, planogram: Planogram, product: str) -> bool:
    """Whether some class of the model means `product`."""
    return bool(class_ids(model, planogram.class_names(product)))


def role_for(context: MethodContext, task: str, method: str) -> str:
    """The model that tells all products of the context's facings.

    Raises:
        PlanogramError: there is no model for `task`, or none knows a product.
    """
    roles = roles_of(context.models, task)
    facing = context.facings[0]
    if not roles:
        raise PlanogramError(
            f"{context.planogram.path}: facing {facing.id!r} asks for method {method!r}, but no model can {task}.",
            hint="Name one under `models:` in edgekit.yaml, or use the method appearance.",
        )
    for role in roles:
        if all(knows(context.models[role], context.planogram, each.product) for each in context.facings):
            return role
    raise _unknown_product(context, roles)


def _unknown_product(context: MethodContext, roles: list[str]) -> PlanogramError:
    facing: Facing = next(
        each
        for each in context.facings
        if not all(knows(context.models[role], context.planogram, each.product) for role in roles)
    )
    names = context.planogram.class_names(facing.product)
    if all(context.models[role].task == "embed" for role in roles):
        return PlanogramError(
            f"{context.planogram.path}: facing {facing.id!r}: the product {facing.product!r} is not enrolled.",
            hint=f"edgekit enroll {names[0]!r} photos/*.jpg",
        )
    classes = [name for role in roles for name in context.models[role].class_names]
    near = nearest_hint(names[0], classes) if len(classes) > 12 or not classes else f"It has {', '.join(classes)}."
    if near and near.startswith("Known here"):
        near = None
    return PlanogramError(
        f"{context.planogram.path}: facing {facing.id!r}: no class of the model means the product "
        f"{facing.product!r} (looked for {', '.join(names)}).",
        hint=near or "Name the model's classes for it under `classes:`.",
    )
