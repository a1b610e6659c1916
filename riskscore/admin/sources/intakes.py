"""Imports: a file is uploaded here, read by a worker, previewed, then imported or left."""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore.admin.sources import columns_page
from riskscore.admin.ui import charts
from riskscore.admin.ui.pages import Form, OneButton
from riskscore.admin.withdrawals.withdraw_page import way
from riskscore.intake import file_rows, requests
from riskscore.intake.mappings import saved
from riskscore.intake.reports import import_report
from riskscore.models import Intake, SavedMapping
from riskscore.sources.tables import map_layers

#: Faults that the page of a file shows; the report has all.
MOST_FAULTS = 50
#: Columns of an import that the form shows as they are.
STATED = (
    "dry_run", "skip_bad", "replace", "accept_jumps", "repair", "calculated", "release_code",
    "published_edition", "licence", "redistributable", "retrieved_on",
)  # fmt: skip
OPEN = (Intake.State.UPLOADED, Intake.State.QUEUED, Intake.State.RUNNING)


def _sources() -> list[tuple[str, str]]:
    """Sources for the form; a map has a form of its own, since more is to be said about it."""
    known = requests.choices().items()
    return [("", "–"), *(row for row in known if row[0] != map_layers.SOURCE.code)]


class IntakeForm(Form[Intake]):
    """A file and its import options. The file itself is read by a worker."""

    upload = forms.FileField(label="File", help_text="As its publisher made it, or our own tables.")
    source = forms.ChoiceField(choices=_sources, required=False)
    generic = forms.BooleanField(
        required=False,
        label="Generic table",
        help_text="The figures of this source stand in the generic table of observations.",
    )
    saved_mapping = forms.ModelChoiceField(
        SavedMapping.objects,
        required=False,
        label="Saved mapping",
        to_field_name="name",
        help_text="How such files were read before; it says the source too.",
    )
    choose_columns = forms.BooleanField(
        required=False,
        initial=True,
        label="Choose columns first",
        help_text="Look at the first rows, and say sheet and columns. For tables, not for"
        " publishers’ own files.",
    )
    columns = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 40}),
        help_text="Columns that are called otherwise in the file, one a line: place=Country."
        " Nothing behind the sign: it is not read.",
    )
    dry_run = forms.BooleanField(
        required=False,
        initial=True,
        label="Preview first",
        help_text="Only say what would change; you then confirm it.",
    )

    class Meta:
        model = Intake
        fields = STATED

    def clean(self) -> dict[str, Any]:
        result = super().clean() or {}
        if not (result.get("source") or result.get("saved_mapping")):
            self.add_error("source", "Say whose figures these are, or choose a saved mapping.")
        if self.errors:
            return result
        stated = {name: result[name] for name in STATED}
        result["options"] = requests.ImportOptions(
            source=result["source"],
            layout="observations" if result["generic"] else "",
            mapping=_mapping(result["columns"]),
            **stated,
        )
        try:
            if chosen := result["saved_mapping"]:
                result["options"] = saved.applied(result["options"], chosen)
            requests.check(result["options"])
        except requests.CannotTakeIn as error:
            raise ValidationError(str(error)) from None
        return result


def _mapping(text: str) -> dict[str, str]:
    """Our column → the file's, from lines of OUR=THEIRS."""
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    for ours, equals, _ in pairs:
        if not (equals and ours.strip()):
            raise ValidationError({"columns": f"{ours[:60]!r}: write OUR=THEIRS: place=Country"})
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


class IntakeAdmin(OneButton[Intake]):
    """Nothing of a file is loaded unless all of it is valid, and nothing twice."""

    form = IntakeForm
    add_form_template = "admin/intake.html"
    change_form_template = "admin/intake.html"
    refusals = (requests.CannotTakeIn,)
    list_display = (
        "file", "source", "state_words", "dry_run", "added", "changed", "rejected", "created_by",
        "created_at",
    )  # fmt: skip
    list_filter = ("state", "dry_run", "source")
    list_select_related = ("created_by",)
    search_fields = ("file", "=sha256", "=release__code")

    def has_change_permission(self, request: HttpRequest, obj: Intake | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Intake | None = None) -> tuple[Any, ...]:
        about = (("release_code", "published_edition"), ("licence", "redistributable"))
        ways = (("dry_run", "skip_bad", "replace"), ("accept_jumps", "repair", "calculated"))
        if obj is None:
            how = ("saved_mapping", "choose_columns", "columns", *chain(*ways))
            return ("upload", "source", "generic", *how, *about, "retrieved_on")
        file = (("file", "size"), "sha256", ("source", "layout"), "mapping", "constants",
                ("sheet", "header_row"))  # fmt: skip
        return (*file, *ways, *about, "retrieved_on", ("created_by", "created_at"))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Intake | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("created_at",)

    def save_model(self, request: HttpRequest, obj: Intake, form: Any, change: bool) -> None:
        upload, options = form.cleaned_data["upload"], form.cleaned_data["options"]
        if form.cleaned_data["choose_columns"] and requests.is_table(options):
            waits = Intake.State.UPLOADED
            kept = requests.store(upload, upload.name, options, by=request.user, state=waits)
        else:
            kept = requests.take_in(upload, upload.name, options, by=request.user)
        obj.pk, obj.state = kept.pk, kept.state

    def around(self, request: HttpRequest, row: Intake) -> dict[str, Any]:
        return {
            **_surroundings(row),
            "may_take_in": self.has_add_permission(request),
            "withdraw": way(request, row.release or row.land_layer),
        }

    def response_add(
        self, request: HttpRequest, obj: Intake, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the page that follows the file, or to that of its columns."""
        if obj.state == Intake.State.UPLOADED:
            return HttpResponseRedirect(reverse("admin:riskscore_intake_columns", args=[obj.pk]))
        return HttpResponseRedirect(_url(obj))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        ours = [
            path("<path:object_id>/columns/", view(self.columns_of_one),
                 name="riskscore_intake_columns"),
            path("<path:object_id>/columns-again/", view(require_POST(self.columns_again)),
                 name="riskscore_intake_columns_again"),
            path("<path:object_id>/confirm/", view(require_POST(self.confirm_one)),
                 name="riskscore_intake_confirm"),
            path("<path:object_id>/cancel/", view(require_POST(self.cancel_one)),
                 name="riskscore_intake_cancel"),
            path("<path:object_id>/without-bad/", view(require_POST(self.without_bad)),
                 name="riskscore_intake_without_bad"),
            path("<path:object_id>/report/", view(self.report_of_one),
                 name="riskscore_intake_report"),
            path("<path:object_id>/to-mend/", view(self.rows_to_mend),
                 name="riskscore_intake_to_mend"),
        ]  # fmt: skip
        return [*ours, *super().get_urls()]

    def columns_of_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say which column is which, and look at the first rows."""
        return columns_page.page(request, self._theirs(request, object_id))

    def columns_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Name the columns of a previewed file otherwise."""
        fresh = self._begun(
            request, object_id, requests.name_columns_again, "Columns are named again."
        )
        if isinstance(fresh, HttpResponse):
            return fresh
        return HttpResponseRedirect(reverse("admin:riskscore_intake_columns", args=[fresh.pk]))

    def confirm_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Import for good what the preview has shown."""
        accepted = "accept_jumps" in request.POST
        confirm = partial(requests.confirm_intake, accept_jumps=accepted)
        fresh = self._begun(request, object_id, confirm, "Confirmed after a preview.")
        return fresh if isinstance(fresh, HttpResponse) else HttpResponseRedirect(_url(fresh))

    def cancel_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop an import."""
        intake = self._theirs(request, object_id)
        requests.cancel_intake(intake.pk)
        self.log_change(request, intake, "Cancelled.")
        self.message_user(request, "It stops at its next batch; nothing of it is loaded then.")
        return HttpResponseRedirect(_url(intake))

    def without_bad(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Preview the other rows of a file of which some are wrong."""
        words = "Previewed without the rows that are wrong."
        fresh = self._begun(request, object_id, requests.preview_without_bad, words)
        return fresh if isinstance(fresh, HttpResponse) else HttpResponseRedirect(_url(fresh))

    def _begun(
        self, request: HttpRequest, object_id: str, begin: Callable[..., Intake], words: str
    ) -> Intake | HttpResponse:
        """The import that follows from another, on record; or the way back to that, with why."""
        intake = self._theirs(request, object_id)
        try:
            fresh = begin(intake, by=request.user)
        except requests.CannotTakeIn as error:
            self.message_user(request, f"Nothing was started: {error}", messages.ERROR)
            return HttpResponseRedirect(_url(intake))
        self.log_addition(request, fresh, words)
        return fresh

    def report_of_one(self, request: HttpRequest, object_id: str) -> StreamingHttpResponse:
        """Every fault of the file, as CSV."""
        return self._as_csv(request, object_id, requests.rejects, "rejects")

    def rows_to_mend(self, request: HttpRequest, object_id: str) -> StreamingHttpResponse:
        """The rows that are wrong, as a file of their own with the reasons beside them."""
        return self._as_csv(request, object_id, import_report.to_mend, "rows-to-mend")

    def _as_csv(
        self,
        request: HttpRequest,
        object_id: str,
        lines_of: Callable[[Intake], Iterator[tuple[str, ...]]],
        name: str,
    ) -> StreamingHttpResponse:
        intake = self.row(request, object_id)
        if not self.has_view_permission(request, intake):
            raise PermissionDenied
        writer = csv.writer(_Echo())
        lines = (writer.writerow(row) for row in lines_of(intake))
        # Spreadsheets take a file without this mark for another encoding.
        whole = chain(["\ufeff"], lines)
        response = StreamingHttpResponse(whole, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}-{intake.pk}.csv"'
        return response

    def _theirs(self, request: HttpRequest, object_id: str) -> Intake:
        """The import of a page's button, if this person may import files."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.row(request, object_id)

    @admin.display(description="state", ordering="state")
    def state_words(self, row: Intake) -> SafeString:
        return _state(row)


class _Echo:
    """A file for the csv module that hands each line on."""

    def write(self, line: str) -> str:
        return line


def _url(intake: Intake) -> str:
    return reverse("admin:riskscore_intake_change", args=[intake.pk])


def _state(intake: Intake) -> SafeString:
    leaving = intake.cancel_requested_at is not None and intake.state in OPEN
    words = "cancelling" if leaving else intake.get_state_display().lower()
    return format_html('<span class="state {}">{}</span>', intake.state, words)


def _surroundings(intake: Intake) -> dict[str, Any]:
    """What the page of a file shows above its columns."""
    faults = intake.faults.order_by("line", "id")
    kept = intake.dry_run and intake.state in Intake.TERMINAL and intake.parts.exists()
    succeeded = intake.state == Intake.State.SUCCEEDED
    return {
        "intake": intake,
        "state": _state(intake),
        "ended": intake.state in Intake.TERMINAL,
        "steps": _steps(intake),
        "bar": charts.progress(intake.size, intake.bytes_read, 0, 0),
        "percent": 100 * intake.bytes_read / intake.size,
        "faults": faults[:MOST_FAULTS],
        "fault_count": faults.count(),
        "rows_kept": bool(intake.header),
        "sound": max(intake.rows_read - intake.rejected, 0),
        "may_confirm": kept and succeeded,
        "may_name_columns": intake.state == Intake.State.UPLOADED,
        "may_name_again": kept
        and intake.state != Intake.State.CANCELLED
        and hasattr(file_rows.layout_of(intake), "columns"),
        "mapped": _mapped(intake),
        "may_try_without": kept and 0 < intake.rejected < intake.rows_read and not succeeded,
        "may_mend": kept and not succeeded and bool(intake.layer) and not intake.repair,
        "may_cancel": intake.state in OPEN and intake.cancel_requested_at is None,
    }


def _mapped(intake: Intake) -> list[tuple[str, str]]:
    """Our columns that are not read from a column of their own name, and from what."""
    pairs = [
        (ours, f"from {theirs}" if theirs else "not read")
        for ours, theirs in intake.mapping.items()
    ]
    return pairs + [(ours, f"{word} in every row") for ours, word in intake.constants.items()]


def _steps(intake: Intake) -> list[tuple[str, str]]:
    """The way of a file, and which step of it this import is."""
    ended = intake.state in Intake.TERMINAL
    if intake.state == Intake.State.UPLOADED:
        return columns_page.steps("Columns")
    if intake.dry_run:
        return columns_page.steps(
            "Confirm" if intake.state == Intake.State.SUCCEEDED else "Preview"
        )
    return columns_page.steps("Report" if ended else "Confirm")
