"""Addresses that cannot be answered: a page says why, in words, and leads back. Never a 500.

The one rule for every page of the site, put around each view by ``RiskSite.admin_view``. What an
address holds (a year that no calendar has, a number that no column holds, a byte that no text has)
is refused here, whichever list, form or page of ours it was meant for.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core import exceptions
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.db.models import ForeignKey, Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve, reverse

from riskscore.errors import ConflictError, NotFoundError, ValidationError
from riskscore.sql.snapshot import Occupied

log = logging.getLogger(__name__)

TITLE = "This address cannot be answered"
NOTHING_DONE = "Nothing was changed."
REMEDY = "Take the address out of a page rather than typing it; the way on is below."
NUL = "\0"
#: What a lookup raises whose value fits no column: at once, or when the database is asked.
UNFIT = (
    IncorrectLookupParameters, DataError, ValueError, OverflowError, exceptions.ValidationError,
    exceptions.FieldError,
)  # fmt: skip
#: Refusals that escape a page of ours, and the status of their answers.
OURS = {ValidationError: 400, NotFoundError: 404, ConflictError: 409}


class Unanswerable(ValidationError):
    """An address asks for something that nothing can fit; the message says which part of it."""

    code = "unanswerable_address"
    remedy = "Go back, and choose from the filters of the page."


def answered(
    view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    """What the view answers, rendered; or a page that says why it cannot."""
    if _has_nul(request):
        return _page(request, "It holds a zero byte, which no text has.", 400)
    try:
        _read_form(request)
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()
    except tuple(OURS) as error:
        status = next(status for kind, status in OURS.items() if isinstance(error, kind))
        return _page(request, f"{str(error).rstrip('.')}.", status)
    except Occupied as error:
        return _later(request, error)
    except DataError as error:
        log.warning("%s %s: %s", request.method, request.path, error)
        return _page(request, "It holds a value that no column of the database holds.", 400)
    except SuspiciousOperation as error:
        log.warning("%s %s: %s", request.method, request.path, error)
        return _page(request, f"{error}.", 400)
    if isinstance(response, HttpResponseNotAllowed) and not response.content:
        ways = response.headers["Allow"]
        page = _page(request, f"It takes {ways} only, and this was {request.method}.", 405)
        page.headers["Allow"] = ways
        return page
    return response


def _read_form(request: HttpRequest) -> None:
    """Read what was sent before anything is done with it. Raises SuspiciousOperation where it is
    none: too many fields, too large; a view that reads it late would have begun its work."""
    if request.method == "POST":
        request.POST.keys()


def unfit(error: Exception, request: HttpRequest) -> Unanswerable:
    """The refusal of a list whose address no row can fit; ``error`` is one of UNFIT."""
    log.warning("list %s: %s: %s", request.path, type(error).__name__, error)
    named = ", ".join(dict.fromkeys(name[:60] for name in request.GET))
    return Unanswerable(f"No row can be chosen by what it asks for ({named or 'nothing'})")


def only_rows(model: type[Model], keys: Sequence[str]) -> None:
    """Nothing, if each key may be one of a row of the table. Raises Unanswerable."""
    field: Any = model._meta.pk
    while isinstance(field, ForeignKey):
        field = field.target_field
    for key in keys:
        try:
            fits = NUL not in key and field.clean(key, None) is not None
        except UNFIT:
            fits = False
        if not fits:
            shown = key.replace(NUL, "\\0")[:40]
            raise Unanswerable(f"{shown!r} names no row of {model._meta.verbose_name_plural}")


def _has_nul(request: HttpRequest) -> bool:
    texts = (text for name, values in request.GET.lists() for text in (name, *values))
    return NUL in request.path or any(NUL in text for text in texts)


def _page(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    """The page of a refusal. It asks nothing of the database, which may have just refused."""
    context = {
        "title": TITLE, "status": status, "words": reason, "whole_list": _whole_list(request),
        "remedy": NOTHING_DONE if request.method == "POST" else REMEDY,
    }  # fmt: skip
    return render(request, "error_page.html", context, status=status)


def _later(request: HttpRequest, error: Occupied) -> HttpResponse:
    """The page of what goes another time."""
    context = {
        "title": "Not at this moment", "status": 503, "words": f"{error}.", "remedy": error.remedy,
    }  # fmt: skip
    answer = render(request, "error_page.html", context, status=503)
    answer.headers["Retry-After"] = "5"
    return answer


def _whole_list(request: HttpRequest) -> str:
    """The list that the address belongs to, with nothing asked of it; empty where there is none."""
    home = reverse("admin:index")
    parts = request.path.removeprefix(home).replace(NUL, "").split("/")
    for number in range(len(parts) - 1, 0, -1):
        path = f"{home}{'/'.join(parts[:number])}/"
        is_another = path != request.path or request.GET or request.method == "POST"
        if is_another and _is_list(path):
            return path
    return ""


def _is_list(path: str) -> bool:
    try:
        return (resolve(path).url_name or "").endswith("_changelist")
    except Resolver404:
        return False
