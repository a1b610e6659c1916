"""What is scored: mines, deposits and plants, with minerals and buyers; lists of them."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import MD5, Now

from riskscore.models.ids import this_transaction


class Project(models.Model):
    """A mining project.

    ``key`` is public and stable for ever; triggers raise ``input_version``
    (riskscore/sql/project_version.sql).
    """

    class Kind(models.TextChoices):
        MINE = "mine"
        DEPOSIT = "deposit"
        SMELTER = "smelter"
        REFINERY = "refinery"
        PLANT = "plant"

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    class Flag(models.TextChoices):
        DUPLICATE = "duplicate", "stands for the same site as another project"
        STEEL = "steel", "steel plant: no mineral of its own, not scored"
        NO_KNOWN_OUTPUT = (
            "no_known_output",
            "no output of its primary mineral is known in this place",
        )
        LOW_CONFIDENCE = "low_confidence", "the publisher marks its location as very uncertain"
        PLACE_DISPUTED = "place_disputed", "the publisher's country and the coordinates disagree"

    #: Flags that keep a project out of rankings unless they are asked for.
    UNRANKED = (Flag.DUPLICATE, Flag.STEEL, Flag.NO_KNOWN_OUTPUT)

    #: Flags of what a person has to look at before it is published.
    DOUBTED = (Flag.DUPLICATE, Flag.PLACE_DISPUTED)

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    place = models.ForeignKey("Place", models.PROTECT, related_name="projects")
    place_label = models.CharField(
        max_length=120, blank=True, help_text="the country its publisher names"
    )
    place_rule = models.CharField(
        max_length=12, blank=True, help_text="label, coordinates or nearest"
    )
    latitude = models.FloatField()
    longitude = models.FloatField()
    kind = models.CharField(max_length=8, choices=Kind)
    stage = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PUBLISHED)
    flags = ArrayField(models.CharField(max_length=20, choices=Flag), default=list, blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    confidence = models.CharField(max_length=20, blank=True)
    release = models.ForeignKey(
        "Release", models.PROTECT, null=True, blank=True, related_name="projects"
    )
    source_id = models.CharField(max_length=60, blank=True)
    status = models.CharField(
        max_length=12, default="", db_default="", blank=True, editable=False,
        help_text="the newest of its statuses; a trigger keeps it",
    )  # fmt: skip
    status_since = models.DateField(null=True, editable=False)
    input_version = models.BigIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())
    changed_in = this_transaction("in which it was changed last")
    shown_in = models.BigIntegerField(
        db_default=0,
        editable=False,
        help_text="the transaction that changed its state last; 0: it was made in it",
    )

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z0-9][a-z0-9-]{1,59}$"), name="project_key_is_slug"
            ),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="project_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["place", "state"], name="project_by_place"),
            models.Index(
                fields=["status", "key"], condition=~Q(status=""), name="project_by_status"
            ),
            models.Index(MD5("key"), "id", name="project_in_order_of_samples"),
            # What lists are put in order and chosen by.
            models.Index(fields=["name", "id"], name="project_by_name"),
            models.Index(fields=["kind", "id"], name="project_by_kind"),
            models.Index(fields=["state", "id"], name="project_by_state"),
            # What changed since a client was here last.
            models.Index(fields=["changed_in", "id"], name="project_by_transaction"),
            models.Index(fields=["shown_in", "id"], name="project_by_shown_in"),
            GinIndex(fields=["flags"], name="project_by_flag"),
            # Maps read this index alone: all that they count and choose by.
            models.Index(
                fields=["latitude", "longitude"],
                include=["id", "place", "kind", "status", "flags"],
                condition=Q(state="published"),
                name="project_on_map",
            ),
            # Sites that may be the same: of one name, or near each other.
            models.Index(
                Func(Func("name", function="riskscore_folded"), function="riskscore_site_name"),
                "latitude",
                name="project_by_site_name",
            ),
            models.Index(
                Func("latitude", "longitude", function="riskscore_site_cell"),
                name="project_by_site_cell",
            ),
            # Drafts that wait because something about them is doubted.
            models.Index(
                fields=["id"],
                condition=Q(state="draft", flags__overlap=["duplicate", "place_disputed"]),
                name="project_doubted_draft",
            ),
            # The queue of sites whose sources disagree about the country.
            models.Index(
                fields=["id"],
                condition=Q(state="published", flags__contains=["place_disputed"]),
                name="project_place_disputed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectMineral(models.Model):
    """That a project yields a mineral, and in which role."""

    class Role(models.TextChoices):
        PRIMARY = "primary"
        SECONDARY = "secondary"
        OTHER = "other"

    project = models.ForeignKey(Project, models.CASCADE, related_name="minerals", db_index=False)
    mineral = models.ForeignKey("Mineral", models.PROTECT, related_name="projects")
    role = models.CharField(max_length=9, choices=Role)
    term = models.CharField(max_length=120, blank=True, help_text="the publisher's own word")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "mineral"], name="project_mineral_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(role="primary"), name="project_one_primary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mineral_id} ({self.role})"


class Offtake(models.Model):
    """A share of output bound to a place's buyers, from ``since`` to ``until``, both included.

    What comes with a file names its ``release``; what a person enters has a ``url`` or a ``note``.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="offtakes")
    mineral = models.ForeignKey(
        "Mineral", models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="nothing: all that the project yields",
    )  # fmt: skip
    buyer = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey("Place", models.PROTECT, related_name="+")
    share = models.FloatField(help_text="0..1")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    url = models.URLField(max_length=400, blank=True, help_text="where it can be read")
    note = models.CharField(max_length=400, blank=True, default="", db_default="")
    release = models.ForeignKey(
        "Release", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        db_index=False,
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="offtake_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.share:.0%}"


class ProjectList(models.Model):
    """A named choice of projects that a curator keeps, for instance a portfolio."""

    name = models.SlugField(max_length=60, unique=True)
    projects: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "Project", related_name="lists", blank=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ExternalId(models.Model):
    """That a project is known as ``value`` in ``scheme`` (``gem``, ``usgs-mrds``, ``icmm``)."""

    project = models.ForeignKey("Project", models.CASCADE, related_name="external_ids")
    scheme = models.CharField(max_length=40)
    value = models.CharField(max_length=120)

    class Meta:
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="external_id_once"),
            models.CheckConstraint(
                condition=models.Q(scheme__regex=r"^[a-z0-9][a-z0-9-]{0,39}$"),
                name="external_id_scheme_is_slug",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
