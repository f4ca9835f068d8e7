"""The error of a story that came out badly."""

from __future__ import annotations


class UnfairError(Exception):
    """A careful person could not tell what happened in this story; another one is tried."""
