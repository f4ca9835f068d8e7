"""What the live page says: reasons, and what to do about a camera, in the words of somebody who stands before it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = ["advice_on", "said_reason"]

_REASONS: Final = MappingProxyType(
    {
        "no_baseline": "too little seen yet",
        "occluded": "somebody or something is in front",
        "moving": "something moves in it",
        "camera_moved": "the camera no longer shows what the reference picture shows",
        "dark": "too dark",
        "infrared": "the camera shows no colours: its night view",
        "overexposed": "too bright",
        "blurred": "the picture is blurred",
        "covered": "the lens is covered",
        "frozen": "the camera repeats one picture",
        "undecided": "what is seen speaks for neither full nor empty",
        "no_evidence": "nothing there tells what stands in it",
        "closed": "the store is closed",
        "lost": "no picture comes",
    }
)

_BLOCKED: Final = MappingProxyType(
    {
        "dark": "It is too dark to see anything: switch the light on, or uncover the lens.",
        "overexposed": "The picture is all white: turn the lamp away, or the camera's exposure down.",
        "blurred": "The picture is blurred: clean the lens and set its focus.",
        "covered": "Something covers the lens: take it away.",
    }
)


def said_reason(reason: str) -> str:
    """Why a facing is unknown, in a few words; a reason that is not known here, as it is called."""
    return _REASONS.get(reason, reason.replace("_", " "))


def advice_on(condition: str, reason: str | None) -> str:
    """What a camera's condition means, and what to do.

    Args:
        condition: "lost", "moved" or "blocked".
        reason: what began it.
    """
    if condition == "lost" and reason == "frozen":
        return "The camera repeats one picture: switch it off and on again."
    if condition == "lost":
        return "No picture comes: check the camera's power, cable and network. edgekit keeps trying."
    if condition == "moved":
        return (
            "The camera no longer shows what the reference picture shows: turn it back, or draw the planogram anew "
            "(edgekit planogram new). Until then nothing is concluded."
        )
    if condition == "blocked":
        return _BLOCKED.get(reason or "", "The picture shows nothing: look at the lens and the light.")
    return f"{condition.replace('_', ' ')} ({said_reason(reason)})." if reason else f"{condition.replace('_', ' ')}."
