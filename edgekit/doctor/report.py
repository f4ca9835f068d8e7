"""A diagnosis as values: findings about the machine, and abilities that follow from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

__all__ = ["Ability", "Diagnosis", "Finding", "Status"]


class Status(str, Enum):
    """How a finding is to be read."""

    OK = "ok"
    ABSENT = "absent"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about this machine.

    Attributes:
        section: what it belongs to, such as "ONNX Runtime".
        name: what it is about.
        value: what was found, in one line.
        status: present and well, absent (which may be fine), or something to mend.
        advice: what to type or do, or None.
    """

    section: str
    name: str
    value: str
    status: Status = Status.OK
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that edgekit can do, and whether it can here.

    Attributes:
        name: what, as a person would say it.
        usable: it works here.
        reason: by what, or what is missing.
        remedy: what to type or do, or None.
    """

    name: str
    usable: bool
    reason: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings and abilities, in the order in which they are shown."""

    findings: tuple[Finding, ...]
    abilities: tuple[Ability, ...]

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What should be mended."""
        return tuple(finding for finding in self.findings if finding.status is Status.WARNING)

    def to_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "findings": [{**asdict(finding), "status": finding.status.value} for finding in self.findings],
            "abilities": [asdict(ability) for ability in self.abilities],
        }
