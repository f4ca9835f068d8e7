"""Registration: where the reference picture's points lie in a frame, found anew for every sample."""

from edgekit.shelf.registration.registration import Registration, register

__all__ = ["Registration", "register"]
