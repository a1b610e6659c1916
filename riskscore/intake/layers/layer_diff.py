"""What a file would change of its layer: features that are new, other than before, or gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import shapely

from riskscore.intake.import_diff import ImportDiff
from riskscore.intake.observations import refuse_shrinking
from riskscore.models import Intake, Land, LandLayer
from riskscore.sources.maps import LayerAbout, Shape

#: What a person states about a layer that makes another version of it.
STATED = ("name", "steward", "source", "attribution", "licence", "published_edition",
          "redistributable")  # fmt: skip


def in_force(code: str) -> LandLayer | None:
    """The newest version of a layer, unless it is withdrawn."""
    newest = LandLayer.objects.filter(code=code).order_by("-edition_id").first()
    return newest if newest and newest.sha256 else None


def compare(
    intake: Intake, about: LayerAbout, stated: Mapping[str, object], shapes: Iterable[Shape]
) -> ImportDiff:
    """Compare a file's features, by code or else by name, with the version in force."""
    diff, before = ImportDiff(), in_force(about.code)
    known: defaultdict[str, list[tuple[str, str, bytes]]] = defaultdict(list)
    if before is not None:
        for row in Land.objects.filter(layer=before).order_by("number"):
            known[row.code or row.name].append((row.name, row.people, bytes(row.outline)))
    for shape in shapes:
        _count(diff, known[shape.code or shape.name], shape)
    diff.gone = sum(map(len, known.values()))
    if before is not None:
        refuse_shrinking(intake, diff.gone, before.lands_count)
        for words in _other_words(before, about, stated):
            diff.count("changed", words)
    return diff


def _count(diff: ImportDiff, same: list[tuple[str, str, bytes]], shape: Shape) -> None:
    now = (shape.name, shape.people, shapely.to_wkb(shape.geometry))
    people = f" ({shape.people})" if shape.people else ""
    if now in same:
        same.remove(now)
        diff.count("unchanged", "")
    elif same:
        same.pop(0)
        diff.count("changed", f"{shape.name}{people}")
    else:
        diff.count("added", f"{shape.name}{people}")


def _other_words(
    before: LandLayer, about: LayerAbout, stated: Mapping[str, object]
) -> Iterable[str]:
    for name in STATED:
        if getattr(before, name) != stated[name]:
            yield f"{name}: {getattr(before, name)} → {stated[name]}"
    area = about.mapped_area
    outline = None if area.polygon is None else shapely.to_wkb(area.polygon)
    held = None if before.mapped is None else bytes(before.mapped)
    if held != outline or before.places != sorted(area.places):
        yield "the mapped area"
