"""What a score looks like: the same numbers for a current score and for a past one."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from riskscore.api.framework.row_serializers import Made, Row, RowSerializer
from riskscore.api.projects import mineral_codes
from riskscore.models import Project
from riskscore.models.scores import NODES, Band
from riskscore.scoring.learned_contribution import NEEDED, without_learned_each
from riskscore.scoring.stored_score import not_nan
from riskscore.sql.json_in_sql import Names, Written, braces, digits, members, moment, number, one

BANDS = {band.value: str(band.label) for band in Band}
SCORE = "0 (no risk seen) to 100 (worst); null where too little is known to assess it"
KNOWN = "Share of the weight of what always counts that is known, 0 to 1."
BESIDE = {"context": "context", "low": "node_low", "high": "node_high", "coverage": "node_coverage"}


def beside(row: Row, at: int) -> dict[str, float | None]:
    """What stands beside a node's score: value of what is known, bounds, coverage."""
    return {name: not_nan(row[column][at]) for name, column in BESIDE.items()}


def not_assessed(row: Row) -> dict[str, dict[str, float | None]]:
    """For each node without a score: what is known of it, and between what bounds it must lie."""
    return {node: beside(row, at) for at, node in enumerate(NODES) if row[node] is None}


def by_node(column: str) -> Callable[[Row], dict[str, float | None]]:
    """Makes an object by node from an array in the order of NODES."""
    return lambda row: {node: not_nan(row[column][at]) for at, node in enumerate(NODES)}


def _beside_cells(row: Row) -> Row:
    """For CSV, where every row has every column, whether the node is assessed or not."""
    return {
        f"{node}_{name}": value
        for at, node in enumerate(NODES)
        for name, value in beside(row, at).items()
    }


def _residual_cells(row: Row) -> Row:
    return {f"{node}_residual": value for node, value in by_node("residual")(row).items()}


def _band_in_sql(names: Names) -> Written:
    cases = " ".join(f"""WHEN {value} THEN '"{label}"'""" for value, label in BANDS.items())
    return one(f"CASE {names['band']} {cases} END")


def _not_assessed_in_sql(names: Names) -> Written:
    parts = []
    for at, node in enumerate(NODES, start=1):
        told = {name: number(f"{names[column]}[{at}]") for name, column in BESIDE.items()}
        member = members({node: braces(members(told))}).sql
        parts.append(f"CASE WHEN {names[node]} IS NULL THEN {member} END")
    return braces(one(f"concat_ws(',', {', '.join(parts)})"))


def _by_node_in_sql(values: str) -> Written:
    cells = enumerate(NODES, start=1)
    return braces(members({node: number(f"{values}[{at}]") for at, node in cells}))


def _without_learned_in_sql(names: Names) -> Written:
    values = names["node_without_learned"]
    return one(f"CASE WHEN {values} <> '{{}}' THEN {_by_node_in_sql(values).sql} END")


class BesideSerializer(serializers.Serializer[Any]):
    """What stands beside a node that is not assessed."""

    context = serializers.FloatField(allow_null=True, help_text="The value of what is known.")
    low = serializers.FloatField(
        allow_null=True, help_text="The score if all that is unknown were best."
    )
    high = serializers.FloatField(
        allow_null=True, help_text="The score if all that is unknown were worst."
    )
    coverage = serializers.FloatField(allow_null=True, help_text=KNOWN)


class NotAssessedSerializer(serializers.Serializer[Any]):
    """Only the nodes that are not assessed: their context and best–worst bounds, beside a score
    and never in its place.
    """

    composite = BesideSerializer(required=False)
    geopolitical = BesideSerializer(required=False)
    concentration = BesideSerializer(required=False)
    labour = BesideSerializer(required=False)
    indigenous = BesideSerializer(required=False)


class NodesSerializer(serializers.Serializer[Any]):
    """A number from 0 to 100 for each node."""

    composite = serializers.FloatField(allow_null=True, required=False)
    geopolitical = serializers.FloatField(allow_null=True, required=False)
    concentration = serializers.FloatField(allow_null=True, required=False)
    labour = serializers.FloatField(allow_null=True, required=False)
    indigenous = serializers.FloatField(allow_null=True, required=False)


WITHOUT_LEARNED = (
    "The same scores if there were no learned model: computed by the same method from the same"
    " inputs. Null where no learned model counts."
)


class NumbersFields(RowSerializer):
    """The numbers of a score."""

    composite = serializers.FloatField(
        allow_null=True, help_text=f"All dimensions joined: {SCORE}."
    )
    band = Made(
        serializers.ChoiceField(
            [*BANDS.values()], help_text="low < 25 ≤ moderate < 50 ≤ high < 75 ≤ extreme."
        ),
        "band",
        make=lambda row: BANDS[row["band"]],
        sql=_band_in_sql,
    )
    geopolitical = serializers.FloatField(allow_null=True, help_text=f"geopolitical: {SCORE}.")
    concentration = serializers.FloatField(allow_null=True, help_text=f"concentration: {SCORE}.")
    labour = serializers.FloatField(allow_null=True, help_text=f"labour: {SCORE}.")
    indigenous = serializers.FloatField(allow_null=True, help_text=f"indigenous: {SCORE}.")
    coverage = serializers.FloatField(help_text=KNOWN)
    interval_low = serializers.FloatField(
        allow_null=True, help_text="5 % quantile; null until computed."
    )
    interval_high = serializers.FloatField(
        allow_null=True, help_text="95 % quantile; null until computed."
    )
    not_assessed = Made(
        NotAssessedSerializer(),
        *NODES,
        *BESIDE.values(),
        make=not_assessed,
        cell_names=tuple(f"{node}_{name}" for node in NODES for name in BESIDE),
        cells=_beside_cells,
        sql=_not_assessed_in_sql,
    )
    residual = Made(
        NodesSerializer(
            help_text="Scores after controls on record (certification, consent, grievance"
            " mechanism). The other numbers are inherent: controls never touch them."
        ),
        "residual",
        make=by_node("residual"),
        cell_names=tuple(f"{node}_residual" for node in NODES),
        cells=_residual_cells,
        sql=lambda names: _by_node_in_sql(names["residual"]),
    )


def add_without_learned(rows: list[Row]) -> None:
    """Say by node what each score would be without learned models, all rows at once."""
    for row, scores in zip(rows, without_learned_each(rows), strict=True):
        row["without_learned"] = scores


class MethodFields(RowSerializer):
    """What a score was made by."""

    method = serializers.CharField(help_text="Code of the method.", source="method__code")
    method_version = serializers.IntegerField(
        help_text="Version of the method.", source="method__version"
    )


class MadeOfFields(RowSerializer):
    """What a score was made of."""

    as_of = serializers.DateField(help_text="The day that the facts describe.")
    edition = serializers.IntegerField(
        help_text="What had been recorded by then: a step of our knowledge."
    )
    input_version = serializers.IntegerField(
        help_text="The version of the project that was scored."
    )
    computed_at = serializers.DateTimeField(help_text="When it was computed.")
    job = serializers.UUIDField(help_text="Id of the job that computed it.", source="job_id")


class VersionsFields(MethodFields, MadeOfFields):
    """What a score was made by and of."""


class ScoredProjectFields(RowSerializer):
    """The project that a score is of."""

    key = serializers.CharField(
        help_text="Public key of the project, stable for ever.", source="project__key"
    )
    name = serializers.CharField(help_text="Name of the project.", source="project__name")
    place = serializers.CharField(
        help_text="Country, ISO 3166 alpha-3.", source="project__place_id"
    )
    place_name = serializers.CharField(
        help_text="Name of the country.", source="project__place__name"
    )
    kind = serializers.ChoiceField(
        Project.Kind.values, help_text="Kind of site.", source="project__kind"
    )
    minerals = Made(
        serializers.ListField(
            child=serializers.CharField(help_text="Code."),
            help_text="Codes of its minerals, the primary first.",
        ),
        "project_id",
        make=lambda row: [code for code, *_ in row["minerals"]],
        sql=lambda names: one(mineral_codes(names["project_id"])),
    )
    flags = serializers.ListField(
        child=serializers.ChoiceField(Project.Flag.values, help_text="A flag."),
        help_text="What to know about it.",
        source="project__flags",
    )


class RankFields(RowSerializer):
    """Where a score stands among others; the listing says it."""

    rank = Made(
        serializers.IntegerField(
            allow_null=True,
            help_text="1 is the riskiest, by the number that the listing is sorted by (else the"
            " composite), among all ranked projects of this buyer's view whatever the filters."
            " Equal scores share a rank. Null for what is not assessed or not ranked.",
        ),
        *NODES,
        "project__flags",
        sql=lambda names: digits(names["rank"]),
    )


class WithoutLearnedFields(RowSerializer):
    """What a score would be without learned models; the listing adds it to each row."""

    without_learned = Made(
        NodesSerializer(allow_null=True, help_text=WITHOUT_LEARNED),
        *NEEDED,
        make=lambda row: row["without_learned"] or None,
        cell_names=tuple(f"{node}_without_learned" for node in NODES),
        cells=lambda row: {
            f"{node}_without_learned": row["without_learned"].get(node) for node in NODES
        },
        sql=_without_learned_in_sql,
    )


class ViewFields(RowSerializer):
    """How many scores of the buyer's view are the same, and whose view it is."""

    shared_with = Made(
        serializers.IntegerField(
            allow_null=True,
            help_text="How many other ranked projects have exactly this score: most inputs describe"
            " the country and the mineral, so projects that agree in both share one.",
        ),
        *NODES,
        "project__flags",
        sql=lambda names: digits(names["shared_with"]),
    )
    ranked_at = Made(
        serializers.DateTimeField(
            allow_null=True,
            help_text="As of when rank and shared_with are exact: nothing that is ranked has"
            " changed since, but while a job scores many projects, which are ranked anew as it"
            " ends. Null where rank and shared_with are.",
        ),
        *NODES,
        "project__flags",
        sql=lambda names: moment(names["ranked_at"]),
    )
    importer = serializers.CharField(
        help_text="The buyer's place; WLD is nobody.", source="lens__importer_id"
    )


class ScoreSerializer(
    RankFields, ScoredProjectFields, NumbersFields, WithoutLearnedFields, ViewFields, VersionsFields
):
    """The current score of a project through a buyer's view, here called lens: method ×
    importer.
    """

    stale = Made(
        serializers.BooleanField(help_text="The project has changed since this was computed."),
        "project__input_version",
        "input_version",
        make=lambda row: row["project__input_version"] > row["input_version"],
        sql=lambda names: digits(f"{names['project__input_version']} > {names['input_version']}"),
    )


ON_READ, BY_JOB = "on_read", "by_job"


class ScoreInFullSerializer(ScoreSerializer):
    """The current score of a project."""

    computed_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was stored; null: it is not."
    )
    job = serializers.UUIDField(
        allow_null=True, help_text="Id of the job that computed it; null: none.", source="job_id"
    )
    computed = Made(
        serializers.ChoiceField(
            (BY_JOB, ON_READ),
            help_text="by_job: stored. on_read: computed when asked, since nothing was scored from"
            " this buyer's side; the same numbers as a job would store.",
        ),
        make=lambda row: row.get("computed", BY_JOB),
    )
    note = Made(
        serializers.CharField(help_text="What to know about it; empty: nothing."),
        make=lambda row: row.get("note", ""),
    )


class PastScoreSerializer(NumbersFields, WithoutLearnedFields, VersionsFields):
    """A score as it was."""
