"""Plans of API keys as the environment names them: name=requests=jobs, such as
``standard=6000/min=600/min``."""

import re
from collections.abc import Iterable, Mapping

from django.core.exceptions import ImproperlyConfigured

_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_RATE = re.compile(r"[1-9][0-9]{0,6}/(?:s|min|h)")


def read(plans: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """The rates of each plan, by name. Raises ImproperlyConfigured; one must be ``standard``."""
    found = {}
    for plan in plans:
        name, *rates = plan.split("=")
        if not _NAME.fullmatch(name) or len(rates) != 2 or not all(map(_RATE.fullmatch, rates)):
            raise ImproperlyConfigured(
                f"RISKSCORE_RATE_PLANS={plan!r}: say name=requests=jobs, each a number a second,"
                " minute or hour: standard=6000/min=600/min"
            )
        found[name] = dict(zip(("requests", "jobs"), rates, strict=True))
    if "standard" not in found:
        raise ImproperlyConfigured("RISKSCORE_RATE_PLANS: name a plan standard, for all others")
    return found
