"""What map layers cost: rescoring with 20,000 points and 450 areas, against none at all."""

import hashlib

import numpy as np
import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from benchmarks.database import bundled, multiply
from benchmarks.rescoring import PROJECTS, rescore
from benchmarks.runner import Measured
from riskscore.curation import land_layers
from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.intake.layers import layer_writer
from riskscore.models import Job, LandLayer, Project
from riskscore.sources.maps import Shape

POINTS, AREAS = 20_000, 450


def million() -> Measured:
    """Rescore the same projects without any layer, then with the bundle's and synthetic ones."""
    seconds = []
    for filled in (False, True):
        with bundled():
            multiply(PROJECTS)
            if filled:
                fill()
            else:
                withdraw()
            Job.objects.all().delete()
            seconds.append(rescore()[0])
    return Measured(
        value=seconds[1] / seconds[0],
        unit=(
            f"× the time without layers: {seconds[1]:.0f} s against {seconds[0]:.0f} s, "
            f"{PROJECTS:,} projects, {POINTS:,} points, {AREAS} areas"
        ),
        against="1.5 × the time without layers",
        ratio=1.5 * seconds[0] / seconds[1],
    )


def withdraw() -> None:
    """Take every layer of the bundle back."""
    for layer in LandLayer.objects.all():
        land_layers.withdraw_layer(layer)


def fill() -> None:
    """Add points and areas around real projects until there are POINTS and AREAS of them."""
    rng = np.random.default_rng(0)
    near = np.array(Project.objects.order_by("id").values_list("longitude", "latitude")[:4000])
    held = {kind: _held(points=kind == "communities") for kind in ("communities", "areas")}
    spots = near[rng.integers(len(near), size=POINTS)] + rng.normal(0, 2, (POINTS, 2))
    spots = np.clip(spots, (-179, -85), (179, 85))
    _write("communities", [shapely.Point(spot) for spot in spots[held["communities"] :]])
    _write("areas", [shapely.Point(spot).buffer(1.0) for spot in spots[: AREAS - held["areas"]]])


def _held(*, points: bool) -> int:
    kinds = LandLayer.POINTS if points else (LandLayer.Kind.AREAS,)
    counts = LandLayer.objects.filter(kind__in=kinds).values_list("lands_count", flat=True)
    return sum(counts)


def _write(kind: str, shapes: list[BaseGeometry]) -> None:
    if not shapes:
        return
    layer = LandLayer(
        kind=kind,
        code=f"synthetic-{kind}",
        name="synthetic",
        steward="nobody",
        source="https://example.org",
        licence="CC0",
        sha256=hashlib.sha256(kind.encode()).hexdigest(),
    )
    with transaction.atomic():
        layer_writer.write(layer, MappedArea(), (Shape("synthetic", shape) for shape in shapes))


BENCHMARKS = {"layers.million": million}
