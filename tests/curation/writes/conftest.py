"""A curator and one buyer's view that is kept current, so that a write starts one job."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from riskscore.models import Lens
from tests.make import make_method, make_mineral, make_place


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada")


@pytest.fixture
def lens(db: None) -> Lens:
    for code in ("copper", "lithium"):
        make_mineral(code)
    make_place("CHL"), make_place("ARG")
    return Lens.objects.create(
        method_code=make_method().code, importer=make_place("WLD"), kept_current=True
    )


@pytest.fixture
def site() -> dict[str, Any]:
    """What is needed to enter a project."""
    return {
        "key": "own-salar-1",
        "name": "Salar Uno",
        "place": "CHL",
        "latitude": -23.5,
        "longitude": -68.2,
        "kind": "mine",
        "minerals": [{"mineral": "lithium"}],
    }
