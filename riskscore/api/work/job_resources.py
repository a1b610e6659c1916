"""What a job looks like, and what a request for one must look like."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from riskscore.api import filters, lenses
from riskscore.api.framework.body_serializers import (
    Body,
    CharField,
    ChoiceField,
    DateField,
    IntegerField,
    ListField,
    RegexField,
    TrueField,
)
from riskscore.api.framework.row_serializers import Made, Row, RowSerializer
from riskscore.jobs.scope import BANDS
from riskscore.models import Job, Project

MODEL = "Kind and version, such as `disruption v2`."
MANY: dict[str, Any] = {"min_length": 1, "max_length": 10_000}


def _codes(about: str = "One or more codes.", each: str = "A code.") -> ListField:
    child = CharField(max_length=60, help_text=each)
    return ListField(child=child, required=False, help_text=about, **MANY)


class ScopeFilterSerializer(Body):
    """Projects that match all of these."""

    place = _codes()
    mineral = _codes()
    kind = _codes(", ".join(Project.Kind.values), "A kind.")
    band = ListField(
        child=ChoiceField(BANDS, help_text="A band."),
        required=False,
        help_text="Bands of the composite, as now scored.",
        **MANY,
    )
    list = _codes("Names of curators' lists of projects.")
    stale_since = CharField(
        max_length=40,
        required=False,
        help_text="`now`, or a day or moment: only what has been stale since then, because its"
        " inputs changed after its score was made, or because it has none.",
    )
    rules = {"minProperties": 1}

    def validate(self, attrs: Any) -> Any:
        """Something to choose by."""
        if not attrs:
            raise ValidationError(f"give at least 1 of {', '.join(self.fields)}")
        return attrs


class ScopeSerializer(Body):
    """Which projects: exactly one of `all`, `keys` and `filter`."""

    all = TrueField(required=False, help_text="Every published project with a mineral.")
    keys = _codes("Public keys of projects.", "Key of a project.")
    filter = ScopeFilterSerializer(required=False)
    rules = {"minProperties": 1, "maxProperties": 1}

    def validate(self, attrs: Any) -> Any:
        """One of them."""
        if len(attrs) != 1:
            most = "most" if attrs else "least"
            raise ValidationError(f"give at {most} 1 of {', '.join(self.fields)}")
        return attrs


LONG_AGO, AHEAD = timedelta(days=3660), timedelta(days=1)  # of as_of; somewhere it is tomorrow


@extend_schema_serializer(
    examples=[
        OpenApiExample("One project", {"scope": {"keys": ["icmm-00026"]}}),
        OpenApiExample("All, from Japan's side", {"scope": {"all": True}, "importer": "JPN"}),
        OpenApiExample(
            "Stale lithium", {"scope": {"filter": {"mineral": ["lithium"], "stale_since": "now"}}}
        ),
    ]
)
class JobRequestSerializer(Body):
    """A request for rescoring."""

    scope = ScopeSerializer()
    importer = RegexField("^[A-Z]{3}$", default="WLD", help_text="Place code of the buyer, or WLD.")
    method = CharField(
        max_length=60,
        default=settings.DEFAULT_METHOD,
        help_text="Code of a method; its newest published version is pinned.",
    )
    as_of = DateField(
        required=False,
        help_text="The day that the facts shall describe; today (UTC) by default. For any other"
        " day, or a seed, the job makes scores of its own (`links.scores`); current ones stay.",
    )
    seed = IntegerField(
        min_value=0, max_value=2**63 - 1, default=0, help_text="Seed of the random draws."
    )
    reason = CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="Why, for whoever reads the list of jobs.",
    )

    def validate_importer(self, code: str) -> str:
        """A place that is known."""
        if code not in filters.places():
            raise ValidationError(f"no place {code!r}: an ISO alpha-3 code, EUU or WLD")
        return code

    def validate_method(self, code: str) -> str:
        """A method that is published."""
        if code != settings.DEFAULT_METHOD and code not in lenses.methods():
            raise ValidationError(f"no published method {code!r}")
        return code

    def validate_as_of(self, day: date) -> date:
        """A day within ten years."""
        today = timezone.now().date()
        if not today - LONG_AGO <= day <= today + AHEAD:
            raise ValidationError(f"say a day from {today - LONG_AGO} to {today}")
        return day


class ProgressSerializer(serializers.Serializer[Any]):
    """Counted from the chunks of the job; null until it is planned."""

    total = serializers.IntegerField(help_text="Projects in the job.")
    done = serializers.IntegerField(help_text="Scored.")
    failed = serializers.IntegerField(help_text="Could not be scored; see `errors`.")
    skipped = serializers.IntegerField(help_text="Left out: cancelled, superseded or stopped.")
    percent = serializers.FloatField(help_text="0 to 100; it never goes back.")
    rate = serializers.FloatField(
        allow_null=True, help_text="Projects per second of late; null while nobody can tell."
    )
    eta_seconds = serializers.FloatField(
        allow_null=True, help_text="Seconds to go at this rate; 0 when it has ended."
    )


def links(row: Row) -> dict[str, str]:
    """Where to go from a job."""
    here = f"/api/v1/jobs/{row['id']}"
    words = ("cancel", "pause", "resume", "retry", "errors")
    view = f"importer={row['lens__importer_id']}&method={row['lens__method_code']}"
    scores = f"{here}/scores" if row["apart"] else f"/api/v1/scores?{view}"
    return {"self": here, **{word: f"{here}/{word}" for word in words}, "scores": scores}


APART = (
    "Whether it is for another day than that of its start, or another seed or number "
    "of draws: then its scores are its own, at `links.scores`, and current ones stay."
)


class JobSummarySerializer(RowSerializer):
    """A job in the list; its own page has the progress."""

    id = serializers.UUIDField(help_text="UUID, ordered by time.")
    kind = Made(serializers.CharField(help_text="What is done."), "id", make=lambda _: "rescore")
    state = serializers.ChoiceField(
        Job.State.values, help_text="The last four are final and never change again."
    )
    queue = serializers.ChoiceField(
        Job.Queue.values, help_text="A few projects go first: interactive."
    )
    method = serializers.CharField(help_text="Code of the method.", source="method__code")
    method_version = serializers.IntegerField(
        help_text="The version pinned.", source="method__version"
    )
    importer = serializers.CharField(help_text="The buyer's place.", source="lens__importer_id")
    as_of = serializers.DateField(help_text="The day that the facts describe.")
    edition = serializers.IntegerField(
        help_text="What had been recorded when it was started.", source="edition_id"
    )
    models = Made(
        serializers.ListField(
            child=serializers.CharField(help_text=MODEL),
            help_text="Learned models in force at the edition, hence pinned with it.",
        ),
        "edition_id",
    )
    seed = serializers.IntegerField(help_text="Seed of the random draws.")
    draws = serializers.IntegerField(help_text="Draws for the interval; 0 leaves it out.")
    apart = serializers.BooleanField(help_text=APART)
    scope = ScopeSerializer(help_text="Which projects.")
    reason = serializers.CharField(help_text="Why.")
    request_id = serializers.CharField(help_text="Id of the request that started it.")
    created_at = serializers.DateTimeField(help_text="When it was accepted.")
    started_at = serializers.DateTimeField(allow_null=True, help_text="When it was planned.")
    finished_at = serializers.DateTimeField(
        allow_null=True, help_text="When it reached a final state."
    )
    cancel_requested_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when it is on its way out."
    )
    paused_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when nothing more of it is begun."
    )
    superseded_by = serializers.UUIDField(
        allow_null=True,
        help_text="The newer job that made the rest needless.",
        source="superseded_by_id",
    )
    retry_of = serializers.UUIDField(
        allow_null=True,
        help_text="The job whose failures this one tries again.",
        source="retry_of_id",
    )
    error = serializers.CharField(help_text="Why it failed, or was ended, as a whole.")
    links = Made(
        serializers.DictField(help_text="Where to go from here."),
        "id",
        "apart",
        "lens__importer_id",
        "lens__method_code",
        make=links,
    )


class JobSerializer(JobSummarySerializer):
    """A rescoring job with its inputs pinned."""

    progress = Made(ProgressSerializer(allow_null=True), "id")


class JobCheckSerializer(serializers.Serializer[Any]):
    """What a request would start. Nothing has been written."""

    projects = serializers.IntegerField(help_text="How many projects it would be about.")
    queue = serializers.ChoiceField(Job.Queue.values, help_text="Where it would wait.")
    method = serializers.CharField(help_text="Code of the method.")
    method_version = serializers.IntegerField(help_text="The version that would be pinned.")
    models = serializers.ListField(
        child=serializers.CharField(help_text=MODEL),
        help_text="The learned models that would be pinned.",
    )
    importer = serializers.CharField(help_text="The buyer's place.")
    as_of = serializers.DateField(help_text="The day that the facts would describe.")
    edition = serializers.IntegerField(help_text="What has been recorded.")
    seed = serializers.IntegerField(help_text="Seed of the random draws.")
    apart = serializers.BooleanField(help_text=APART)


class ItemErrorSerializer(RowSerializer):
    """A project that a job could not score."""

    key = serializers.CharField(help_text="Key of the project.", source="project__key")
    name = serializers.CharField(help_text="Its name.", source="project__name")
    code = serializers.CharField(help_text="What kind of failure.")
    detail = serializers.CharField(help_text="What happened.")
