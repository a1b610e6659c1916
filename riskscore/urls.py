"""Where requests go."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from riskscore.api import health
from riskscore.api.framework import exception_handler
from riskscore.front import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.front, name="front"),
    path("scores/", pages.scores, name="public_scores"),
    path("scores/<slug:key>/", pages.project, name="public_project"),
    path("admin/", admin.site.urls),
    path("api/v1", include("riskscore.api.urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
]

# The names are Django's.
handler400 = exception_handler.bad_request
handler403 = exception_handler.permission_denied
handler404 = exception_handler.page_not_found
handler500 = exception_handler.server_error
