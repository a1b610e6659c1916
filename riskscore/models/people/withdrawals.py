"""What was taken back after it had been loaded: by whom, why, and since which edition."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Withdrawal(models.Model):
    """That a release, or a version of a map, does not count from an edition on. Append-only.

    As of earlier editions it still stands (``releases.effective``), so that every score of before
    can be made again. Who wants it back loads the file again, as a release of its own.
    """

    release = models.OneToOneField(
        "Release", models.PROTECT, null=True, blank=True, related_name="withdrawal"
    )
    layer = models.OneToOneField(
        "LandLayer", models.PROTECT, null=True, blank=True, related_name="withdrawal"
    )
    reason = models.CharField(max_length=300)
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="withdrawals")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(release__isnull=False, layer__isnull=True)
                | Q(release__isnull=True, layer__isnull=False),
                name="withdrawal_of_a_release_or_a_layer",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.what} withdrawn: {self.reason}"

    @property
    def what(self) -> str:
        """What was withdrawn, in words."""
        if self.release is not None:
            return f"release {self.release.code}"
        return f"layer {self.layer.code if self.layer else ''}"
