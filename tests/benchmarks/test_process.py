"""int8_bench.process: what a script in a process of its own took."""

from __future__ import annotations

import numpy as np
import pytest
from int8_bench.process import Failed, run_measured


def script(folder, text):
    path = folder / "script.py"
    path.write_text(text)
    return path


def test_the_peak_is_the_childs_own_and_not_what_its_parent_held_when_starting_it(tmp_path):
    held = np.ones(300_000_000, np.uint8)
    cost = run_measured(script(tmp_path, "pass\n"), [])
    assert cost.peak_mb < 100
    assert held[-1] == 1


def test_the_peak_counts_what_was_freed_again(tmp_path):
    cost = run_measured(script(tmp_path, "b = bytearray(b'x' * 200_000_000)\ndel b\n"), [])
    assert cost.peak_mb > 200


def test_a_script_gets_its_arguments_and_an_empty_cache(tmp_path):
    text = (
        "import os, sys\nassert sys.argv[1:] == ['a', 'b']\nassert not os.path.exists(os.environ['XDG_CACHE_HOME'])\n"
    )
    assert run_measured(script(tmp_path, text), ["a", "b"]).seconds >= 0


def test_a_script_that_fails_is_reported_by_its_last_line(tmp_path):
    with pytest.raises(Failed, match=r"^ValueError: so not$"):
        run_measured(script(tmp_path, "raise ValueError('so not')\n"), [])


def test_a_script_that_wants_more_memory_than_it_may_have_is_said_to_be_out_of_memory(tmp_path):
    with pytest.raises(Failed, match="out of memory"):
        run_measured(script(tmp_path, "b = b'x' * 3_000_000_000\n"), [], limit_mb=1000)
