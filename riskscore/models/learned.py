"""Models trained on what happened: their versions, cards, states, stored bytes and predictions.

The bytes lie in the database, not in a folder: it is the one place that every worker on every
machine sees, it is backed up with the rest, and a model and its card are committed together.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Artefact(models.Model):
    """A trained model as bytes, named by their SHA-256. Append-only."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.sha256[:12]


class LearnedModel(models.Model):
    """A trained model: its card, the hash of its artefact, and whether it may be used.

    candidate → champion → retired. A champion counts from edition ``champion_from`` up to, but
    not with, ``champion_until``, so that an old score finds the model it was made with.
    """

    class State(models.TextChoices):
        CANDIDATE = "candidate"
        CHAMPION = "champion"
        RETIRED = "retired"

    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    card = models.JSONField()
    artefact_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.CANDIDATE)
    created_at = models.DateTimeField(auto_now_add=True)
    champion_from = models.ForeignKey("Edition", models.PROTECT, null=True, related_name="+")
    champion_until = models.ForeignKey("Edition", models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True, help_text="why it was decided so")

    class Meta:
        ordering = ["kind", "-version"]
        permissions = [("promote_learnedmodel", "Can promote and retire learned models")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="learned_model_version_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="champion"), name="learned_model_one_champion"
            ),
            models.CheckConstraint(
                condition=Q(state="candidate", champion_from__isnull=True)
                | Q(state="champion", champion_from__isnull=False)
                | Q(state="retired"),
                name="learned_model_champion_has_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


class LearnedSwitch(models.Model):
    """Whether learned models count in scores, from an edition on. Append-only; on without any row.

    It stands beside the states of the models and changes none of them: who is champion stays
    champion, and counts again when it is turned on. Since it is a fact of an edition, every score
    of before is computed again as it was.
    """

    edition = models.OneToOneField("Edition", models.PROTECT, primary_key=True, related_name="+")
    on = models.BooleanField(help_text="whether champions count in scores from this edition on")
    reason = models.CharField(max_length=400, blank=True, help_text="why it was turned")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-edition_id"]
        verbose_name_plural = "learned switches"

    def __str__(self) -> str:
        return f"learned models {'on' if self.on else 'off'} from edition {self.edition_id}"


def learned_on(edition: int) -> bool:
    """Whether learned models count in scores made of an edition: the newest decision up to it."""
    decided = LearnedSwitch.objects.filter(edition__lte=edition).order_by("-edition_id").first()
    return decided is None or decided.on


def in_force(edition: int) -> list[LearnedModel]:
    """The champions at an edition, by kind: those whose predictions count in scores made of it.

    None where learned models were turned off. Without their cards, which take longer to read than
    all the rest.
    """
    if not learned_on(edition):
        return []
    decided = LearnedModel.objects.filter(champion_from__lte=edition).order_by("kind")
    return list(decided.exclude(champion_until__lte=edition).defer("card"))


class Prediction(models.Model):
    """What a model says of one place and mineral: probability, interval, and why. Append-only.

    ``contributions`` holds (reason, what it adds to the probability); with ``mean`` they sum to
    ``probability``. Not ``judged`` is what lies outside the population whose outcomes gave the
    model its headline figures: the card says how it did there, if anybody can know.
    """

    model = models.ForeignKey(
        LearnedModel, models.PROTECT, related_name="predictions", db_index=False
    )
    place = models.ForeignKey("Place", models.PROTECT, related_name="+", db_index=False)
    mineral = models.ForeignKey("Mineral", models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField(help_text="the year that is predicted")
    probability = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    mean = models.FloatField(help_text="mean prediction that the contributions start from")
    contributions = models.JSONField()
    judged = models.BooleanField(
        default=True, help_text="whether the pair lies in the population the model was judged on"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["model", "place", "mineral"], name="prediction_once_per_model"
            ),
            models.CheckConstraint(
                condition=Q(probability__range=(0, 1), low__range=(0, 1), high__range=(0, 1)),
                name="prediction_is_a_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.mineral_id} {self.year}: {self.probability:.0%}"
