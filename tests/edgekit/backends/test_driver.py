from __future__ import annotations

from edgekit.backends.driver import probe_driver


def test_a_driver_either_has_gpus_or_says_what_is_wrong() -> None:
    driver = probe_driver()
    assert bool(driver.gpus) == (driver.problem is None)
    assert driver.version
