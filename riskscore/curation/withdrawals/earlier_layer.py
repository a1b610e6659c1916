"""The version of a map before the one that is withdrawn holds again, as a version of its own."""

from django.db import connection

from riskscore.curation.withdrawals.outcome import CannotWithdraw, Outcome
from riskscore.models import Edition, LandLayer
from riskscore.scoring.project_inputs import kept_communities

_LANDS = """
INSERT INTO riskscore_land (layer_id, number, code, name, people, outline)
SELECT %s, number, code, name, people, outline FROM riskscore_land WHERE layer_id = %s
"""
#: What a version repeats of another one.
COPIED = (
    "kind", "code", "name", "steward", "source", "published_edition", "licence", "attribution",
    "redistributable", "file", "sha256", "crs", "mapped", "places", "lands_count",
)  # fmt: skip
#: What one without a file, which withdraws a layer, repeats.
NAMED = (*COPIED[:5], "licence", "redistributable")


def restore(layer: LandLayer, edition: Edition, outcome: Outcome, *, measure: bool) -> None:
    """Write the version that holds from ``edition`` on: the one before, or none.

    ``measure``: whether kept distances to communities are measured again. Raises CannotWithdraw
    where a newer version holds.
    """
    newest = LandLayer.objects.filter(code=layer.code).latest("edition_id")
    if newest.pk != layer.pk or not layer.sha256:
        raise CannotWithdraw(f"layer {layer.code}: a newer version holds; withdraw that one")
    before = (
        LandLayer.objects.filter(code=layer.code, edition__lt=layer.edition_id)
        .filter(withdrawal__isnull=True)
        .exclude(sha256=layer.sha256)
        .order_by("-edition_id")
        .first()
    )
    copied = before is not None and bool(before.sha256)
    source, names = (before, COPIED) if before is not None and copied else (layer, NAMED)
    again = LandLayer(**{name: getattr(source, name) for name in names}, edition=edition)
    again.save(force_insert=True)
    if before is not None and copied:
        with connection.cursor() as cursor:
            cursor.execute(_LANDS, [again.pk, before.pk])
    outcome.count(layer.lands_count, "lands or places of the map no longer count")
    outcome.count(again.lands_count, "of the version before count again")
    if measure and layer.kind == LandLayer.Kind.COMMUNITIES:
        kept_communities.keep_all() if copied else kept_communities.keep_of(layer)
