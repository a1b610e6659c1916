"""Minerals by the number that score rows store instead of the code."""

from riskscore.models import Mineral


def minerals_by_number() -> dict[int, str]:
    """Codes of all minerals by their numbers; a few dozen rows."""
    return dict(Mineral.objects.values_list("number", "code"))
