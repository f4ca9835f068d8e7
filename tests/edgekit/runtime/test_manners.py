"""A runtime is a guest: signals, logging, output, files and secrets are the host's."""

from __future__ import annotations

import logging
import signal
import threading

import pytest

from edgekit.errors import SourceError
from edgekit.events.event import Event
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera


def test_a_host_keeps_its_signals_its_logging_its_output_and_its_threads(playing, shelf, capsys) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    logs = list(logging.getLogger().handlers), [type(h) for h in logging.getLogger("edgekit").handlers]
    threads = threading.active_count()
    runtime = playing.runtime_over(shelf)
    assert threading.active_count() == threads, "no thread before the start"
    runtime.run_until_done()
    assert threading.active_count() == threads
    assert {number: signal.getsignal(number) for number in handlers} == handlers
    assert (list(logging.getLogger().handlers), [type(h) for h in logging.getLogger("edgekit").handlers]) == logs
    assert capsys.readouterr() == ("", "")


def test_a_runtime_that_was_only_made_touches_no_file(tmp_path) -> None:
    Runtime(tmp_path / "edgekit.yaml").close()
    assert list(tmp_path.iterdir()) == []


def test_a_password_in_what_others_code_raises_reaches_neither_log_nor_health_nor_error(playing, shelf, caplog) -> None:
    url = "http://user:hunter2@camera/stream"

    def refuse(event: Event) -> None:
        raise ConnectionError(f"cannot reach {url}")

    with playing.runtime_over(shelf, scenes=[(3.0, ()), (3.0, {"left"})]) as runtime:
        runtime.on(refuse)
        assert runtime.wait(30)
        assert "hunter2" not in str(runtime.health())
        (dead,) = runtime._site.store._outbox.dead_letters("callback")
        assert dead.error == "ConnectionError: cannot reach http://user:***@camera/stream"
    camera = FakeCamera([shelf.picture(), ConnectionError(f"cannot reach {url}")])
    broken = Runtime(shelf.site(), sources={"cam": camera})
    with pytest.raises(SourceError, match=r"user:\*\*\*@camera") as caught:
        broken.run_until_done()
    assert "hunter2" not in str(caught.value)
    assert "ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text
