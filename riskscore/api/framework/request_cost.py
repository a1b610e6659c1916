"""What a request costs of its client's rate: one token, and more for more work.

The table stands in docs/api.md; a test compares the two.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

from rest_framework.request import Request

#: Rows of a page that one token pays.
ROWS = 100
#: A page of so many rows is the largest there is.
MOST_ROWS = 1000
#: All rows of a list, as a stream.
EXPORT = 50
#: Projects of a job that one token pays; a job that says no number may be about all.
PROJECTS = 1000
WHOLE_JOB = 10
_PAGES = ("json", "api", "html", None)


def of(request: Request, view: Any) -> int:
    """Tokens that a request takes before its work begins, at least one.

    A view that computes much for one answer says so by its attribute ``cost``.
    """
    usual = int(getattr(view, "cost", 1))
    if request.method not in ("GET", "HEAD"):
        return usual
    if getattr(getattr(request, "accepted_renderer", None), "format", None) not in _PAGES:
        return max(usual, EXPORT)
    return max(usual, _of_page(request.query_params.get("page_size", "")))


def _of_page(size: str) -> int:
    """Of a page by its size; of what is no size, as of the smallest: it will be refused."""
    if not (size.isascii() and size.isdigit() and len(size) < 10):
        return 1
    return max(1, ceil(min(int(size), MOST_ROWS) / ROWS))


def of_job(scope: Mapping[str, Any]) -> int:
    """Tokens of a rescoring job by its scope; one is taken by the request itself."""
    keys = scope.get("keys")
    return ceil(len(keys) / PROJECTS) if isinstance(keys, list) and keys else WHOLE_JOB
