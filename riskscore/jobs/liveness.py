"""The liveness file, for health checks: its age says when a process last did its round."""

from pathlib import Path

from django.conf import settings


def touch(**_: object) -> None:
    """Touch the file that RISKSCORE_PULSE names; do nothing where none is named."""
    if settings.PULSE:
        Path(settings.PULSE).touch()
