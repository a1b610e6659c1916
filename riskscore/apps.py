"""The one Django application."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class RiskscoreConfig(AppConfig):
    """Everything of ours, under one label."""

    name = "riskscore"
    label = "riskscore"
    verbose_name = "Mining project risk"
    default_auto_field = "django.db.models.BigAutoField"


class RiskscoreAdminConfig(AdminConfig):
    """Django admin with our own site: a dashboard on its first page."""

    default_site = "riskscore.admin.site.RiskSite"
