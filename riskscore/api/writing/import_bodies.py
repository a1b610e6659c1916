"""What is sent with a file, and what is shown of an import."""

from typing import Any

from rest_framework import serializers

from riskscore.api.framework.body_serializers import Body, BooleanField
from riskscore.api.framework.row_serializers import Made, RowSerializer
from riskscore.api.writing.project_bodies import OPTIONAL
from riskscore.intake.requests import LONGEST
from riskscore.models import Intake


def _text(most: int, about: str) -> Any:
    return serializers.CharField(max_length=most, required=False, allow_blank=True, help_text=about)


def _flag(about: str, *, default: bool = False) -> Any:
    return serializers.BooleanField(default=default, help_text=about)


class UploadBody(serializers.Serializer[Any]):
    """A file and how it is read, as multipart/form-data: every field is a text, `file` the file."""

    is_form = True

    file = serializers.FileField(help_text="As its publisher made it, or a table of ours.")
    source = serializers.CharField(
        max_length=40, help_text="Whose figures these are: projects, evidence, owners, wgi, …"
    )
    layout = _text(40, "`observations` where a source's figures stand in the generic table.")
    mapping = _text(20_000, 'JSON object: our column → the file\'s, {"place": "Country"}.')
    constants = _text(20_000, "JSON object: our column → what every row says.")
    layer = _text(20_000, "JSON object: what a map is (source land-layers).")
    sheet = _text(LONGEST["sheet"], "Sheet of a workbook.")
    header_row = serializers.IntegerField(
        min_value=0,
        max_value=999_999,
        default=0,
        help_text="Row of the column names; 0: the first.",
    )
    calculated = _flag("Take what formulas gave when last calculated.")
    hidden = _flag("Read hidden rows of a workbook too.")
    dry_run = _flag("Only preview; it is imported when it is confirmed.", default=True)
    skip_bad = _flag("Leave bad rows out, and list them.")
    replace = _flag("Allow an older edition, or one that lacks much of the last.")
    accept_jumps = _flag("Values far from those that stand are right.")
    repair = _flag("Mend shapes of a map that can be mended.")
    release_code = _text(LONGEST["release_code"], "Code of the release that it becomes.")
    published_edition = _text(LONGEST["published_edition"], "What its publisher calls it.")
    licence = _text(LONGEST["licence"], "Its licence.")
    redistributable = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Whether it may be passed on."
    )
    retrieved_on = serializers.DateField(required=False, allow_null=True, help_text="The day.")


class ConfirmBody(Body):
    """Answers to what the preview has found."""

    accept_jumps = BooleanField(**OPTIONAL, help_text="Values far from those that stand are right.")
    skip_bad = BooleanField(**OPTIONAL, help_text="Leave the rows out that are wrong.")
    replace = BooleanField(
        **OPTIONAL, help_text="An older edition, or one that lacks much of the last, is to count."
    )
    repair = BooleanField(**OPTIONAL, help_text="Mend shapes of a map that can be mended.")


HERE = "/api/v1/imports"


def _links(row: dict[str, Any]) -> dict[str, str]:
    here = f"{HERE}/{row['id']}"
    links = {"self": here, "faults": f"{here}/faults"}
    if row["state"] not in Intake.TERMINAL:
        links["cancel"] = f"{here}/cancel"
    elif row["dry_run"]:
        links["confirm"] = f"{here}/confirm"
    return links


class ImportSerializer(RowSerializer):
    """A file on its way into the tables: queued, running, loaded, then succeeded or failed."""

    id = serializers.UUIDField(help_text="Its number.")
    file = serializers.CharField(help_text="Name of the file.")
    source = serializers.CharField(help_text="Whose figures these are.")
    layout = serializers.CharField(help_text="How it is written.")
    state = serializers.ChoiceField(Intake.State.values, help_text="How far it is.")
    dry_run = serializers.BooleanField(help_text="Whether it is a preview, to be confirmed.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the file.")
    bytes_read = serializers.IntegerField(help_text="How far it is read.")
    rows_read = serializers.IntegerField(help_text="Rows read.")
    added = serializers.IntegerField(allow_null=True, help_text="New.")
    changed = serializers.IntegerField(allow_null=True, help_text="Different.")
    unchanged = serializers.IntegerField(allow_null=True, help_text="As they are on record.")
    gone = serializers.IntegerField(allow_null=True, help_text="No longer stated.")
    rejected = serializers.IntegerField(help_text="Rows that are wrong: see `faults`.")
    left_out = serializers.IntegerField(help_text="Rows that are not used.")
    left_out_by_reason = serializers.DictField(help_text="How many by reason, with examples.")
    jumps = serializers.IntegerField(help_text="Values far from those that stand.")
    skip_bad = serializers.BooleanField(help_text="Whether bad rows are left out.")
    replace = serializers.BooleanField(help_text="Whether an older or smaller edition may count.")
    accept_jumps = serializers.BooleanField(help_text="Whether far values are right.")
    preview = serializers.ListField(
        child=serializers.CharField(), help_text="Some of the changes, in words."
    )
    remarks = serializers.ListField(child=serializers.CharField(), help_text="What to know of it.")
    error = serializers.CharField(help_text="Why it failed; empty: it did not.")
    release = serializers.CharField(
        allow_null=True, source="release__code", help_text="Code of the release that it became."
    )
    author = serializers.CharField(
        allow_null=True, source="created_by__username", help_text="Who imported it."
    )
    created_at = serializers.DateTimeField(help_text="When it was sent.")
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it ended.")
    links = Made(
        serializers.DictField(child=serializers.CharField(), help_text="Where to go on."),
        "id", "state", "dry_run",
        make=_links,
    )  # fmt: skip


class FaultSerializer(RowSerializer):
    """What is wrong with one row of a file, and what to do about it."""

    line = serializers.IntegerField(allow_null=True, help_text="Row of the file; the header is 1.")
    column = serializers.CharField(help_text="The column.")
    value = serializers.CharField(help_text="What stands there.")
    reason = serializers.CharField(help_text="What is wrong.")
    remedy = serializers.CharField(help_text="What to do.")
