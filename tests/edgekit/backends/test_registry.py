from __future__ import annotations

import pytest

from edgekit.backends.registry import BACKENDS, backend, backend_names
from edgekit.errors import UsageError


def test_our_own_names_come_first_and_best_first() -> None:
    assert backend_names()[: len(BACKENDS)] == ("tensorrt", "tensorrt-rtx", "onnxruntime", "fake")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no backend 'onnxrt'.*Did you mean onnxruntime"):
        backend("onnxrt")
