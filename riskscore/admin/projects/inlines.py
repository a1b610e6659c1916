"""The parts of a project's form: minerals, off-take, statuses, capacities."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from riskscore.admin.ui.pages import Form, FormSet, Part
from riskscore.curation import record_checks
from riskscore.models import Capacity, Offtake, Project, ProjectMineral, ProjectStatus


class MineralForm(Form[ProjectMineral]):
    """One mineral. Whether only one is primary is a question for all rows together."""

    class Meta:
        model = ProjectMineral
        fields = ("mineral", "role", "term")

    def _get_validation_exclusions(self) -> set[str]:
        # The database sees the rows one by one: it would refuse to swap the primary mineral.
        return {*super()._get_validation_exclusions(), "role"}  # type: ignore[misc]


class MineralSet(FormSet[ProjectMineral, Project, MineralForm]):
    """The minerals of a project: at most one is primary."""

    def clean(self) -> None:
        super().clean()
        primary = [row for row in self._kept() if row.cleaned_data.get("role") == "primary"]
        if len(primary) > 1:
            raise ValidationError("Only one mineral is primary: make the others secondary.")

    def _kept(self) -> list[Any]:
        rows = [row for row in self.forms if hasattr(row, "cleaned_data") and row.cleaned_data]
        return [row for row in rows if not row.cleaned_data.get("DELETE")]

    def save(self, commit: bool = True) -> Any:
        """First whoever ceases to be primary, so that another can be."""
        if commit and self.instance.pk:
            kept = [row for row in self._kept() if row.cleaned_data.get("role") == "primary"]
            self.instance.minerals.filter(role=ProjectMineral.Role.PRIMARY).exclude(
                pk__in=[row.instance.pk for row in kept if row.instance.pk]
            ).update(role=ProjectMineral.Role.OTHER)
        return super().save(commit)


class OfftakeForm(Form[Offtake]):
    """One contract: it does not end before it begins."""

    def faults(self) -> Iterator[record_checks.Found]:
        return record_checks.of_offtake(self.cleaned_data)


class OfftakeSet(FormSet[Any, Project, Any]):
    """Contracts of one project: of no mineral more than all is bound on any day."""

    def clean(self) -> None:
        super().clean()
        rows = [row.cleaned_data for row in self.forms if hasattr(row, "cleaned_data")]
        if fault := record_checks.contracts(row for row in rows if not row.get("DELETE")):
            raise ValidationError(f"{fault.sentence} {fault.remedy}")


class MineralsOfProject(Part[ProjectMineral, Project]):
    model = ProjectMineral
    form = MineralForm
    formset = MineralSet  # type: ignore[assignment]
    fields = ("mineral", "role", "term")
    autocomplete_fields = ("mineral",)
    verbose_name_plural = "minerals"


class Stated(Part[Any, Project]):
    """Append-only rows: what is on file is shown, and a correction is a new row."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StatusForm(Form[ProjectStatus]):
    """What holds by now: a plan is no status."""

    begins_empty = ("credibility",)

    def faults(self) -> Iterator[record_checks.Found]:
        return record_checks.of_status(self.cleaned_data)


class StatusesOfProject(Stated):
    model = ProjectStatus
    form = StatusForm
    fields = ("status", "since", "url", "credibility", "note")


class CapacityForm(Form[Capacity]):
    """What a project can yield in a year."""

    begins_empty = ("credibility",)

    def faults(self) -> Iterator[record_checks.Found]:
        return record_checks.of_capacity(self.cleaned_data)


class CapacitiesOfProject(Stated):
    model = Capacity
    form = CapacityForm
    fields = (
        "mineral", "year", "amount", "low", "high", "unit", "basis", "reason", "url", "credibility",
    )  # fmt: skip
    autocomplete_fields = ("mineral",)


class OfftakesOfProject(Part[Offtake, Project]):
    model = Offtake
    form = OfftakeForm
    formset = OfftakeSet
    fields = ("buyer", "place", "mineral", "share", "since", "until", "url", "note")
    autocomplete_fields = ("place", "mineral")
