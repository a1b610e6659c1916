"""Statements about a project: the levels that some kinds have, and the days they hold for."""

from datetime import date

from riskscore.engine.catalogue import CONSENT_LEVELS
from riskscore.engine.inputs.evidence_values import CERTIFICATION
from riskscore.sources.checks import day_checks
from riskscore.sources.checks.fault import Fault

#: The kinds that have levels, and the levels that the rule of evidence understands.
LEVELS = {"consent": tuple(CONSENT_LEVELS), "certification": tuple(CERTIFICATION)}


def level(kind: str, value: str) -> Fault | None:
    """A level that the kind does not have; those of most kinds are empty."""
    allowed = LEVELS.get(kind, ("",))
    if value in allowed:
        return None
    words = ", ".join(allowed) if any(allowed) else "none: leave it empty"
    return Fault(f"the levels of {kind.replace('_', ' ')} are: {words}", "Write one of them.")


def expiry(happened_on: date | None, expires_on: date | None) -> Fault | None:
    """An end of no year, or before its beginning."""
    if happened_on and expires_on and expires_on < happened_on:
        return Fault("it cannot expire before it happened", "Correct one of the two days.")
    return day_checks.day(expires_on)
