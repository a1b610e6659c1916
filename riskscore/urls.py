"""Where requests go."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path

from riskscore.admin import error_pages
from riskscore.api import health
from riskscore.api.framework import exception_handler
from riskscore.front import visitor_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", visitor_pages.front, name="front"),
    path("scores/", visitor_pages.scores, name="public_scores"),
    path("scores/<slug:key>/", visitor_pages.project, name="public_project"),
    path("admin/", admin.site.urls),
    path("api/v1", include("riskscore.api.urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
]


def _answered(page: Callable[..., Any], problem: Callable[..., Any]) -> Callable[..., Any]:
    """Django's hook for an error outside our views: a page for people, else a problem."""

    # Django's check asks for the exception by position, and of a 500's view for none.
    def view(request: HttpRequest, *exception: Any, **about: Any) -> HttpResponseBase:
        reads_pages = "text/html" in request.headers.get("Accept", "")
        is_api = request.path.startswith(("/api/", "/livez", "/readyz"))
        for_people = request.path.startswith("/admin") or (reads_pages and not is_api)
        answer: HttpResponseBase = (page if for_people else problem)(request, *exception, **about)
        return answer

    return view


# The names are Django's.
handler400 = _answered(error_pages.bad_request, exception_handler.bad_request)
handler403 = _answered(error_pages.permission_denied, exception_handler.permission_denied)
handler404 = _answered(error_pages.page_not_found, exception_handler.page_not_found)
handler500 = _answered(error_pages.server_error, exception_handler.server_error)
