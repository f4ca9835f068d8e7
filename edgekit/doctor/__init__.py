"""What this machine has, what is missing for what, and what to type about it."""

from edgekit.doctor.diagnosis import diagnose
from edgekit.doctor.report import Ability, Diagnosis, Finding, Status

__all__ = ["Ability", "Diagnosis", "Finding", "Status", "diagnose"]
