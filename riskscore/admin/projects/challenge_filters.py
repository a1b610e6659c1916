"""Filters of the queue of challenges: whose they are, and how long they wait."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from riskscore.models import Challenge

#: Days after which an open challenge is old.
OLD_DAYS = 30


class WhoseFilter(admin.SimpleListFilter):
    """Those that I answer, those that nobody has taken, and those that I filed."""

    title, parameter_name = "whose", "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [
            ("mine", "mine to answer"),
            ("unassigned", "nobody has it"),
            ("filed", "filed by me"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Challenge]) -> QuerySet[Challenge]:
        open_ones = queryset.filter(state=Challenge.State.OPEN)
        match self.value():
            case "mine":
                return open_ones.filter(assigned_to=request.user.pk)
            case "unassigned":
                return open_ones.filter(assigned_to=None)
            case "filed":
                return queryset.filter(filed_by=request.user.pk)
        return queryset


class AgeFilter(admin.SimpleListFilter):
    """Open ones that wait too long."""

    title, parameter_name = "age", "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("old", f"open for more than {OLD_DAYS} days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Challenge]) -> QuerySet[Challenge]:
        if self.value() != "old":
            return queryset
        before = timezone.now() - timedelta(days=OLD_DAYS)
        return queryset.filter(state=Challenge.State.OPEN, filed_at__lt=before)
