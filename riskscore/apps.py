"""The one Django application."""

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core import checks
from unfold import fields as unfold_fields

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
    """Django admin with our own site: Home on its first page."""

    default_site = "riskscore.admin.site.RiskSite"

    def ready(self) -> None:
        """As Django does; and JSON on pages as plain text.

        django-unfold colours it by styles inside the page, wherever Pygments is installed, and has
        no setting for it: the content policy forbids such styles.
        """
        super().ready()
        unfold_fields.prettify_json = _uncoloured


def _uncoloured(_value: object, _encoder: object) -> None:
    """That there is no coloured form of a value, in the terms of django-unfold."""


class LogInsConfig(AxesConfig):  # type: ignore[misc]
    """django-axes under a name that says what it keeps."""

    verbose_name = "Failed log-ins"
