from __future__ import annotations

import pytest

from edgekit.backends.machine import _quota, cpu_model, usable_cores


@pytest.mark.parametrize(
    ("cpu_max", "cores"), [("150000 100000", 1.5), ("max 100000", None), ("", None), ("50000 100000\n", 0.5)]
)
def test_a_containers_quota_is_read_as_cores(cpu_max: str, cores: float | None) -> None:
    assert _quota(cpu_max) == cores


def test_there_is_a_processor() -> None:
    assert cpu_model()
    assert usable_cores() >= 1
