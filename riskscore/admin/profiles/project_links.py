"""Where profiles and the projects behind their numbers are found."""

from urllib.parse import urlencode

from django.urls import reverse


def projects_of(place: str = "", mineral: str = "") -> str:
    """The list of ranked projects of a country, of a mineral, or of both."""
    chosen = {"place": place, "mineral": mineral, "state__exact": "published", "ranked": "yes"}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{reverse('admin:riskscore_project_changelist')}?{query}"


def map_of(place: str = "", mineral: str = "") -> str:
    """The same on the map, where a place may be a region too."""
    query = urlencode({k: v for k, v in {"place": place, "mineral": mineral}.items() if v})
    return f"{reverse('admin:map')}?{query}"
