"""The product's addresses and those of the references."""

from django.urls import include, path

from benchmarks.api_site import references
from riskscore.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("reference/bytes/<slug:name>", references.same_bytes),
    path("reference/scores", references.SerializedScores.as_view()),
    path("", include("riskscore.urls")),
]
