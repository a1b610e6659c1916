"""Pages for what went wrong: a sentence, what to do, and a way back, under the content policy.

They ask neither the database nor the menu, so they stand when those do not.
"""

import sys
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from riskscore.admin.site import guarded

TEMPLATE = "error_page.html"


def _page(request: HttpRequest, status: HTTPStatus, title: str, **shown: Any) -> HttpResponse:
    context = {"title": title, "status": int(status), "back": _page_before(request), **shown}
    return render(request, TEMPLATE, context, status=status)


def _page_before(request: HttpRequest) -> str:
    """The page of ours from which somebody came, without the host; empty where there is none."""
    came = urlsplit(request.headers.get("Referer", ""))
    here = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME")
    if came.netloc != here or came.path == request.path:
        return ""
    path = f"/{came.path.lstrip('/')}"  # two slashes would begin the name of another host
    return f"{path}?{came.query}" if came.query else path


@guarded
def bad_request(request: HttpRequest, **about: Any) -> HttpResponse:
    """The address or what was sent cannot be understood, or is meant for another service."""
    if isinstance(about.get("exception"), DisallowedHost):
        return _page(
            request,
            HTTPStatus.BAD_REQUEST,
            "This service has another name",
            words=f"It is not known as {request.META.get('HTTP_HOST', '')[:100]!r}.",
            remedy="Use the address that you were given. Whoever runs the service can add this "
            "name to RISKSCORE_ALLOWED_HOSTS.",
        )
    return _page(
        request,
        HTTPStatus.BAD_REQUEST,
        "This cannot be understood",
        words="The address, or what was sent with it, is not what this page expects.",
        remedy="Go back and try again; an address that was typed by hand may have a slip in it.",
    )


@guarded
def permission_denied(request: HttpRequest, **_about: Any) -> HttpResponse:
    """The person may not see the page, or not do this."""
    user = getattr(request, "user", None)
    name = user.get_username() if user is not None and user.is_authenticated else ""
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        "You may not do this",
        words=f"You are signed in as {name}, and your groups do not allow this." if name else
        "This needs somebody who is signed in.",
        remedy="Nothing was changed. Whoever keeps the accounts can put you into another group: "
        "viewer, curator, methodologist or operator.",
    )  # fmt: skip


@guarded
def page_not_found(request: HttpRequest, **_about: Any) -> HttpResponse:
    """There is no page at this address."""
    return _page(
        request,
        HTTPStatus.NOT_FOUND,
        "There is nothing here",
        words="No page has this address, or what it was about is no longer there.",
        remedy="Look for it in the lists; nothing that was published is ever deleted.",
    )


#: What a database that is away, restarting or read-only raises.
AWAY = (OperationalError, InterfaceError, InternalError)


@guarded
def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed here; where the database is away, that it is."""
    if isinstance(sys.exc_info()[1], AWAY):
        answer = _page(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The database does not answer just now",
            words="It is away, starting, or takes no changes for the moment. Nothing was changed.",
            remedy="Wait a moment and try again; what you typed is still there if you go back.",
        )
        answer.headers["Retry-After"] = "5"
        return answer
    return _page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something failed here",
        words="This is a fault of the service and not of yours. Nothing was changed.",
        remedy="Try again; if it stays so, tell whoever runs the service the time and the address.",
    )


@guarded
def csrf_failure(request: HttpRequest, **_about: Any) -> HttpResponse:
    """A form came without the mark that shows that it is one of ours."""
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        "This form is too old",
        words="It was opened before somebody signed in or out in this browser, or cookies are "
        "switched off. Nothing was changed.",
        remedy="Go back, load the page anew, and send the form again.",
    )


@guarded
def locked_out(request: HttpRequest, *_about: Any) -> HttpResponse:
    """Somebody failed to log in too often from this address; it passes by itself."""
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    answer = _page(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many failed log-ins",
        words="This account cannot be used from your address for now, because passwords were wrong "
        "too often. From elsewhere it works as before.",
        remedy=f"Wait {wait // 60} minutes and try again. An operator can unlock it at once under "
        "Failed log-ins in admin, and whoever runs the service by manage.py axes_reset.",
    )
    answer.headers["Retry-After"] = str(wait)
    return answer
