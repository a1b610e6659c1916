"""Imports: the file, how far it is read, what is wrong with it, what it changed."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from riskscore.models.ids import uuid7


class Intake(models.Model):
    """A file to be imported: leased work. The row is the truth; messages only save waiting.

    queued → running → loaded → succeeded, or failed, or cancelled. ``uploaded``: before all that, a
    person still says which columns of the file are which. ``loaded``: its rows stand in
    the tables, and the scores that they make stale are about to be made again. A dry run goes from
    running to succeeded; what failed for a reason that is not the file's goes from running back to
    queued. Terminal states never change again (a trigger holds that).
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        QUEUED = "queued"
        RUNNING = "running"
        LOADED = "loaded"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    TERMINAL = (State.SUCCEEDED, State.FAILED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=40, help_text="whose figures these are")
    layout = models.CharField(
        max_length=40, help_text="how the file is written: a source's own way, or a generic table"
    )
    file = models.CharField(max_length=200, help_text="its name")
    size = models.BigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict, blank=True, help_text="our column → the file's")
    layer = models.JSONField(
        default=dict, blank=True, db_default={}, help_text="what a file of a map is: its layer"
    )
    dry_run = models.BooleanField(default=False, help_text="only say what would change")
    skip_bad = models.BooleanField(default=False, help_text="leave bad rows out, and list them")
    replace = models.BooleanField(
        default=False, help_text="allow a release that lacks much of what the last one stated"
    )
    accept_jumps = models.BooleanField(
        default=False, db_default=False, help_text="values far from those that stand are right"
    )
    jumps = models.BigIntegerField(
        default=0, db_default=0, help_text="values far from those that stand"
    )
    repair = models.BooleanField(
        default=False, db_default=False, help_text="mend shapes of a map that can be mended"
    )
    sheet = models.CharField(
        max_length=80, blank=True, default="", db_default="", help_text="of a workbook"
    )
    header_row = models.PositiveIntegerField(
        default=0, db_default=0, help_text="row of the column names; 0: the first that is not empty"
    )
    constants = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="our column → what every row says"
    )
    calculated = models.BooleanField(
        default=False, db_default=False, help_text="take what formulas gave when last calculated"
    )
    hidden = models.BooleanField(
        default=False, db_default=False, help_text="read hidden rows of a workbook too"
    )
    release_code = models.CharField(max_length=60, blank=True)
    published_edition = models.CharField(max_length=120, blank=True)
    licence = models.CharField(max_length=160, blank=True)
    redistributable = models.BooleanField(null=True, blank=True)
    retrieved_on = models.DateField(null=True, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)

    bytes_read = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0, help_text="rows that are wrong")
    left_out = models.BigIntegerField(default=0, help_text="rows that are not used")
    left_out_by_reason = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="how many, and the first examples"
    )
    remarks = models.JSONField(
        default=list, db_default=[], blank=True, help_text="what to know of the file"
    )
    read_as = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="sheet and row of the column names, where they were looked for",
    )
    added = models.BigIntegerField(null=True)
    changed = models.BigIntegerField(null=True)
    unchanged = models.BigIntegerField(null=True)
    gone = models.BigIntegerField(null=True, help_text="no longer stated by the new release")
    preview = models.JSONField(default=list, help_text="some of the changes, as texts")
    header = ArrayField(
        models.TextField(),
        default=list,
        db_default=[],
        blank=True,
        help_text="columns of the file, where rows of it are kept with their faults",
    )
    transaction = models.BigIntegerField(
        null=True, editable=False, help_text="number of the transaction that loaded it"
    )
    release = models.ForeignKey("Release", models.PROTECT, null=True, related_name="intakes")
    land_layer = models.ForeignKey(
        "LandLayer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="intakes",
        verbose_name="layer",
    )

    class Meta:
        verbose_name = "import"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="intake_sha256_is_hex"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["queued", "running", "loaded"]),
                name="intake_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file} from {self.source}"


class IntakePart(models.Model):
    """A piece of the file, so that any worker on any machine can read it."""

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="parts", db_index=False)
    seq = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "seq"], name="intake_part_once")]

    def __str__(self) -> str:
        return f"{self.intake_id}/{self.seq}"


class IntakeFault(models.Model):
    """What is wrong with one row of the file, and what to do about it."""

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="faults")
    line = models.BigIntegerField(null=True, help_text="row of the file; the header is 1")
    column = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300)
    cells = ArrayField(
        models.TextField(), null=True, help_text="the row as it stands in the file, once a line"
    )

    class Meta:
        ordering = ["intake", "line", "id"]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
