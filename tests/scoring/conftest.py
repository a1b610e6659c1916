"""Scores are compared with what the API says of them."""

from tests.api.conftest import api, make_api  # noqa: F401
