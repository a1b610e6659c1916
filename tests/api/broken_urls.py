"""The product's addresses, and one that breaks."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from riskscore import urls
from riskscore.api.public import Public
from riskscore.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

SECRET = "what nobody outside may read"


class Breaks(Public):
    def retrieve(self, _request: HttpRequest) -> HttpResponse:
        raise RuntimeError(SECRET)


class Waits(Public):
    def retrieve(self, _request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_sleep(30) AS {SECRET.replace(' ', '_')}")
        return HttpResponse()


urlpatterns = [
    *urls.urlpatterns,
    path("api/v1/breaks", Breaks.as_view({"get": "retrieve"})),
    path("api/v1/waits", Waits.as_view({"get": "retrieve"})),
]
