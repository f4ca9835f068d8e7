"""How a command fails: one line on standard error and a documented exit code."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import typer

from edgekit.errors import EdgekitError
from edgekit.sources.redact import redacted

__all__ = ["INTERRUPTED", "guarded", "leave_behind_threads", "say"]

INTERRUPTED = 130
"""Exit code after Ctrl-C, once everything is closed."""


def say(line: str) -> None:
    """Write one line to standard error; a closed terminal is no reason to fail."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def guarded(command: Callable[..., Any], *, debug: bool = False) -> Callable[..., Any]:
    """`command`, with errors turned into one line and an exit code."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except EdgekitError as error:
            if debug:
                say(redacted(traceback.format_exc()))
            say(f"error: {error}")
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            say("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # The reader of our output is gone (`edgekit events | head`); keep Python from complaining at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except Exception as error:
            if isinstance(error, (typer.Exit, typer.Abort)) or type(error).__module__.startswith(("click", "typer")):
                raise
            if debug:
                say(redacted(traceback.format_exc()))
            what = f"{type(error).__name__}: {redacted(str(error))}"
            say(f"internal error: {what} (the same command with --debug shows where)")
            raise typer.Exit(1) from None

    return run


def leave_behind_threads(code: object) -> None:
    """End the process at once with exit code `code` where a daemon thread still runs; else return.

    Before Python 3.14 a daemon thread that comes back from C++ while the interpreter is finalized is unwound through
    frames that may not be (CPython gh-87135), and the process dies of SIGABRT. A camera driver that hangs is such a
    call.
    """
    if not any(thread.daemon and thread.is_alive() for thread in threading.enumerate()):
        return
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
