"""Where requests go."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from riskscore.api import health
from riskscore.api.framework import exception_handler

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/admin/")),
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
