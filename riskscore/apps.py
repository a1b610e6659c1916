"""The one Django application."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core import checks

from riskscore.sql.rules_check import check_rules


class RiskscoreConfig(AppConfig):
    """Everything of ours, under one label."""

    name = "riskscore"
    label = "riskscore"
    verbose_name = "Mining project risk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have ``migrate`` and ``check --database`` compare the database's rules with ours."""
        checks.register(check_rules, checks.Tags.database)


class RiskscoreAdminConfig(AdminConfig):
    """Django admin with our own site: a dashboard on its first page."""

    default_site = "riskscore.admin.site.RiskSite"
