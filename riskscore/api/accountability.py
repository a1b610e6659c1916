"""Scores judged by what happened afterwards: the checks that were made, by day of the scores."""

from typing import Any

from rest_framework import serializers

from riskscore.api.filters import places
from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import DayField, KnownField, Several
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.models import ScoreAccountability

FIGURE = "AUC, 0..1: 0.5 tells nothing, 1 everything; null: none can be told."
INTERVAL = "Its 95 % interval, from drawing whole countries."


class JudgedRegionSerializer(serializers.Serializer[Any]):
    """One region."""

    projects = serializers.IntegerField(help_text="Projects with a score.")
    events = serializers.IntegerField(help_text="Those of them with an event.")
    auc = serializers.FloatField(help_text=FIGURE, allow_null=True)


class JudgedScoreSerializer(serializers.Serializer[Any]):
    """How well one score tells projects with an event from others: over all pairs, over pairs
    of one country, and what the mean of the country alone would tell.
    """

    projects = serializers.IntegerField(help_text="Projects with a score.")
    events = serializers.IntegerField(help_text="Those of them that an event of the list is about.")
    countries_with_event = serializers.IntegerField(help_text="Countries in which they lie.")
    not_assessed = serializers.IntegerField(
        help_text="Projects without this score; they are not judged."
    )
    auc = serializers.FloatField(help_text=FIGURE, allow_null=True)
    auc_ci = serializers.ListField(
        child=serializers.FloatField(help_text="An end."), help_text=INTERVAL, allow_null=True
    )
    within_country = serializers.FloatField(help_text=FIGURE, allow_null=True)
    within_country_ci = serializers.ListField(
        child=serializers.FloatField(help_text="An end."), help_text=INTERVAL, allow_null=True
    )
    country_alone = serializers.FloatField(help_text=FIGURE, allow_null=True)
    few_countries = serializers.BooleanField(
        help_text="Too few countries with an event for the intervals to hold."
    )
    by_region = serializers.DictField(
        child=JudgedRegionSerializer(), help_text="By name of the region."
    )


class JoinedEventsSerializer(serializers.Serializer[Any]):
    """How events were joined to projects."""

    events = serializers.IntegerField(
        help_text="Events after the scores, or all of them in hindsight."
    )
    before_scores = serializers.IntegerField(
        help_text="Events left out, being older than the scores."
    )
    by_rule = serializers.DictField(
        child=serializers.IntegerField(help_text="Events."),
        help_text="Events joined by key, name, coordinates or country.",
    )
    unjoined = serializers.IntegerField(help_text="Events about no project that was scored.")
    projects = serializers.IntegerField(help_text="Projects with an event.")
    within_km = serializers.FloatField(help_text="How far a point reaches.")


class ScoreCheckSerializer(RowSerializer):
    """The scores of a day against a list of events from outside. A list has what somebody looked
    for and could report: no event is not no harm.
    """

    id = serializers.IntegerField(help_text="Number of the check.")
    scores_of = serializers.DateField(
        help_text="The scores are those that stood at the end of this day."
    )
    method = serializers.CharField(help_text="Code of the method.", source="lens__method_code")
    importer = serializers.CharField(
        help_text="Whose view; WLD is nobody's.", source="lens__importer_id"
    )
    versions = serializers.CharField(
        help_text="Versions that the scores were made by.", source="methods"
    )
    list = serializers.CharField(
        help_text="Name of the list's file. The list itself is not kept.", source="file"
    )
    sha256 = serializers.CharField(help_text="Hash of the list's file.")
    first_event = serializers.DateField(help_text="Day of the first event that judges.")
    last_event = serializers.DateField(help_text="Day of the last one.")
    hindsight = serializers.BooleanField(
        help_text=(
            "True: the scores are younger than events and may have known of them; then the "
            "figures say how scores and list agree, not what was foreseen."
        )
    )
    joined = JoinedEventsSerializer()
    made_at = serializers.DateTimeField(help_text="When it was made.")


class ScoreCheckInFullSerializer(ScoreCheckSerializer):
    """A check with its figures."""

    results = serializers.DictField(
        child=JudgedScoreSerializer(),
        help_text="By score: composite, geopolitical, concentration, labour, indigenous.",
    )


ORDERS = {
    "-scores_of": Order("scores_of", "id", descending=True),
    "scores_of": Order("scores_of", "id"),
}


class CheckFilters(FilterSet):
    """Filters of checks."""

    importer = Filter(
        Several(KnownField(places), help_text="Only views of these buyers; WLD is nobody's."),
        "lens__importer_id__in",
    )
    scores_of__gte = Filter(
        DayField(help_text="Only scores of this day or later."), "scores_of__gte"
    )
    scores_of__lte = Filter(
        DayField(help_text="Only scores of this day or earlier."), "scores_of__lte"
    )


class CheckViewSet(ListRows, RetrieveRow):
    """Checks of scores against events from outside, the newest scores first."""

    tag = "catalogues"
    shows = ("scoreaccountability",)
    queryset = ScoreAccountability.objects.all()
    serializer_class = ScoreCheckSerializer
    detail_serializer = ScoreCheckInFullSerializer
    filterset_class = CheckFilters
    orders = ORDERS
    about_one = "One check with its figures, by its number."
    lookup_field = "pk"
    lookup_url_kwarg = "number"
    lookup_value_converter = "int"
