"""What came out: one current score per project and lens, and its history."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from riskscore.models.ids import this_transaction


class Band(models.IntegerChoices):
    """low < 25 ≤ moderate < 50 ≤ high < 75 ≤ extreme; too little known is its own answer."""

    NOT_ASSESSED = 0, "not assessed"
    LOW = 1, "low"
    MODERATE = 2, "moderate"
    HIGH = 3, "high"
    EXTREME = 4, "extreme"

    @classmethod
    def of(cls, score: float | None, starts: Sequence[float]) -> "Band":
        """The band of a score, given where a method's four bands start; None is not assessed."""
        if score is None:
            return cls.NOT_ASSESSED
        return cls(1 + sum(score >= start for start in starts[1:]))


#: The order of the arrays that hold one value per node.
NODES = ("composite", "geopolitical", "concentration", "labour", "indigenous")


def _per_node() -> Any:
    return ArrayField(
        models.FloatField(null=True), help_text="one value per node, in the order of NODES"
    )


def _numbers(what: str) -> Any:
    return ArrayField(models.IntegerField(), null=True, help_text=what)


class ScoreColumns(models.Model):
    """The columns that a current score and its history share. Scores are 0 (no risk seen) to 100.

    NULL is "not assessed", never zero. ``inputs`` and ``contributions`` hold one float8 per leaf of
    the method, in the method's leaf order; the contributions add up to ``composite``. What an input
    is about (mineral, years, standard error) stands beside it in arrays of the same order; they are
    NULL in rows from before they were kept, as ``node_without_learned`` is.
    """

    composite = models.FloatField(null=True)
    geopolitical = models.FloatField(null=True)
    concentration = models.FloatField(null=True)
    labour = models.FloatField(null=True)
    indigenous = models.FloatField(null=True)
    band = models.SmallIntegerField(choices=Band)
    coverage = models.FloatField(help_text="share of the weight that is known, 0..1")
    interval_low = models.FloatField(null=True, help_text="5 % quantile of the composite")
    interval_high = models.FloatField(null=True, help_text="95 % quantile of the composite")
    node_low = _per_node()
    node_high = _per_node()
    node_coverage = _per_node()
    context = _per_node()
    residual = _per_node()
    inputs = ArrayField(models.FloatField(null=True))
    contributions = ArrayField(models.FloatField(null=True))
    place = models.ForeignKey(
        "riskscore.Place",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    input_minerals = _numbers("number of the mineral that each input is about; 0 for none")
    input_years = _numbers("year of the newest fact behind each input; 0 for none")
    input_first_years = _numbers("year of the oldest fact behind each input; 0 for none")
    input_errors = ArrayField(models.FloatField(null=True), null=True)
    node_minerals = _numbers("number of the mineral that decided a node of NODES; 0 for none")
    mineral_scores = ArrayField(
        models.FloatField(null=True),
        null=True,
        help_text="for each mineral of the project: its number, then its value per node of NODES",
    )
    node_without_learned = ArrayField(
        models.FloatField(null=True),
        null=True,
        help_text="the scores if there were no learned model, in the order of NODES; empty where"
        " none counts",
    )
    input_version = models.BigIntegerField()
    edition = models.BigIntegerField()
    as_of = models.DateField()
    digest = models.BinaryField(max_length=16)
    computed_at = models.DateTimeField()

    class Meta:
        abstract = True


class Score(ScoreColumns):
    """The current score of a project through a lens. Only ``scoring.rescore`` writes it."""

    project = models.ForeignKey("Project", models.CASCADE, related_name="scores", db_index=False)
    lens = models.ForeignKey(
        "Lens", models.PROTECT, verbose_name="buyer's view", related_name="+", db_index=False
    )
    method = models.ForeignKey("Method", models.PROTECT, related_name="+", db_index=False)
    model = models.ForeignKey(
        "LearnedModel", models.PROTECT, null=True, related_name="+", db_index=False
    )
    job = models.ForeignKey(
        "Job", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "lens"], name="score_one_current"),
            models.CheckConstraint(
                condition=Q(composite__isnull=True) | Q(composite__range=(-1e-9, 100 + 1e-9)),
                name="score_composite_in_range",
            ),
        ]
        indexes = [
            models.Index(
                "lens", F("composite").desc(nulls_last=True), "project", name="score_ranking"
            ),
            # Lists are sorted by any dimension, either way, without reading all scores.
            *(
                models.Index(
                    "lens",
                    F(node).desc(nulls_last=True),
                    "project",
                    condition=Q(**{f"{node}__isnull": False}),
                    name=f"score_by_{node}",
                )
                for node in NODES[1:]
            ),
            # Maps, and lists that are chosen by band or sorted by what is known, read this index
            # alone: a row of scores is twenty times as wide.
            models.Index(
                fields=["lens", "project"],
                include=[*NODES, "coverage", "band", "id"],
                name="score_in_brief",
            ),
            # Whether any score of a buyer's view is from before this was kept.
            models.Index(
                fields=["lens"],
                condition=Q(node_without_learned__isnull=True),
                name="score_from_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} through {self.lens_id}"


class JobScore(ScoreColumns):
    """What a job for another day, seed or number of draws made of a project: a result of its own.

    Buyer's view and method are the job's. Only ``scoring.rescore`` writes it, and takes it away
    again some time after the job has ended.
    """

    #: For how long it is kept after the job's end, and of how many such jobs of one person.
    KEPT, OF_ONE_PERSON = "90 days", 20

    job = models.ForeignKey("Job", models.CASCADE, related_name="scores", db_index=False)
    project = models.ForeignKey("Project", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "score for another day"
        verbose_name_plural = "scores for another day"
        constraints = [
            models.UniqueConstraint(fields=["job", "project"], name="job_score_once"),
            models.CheckConstraint(
                condition=Q(composite__isnull=True) | Q(composite__range=(-1e-9, 100 + 1e-9)),
                name="job_score_composite_in_range",
            ),
        ]
        indexes = [
            models.Index(
                "job", F("composite").desc(nulls_last=True), "project", name="job_score_ranking"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} as of {self.as_of}"


class ScoreHistory(ScoreColumns):
    """Every score that differed from the one before it. Partitioned by month of ``computed_at``.

    In the database the key is (id, computed_at), as a partitioned table demands
    (riskscore/sql/history_partition.sql makes a month's partition); rows are only
    ever inserted, by ``riskscore.scoring.rescore``, in the statement that writes the current score.
    """

    project = models.ForeignKey(
        "Project", models.DO_NOTHING, related_name="history", db_constraint=False, db_index=False
    )
    lens = models.ForeignKey(
        "Lens",
        models.DO_NOTHING,
        verbose_name="buyer's view",
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    method = models.ForeignKey(
        "Method", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    model = models.ForeignKey(
        "LearnedModel",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    job = models.ForeignKey(
        "Job", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    changed_in = this_transaction("that wrote it")

    class Meta:
        verbose_name_plural = "score history"
        indexes = [
            models.Index(
                fields=["project", "lens", "-computed_at"], name="score_history_by_project"
            ),
            models.Index(fields=["lens", "changed_in", "id"], name="history_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} at {self.computed_at}"


class ScoreAccountability(models.Model):
    """One check of the scores of a day against a list of events from outside. Append-only.

    ``hindsight``: the scores are younger than events that they are judged by, and may have known
    of them. Only the figures are kept, never the list.
    """

    lens = models.ForeignKey(
        "Lens", models.PROTECT, verbose_name="buyer's view", related_name="+", db_index=False
    )
    methods = models.CharField(max_length=200, help_text="versions that the scores were made by")
    scores_of = models.DateField(help_text="the scores as they stood at the end of this day")
    file = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    first_event = models.DateField()
    last_event = models.DateField()
    hindsight = models.BooleanField()
    joined = models.JSONField(help_text="how many events were joined, by which rule")
    results = models.JSONField(help_text="by dimension: AUC overall, within country, by region")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "score accountability"
        verbose_name_plural = "score accountability"
        ordering = ["-scores_of", "-id"]
        indexes = [models.Index(fields=["-scores_of", "-id"], name="accountability_by_day")]

    def __str__(self) -> str:
        return f"scores of {self.scores_of} against {self.file}"


# --- What the map reads where there are many projects: counts by cell, kept by the workers --------
class MapGrid(models.Model):
    """When the cells of a lens were counted, and by what they are known to be out of date."""

    lens = models.OneToOneField("Lens", models.CASCADE, primary_key=True, related_name="+")
    counted_at = models.DateTimeField()
    took_s = models.FloatField()
    seen = models.BigIntegerField(
        help_text="changes of the tables that the database had counted before"
    )

    def __str__(self) -> str:
        return f"map of {self.lens_id}"


class MapCell(models.Model):
    """Projects that are alike in all that a map is filtered by, within one cell of the grid.

    ``mineral`` is empty in the rows that count each project once, whatever it yields. ``node`` is
    empty in the rows that count projects of every band; others count those of a ``band`` of it. The
    arrays have one entry per node of NODES; ``bands`` has five, by band, for each of them.
    """

    grid = models.ForeignKey(MapGrid, models.CASCADE, related_name="cells", db_index=False)
    mineral = models.CharField(max_length=40)
    node = models.CharField(max_length=20, default="", db_default="", blank=True)
    band = models.SmallIntegerField(choices=Band, null=True)
    place = models.CharField(max_length=3)
    kind = models.CharField(max_length=8)
    status = models.CharField(max_length=12)
    unranked = models.BooleanField()
    x = models.IntegerField(help_text="cells east of 180° W")
    y = models.IntegerField(help_text="cells north of the south pole")
    number = models.IntegerField()
    first = models.BigIntegerField(help_text="the first project of them")
    latitudes = models.FloatField(help_text="their sum")
    longitudes = models.FloatField(help_text="their sum")
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    known = ArrayField(models.IntegerField())
    sums = ArrayField(models.FloatField(null=True))
    worst = ArrayField(models.FloatField(null=True))
    bands = ArrayField(models.IntegerField())

    class Meta:
        indexes = [
            models.Index(
                fields=["grid", "node", "band", "mineral", "y", "x"], name="map_cell_by_what"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} in {self.x}, {self.y}"


class MatrixCell(models.Model):
    """The ranked projects of one place that yield one mineral, counted with the map.

    ``mineral`` is empty in the rows that count each project once, whatever it yields. The arrays
    are those of :class:`MapCell`; ``medians`` as they are.
    """

    grid = models.ForeignKey(MapGrid, models.CASCADE, related_name="matrix", db_index=False)
    mineral = models.CharField(max_length=40)
    place = models.CharField(max_length=3)
    number = models.IntegerField()
    known = ArrayField(models.IntegerField())
    sums = ArrayField(models.FloatField(null=True))
    medians = ArrayField(models.FloatField(null=True))
    worst = ArrayField(models.FloatField(null=True))
    bands = ArrayField(models.IntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grid", "mineral", "place"], name="matrix_cell_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} in {self.place} with {self.mineral or 'anything'}"
