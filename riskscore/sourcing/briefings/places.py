"""Places by their names."""

from riskscore.models import Place


def place_names() -> dict[str, str]:
    """Every place's name by its code."""
    return dict(Place.objects.values_list("code", "name"))
