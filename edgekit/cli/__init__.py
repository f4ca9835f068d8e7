"""The command line: one file a command, each a few lines over a library call."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the `edgekit` program; exits with the codes of DESIGN (0 done … 130 interrupted)."""
    from edgekit.cli.app import run_program

    run_program()
