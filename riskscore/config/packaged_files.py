"""Static files that come inside a package."""

from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from riskscore.config import page_scripts


def static_of(package: str) -> Path:
    """The folder ``static`` of an installed package, which is not imported for it.

    django-leaflet as an app would ask for GDAL, which nothing here needs.
    """
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ImproperlyConfigured(
            f"the package {package} is not installed: run make, or pip install -r requirements.lock"
        )
    return Path(found.submodule_search_locations[0]) / "static"


def fetched() -> list[Path]:
    """The folder of the script that the set-up fetches, where it did."""
    return [page_scripts.FOLDER] if page_scripts.is_here() else []
