"""Forms that lose no edit: each carries the version that it was made from, and meets the record.

One rule for every record that is edited in admin. The record and the rows of its parts are locked,
the sent form is joined with them field by field (:mod:`riskscore.admin.ui.meeting`), and then
saved, all in one transaction. What both changed is asked about; nothing is saved until then.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.contenttypes.models import ContentType
from django.db.models import BinaryField, Model
from django.db.models.expressions import DatabaseDefault
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin as UnfoldAdmin

from riskscore.admin.ui import error_summary, form_versions, refused
from riskscore.admin.ui.meeting import Meeting, meet

Row = TypeVar("Row", bound=Model)

if TYPE_CHECKING:
    Admin = admin.ModelAdmin
else:
    # The class takes no type arguments at run time; Django's stubs demand them.
    class Admin(UnfoldAdmin):
        def __class_getitem__(cls, _row: object) -> type:
            return cls


MEETING = "_riskscore_meeting"
REFUSAL = "_riskscore_refusal"
TEMPLATE = "admin/record_form.html"


class Versioned(Admin[Row]):
    """A form over one record that notices what others changed since it was opened."""

    change_form_template = TEMPLATE
    #: Counts beside each value of a filter read the whole table for each.
    show_facets = admin.ShowFacets.NEVER

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list that the address asks for. Raises refused.Unanswerable."""
        try:
            return super().get_changelist_instance(request)
        except refused.UNFIT as error:
            raise refused.unfit(error, request) from error

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether an address may choose rows so: never by bytes, which no address holds."""
        name = lookup.partition("__")[0]
        of_bytes = any(
            field.name == name and isinstance(field, BinaryField)
            for field in self.opts.concrete_fields
        )
        return not of_bytes and super().lookup_allowed(lookup, value, request)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Row | None:
        """The row; by its key where the address names an empty column."""
        return super().get_object(request, object_id, from_field or None)

    def response_action(
        self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """What a bulk action answers. Raises refused.Unanswerable if a box names no row."""
        refused.only_rows(self.model, request.POST.getlist(ACTION_CHECKBOX_NAME))
        answer: HttpResponse | None = super().response_action(request, queryset, *args, **kwargs)
        return answer

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra: Any
    ) -> HttpResponse:
        """Django calls this inside a transaction."""
        if request.method == "POST" and object_id is not None and not hasattr(request, MEETING):
            self._meet(request, object_id)
        answer: HttpResponse = super()._changeform_view(  # type: ignore[misc]
            request, object_id, form_url, extra
        )
        return answer

    def _meet(self, request: HttpRequest, object_id: str) -> None:
        """Lock the record, and bring the sent data up to what it is by now."""
        found = self.get_object(request, unquote(object_id))
        if found is None or not self.has_change_permission(request, found):
            return
        record = self._locked(found)
        if record is None:
            return
        fields = flatten_fieldsets(self.get_fieldsets(request, record))
        form = self.get_form(request, record, change=True, fields=fields)(instance=record)
        before = form_versions.read(
            str(request.POST.get(form_versions.NAME, "")), form_versions.named(record)
        )
        met = meet(request.POST, request.FILES, before, form, self._parts(request, record))
        setattr(request, MEETING, met)
        request.POST = met.data  # type: ignore[assignment]

    @staticmethod
    def _locked(found: Model) -> Any:
        """The record as it is, which nobody else changes until this is done.

        Not against rows that refer to it: a job may write scores meanwhile.
        """
        rows = type(found)._default_manager.filter(pk=found.pk)
        return rows.select_for_update(no_key=True).order_by().first()

    def _parts(self, request: HttpRequest, record: Any) -> list[Any]:
        """The parts of the record's form as they are, their rows locked."""
        parts: list[Any] = []
        for formset, inline in self.get_formsets_with_inlines(request, record):
            rows = inline.get_queryset(request)
            if inline.has_change_permission(request, record):
                rows = rows.select_for_update(no_key=True, of=("self",))
            prefix = formset.get_default_prefix()
            count = sum(part.get_default_prefix() == prefix for part in parts)
            name = f"{prefix}-{count + 1}" if count else prefix
            parts.append(formset(instance=record, prefix=name, queryset=rows))
        return parts

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """With what stands against saving it, as errors of its own."""
        made = super().get_form(request, obj, change=change, **kwargs)
        met: Meeting | None = getattr(request, MEETING, None)
        against = [(clash.name, clash.words) for clash in met.clashes] if met else []
        if refusal := getattr(request, REFUSAL, ""):
            against.append(("", refusal))
        return error_summary.refusing(made, against) if against else made

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """With the version, and on top what stands against saving."""
        form = context["adminform"].form
        sets = [each.formset for each in context["inline_admin_formsets"]]
        for each in (form, *(part for one in sets for part in one.forms)):
            _forget_defaults(each.instance)
        met: Meeting | None = getattr(request, MEETING, None)
        record = context.get("original")
        if met is not None:
            context["clashes"], context["kept"] = met.clashes, met.kept
            if record is not None and (met.clashes or met.kept):
                context["last_edit"] = _last_edit(record)
        if met is not None or not form.is_bound:
            context["version"] = self.version_of(request, record, form, sets)
        if form.is_bound:
            context["faults"] = error_summary.faults(form, sets)
            context["questions"] = getattr(form, "questions", [])
        return super().render_change_form(request, context, *args, **kwargs)

    def version_of(self, request: HttpRequest, record: Any, form: Any, sets: Any) -> str:
        """The version that a form carries, signed; empty where nobody edits what it shows."""
        met: Meeting | None = getattr(request, MEETING, None)
        if record is None or not self.has_change_permission(request, record):
            return ""
        version = met.version if met else form_versions.shown_by(form, sets)
        return version.signed(form_versions.named(record))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Saved: and what was kept of somebody else's edit."""
        self.say_kept(request)
        return super().response_change(request, obj)

    def say_kept(self, request: HttpRequest) -> None:
        """Tell who saved what was kept of somebody else's edit."""
        met: Meeting | None = getattr(request, MEETING, None)
        if met and met.kept:
            self.message_user(request, f"Somebody else changed it meanwhile, and that holds too: "
                              f"{'; '.join(met.kept)}.")  # fmt: skip


def _forget_defaults(row: Model) -> None:
    """Of a row that is not stored yet, what only the database will know is not known."""
    for field in row._meta.concrete_fields:
        if isinstance(getattr(row, field.attname), DatabaseDefault):
            setattr(row, field.attname, None)


def _last_edit(record: Any) -> LogEntry | None:
    """Who edited it last, as far as admin knows; files and programs leave no such entry."""
    kind = ContentType.objects.get_for_model(record)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(record.pk))
    return entries.select_related("user").order_by("-action_time").first()
