"""The one Django application."""

from django.apps import AppConfig


class RiskscoreConfig(AppConfig):
    """Everything of ours, under one label."""

    name = "riskscore"
    label = "riskscore"
    verbose_name = "Mining project risk"
    default_auto_field = "django.db.models.BigAutoField"
