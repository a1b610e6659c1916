"""The product's addresses, and those of learned models."""

from django.urls import path

from riskscore import urls
from riskscore.api import learned
from riskscore.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

MODEL = "api/v1/models/<slug:kind>"
urlpatterns = [
    path("api/v1/models", learned.Models.as_view()),
    path(MODEL, learned.OneModel.as_view()),
    path(f"{MODEL}/<int:version>", learned.OneModel.as_view()),
    path(f"{MODEL}/<int:version>/predictions", learned.Predictions.as_view()),
    *urls.urlpatterns,
]
