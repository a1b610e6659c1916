"""A map file: read whole, each fault with its place and remedy, then one version of a layer."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import shapely

from riskscore.intake import aliases, staging
from riskscore.intake.file_rows import ParsedRow
from riskscore.intake.import_diff import ImportDiff
from riskscore.intake.layers import layer_diff, layer_writer, outside, skipped
from riskscore.intake.location_check import Surroundings
from riskscore.intake.reports import not_used
from riskscore.models import Intake, LandLayer
from riskscore.sources import maps
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.maps.single_points import TABLES

STAGED = "staged_feature"
IS_SCORED = True
COLUMNS = "line bigint, code text, name text, people text, outline bytea"
#: So many points are looked at for swapped axes: a file is swapped as a whole.
MOST_CHECKED = 500


def rows(intake: Intake, file: BinaryIO) -> Iterator[ParsedRow]:
    """(number, shape) of each feature, or what is wrong with it. Raises BadFile for the file."""
    try:
        about = maps.LayerAbout.of(intake.layer)
        yield from skipped.with_names(intake, about, _rows(intake, file, about))
    except maps.BadMap as error:
        raise _as_bad_file(error) from None


def _rows(intake: Intake, file: BinaryIO, about: maps.LayerAbout) -> Iterator[ParsedRow]:
    mapped, chosen = about.mapped_area.polygon, intake.mapping
    if about.has_points and intake.file.casefold().endswith(TABLES):
        yield from maps.table_points(file, intake.file, mapped, system=about.system, chosen=chosen)
        return
    content = file.read(maps.MOST_BYTES + 1)
    parsed = maps.read(content, points=about.has_points, repair=intake.repair)
    if about.has_points:
        yield from maps.points(parsed, mapped, system=about.system, chosen=chosen)
        return
    yield from maps.land_rows(
        parsed, mapped, system=about.system, chosen=chosen, repair=intake.repair
    )


def _as_bad_file(error: maps.BadMap) -> BadFile:
    remedy = f"{error.remedy[:1].upper()}{error.remedy[1:]}."
    where, _, number = error.where.partition(" ")
    row = int(number) if where == "feature" and number.isdigit() else None
    return BadFile(f"{error.where} {error.what}", row=row, remedy=remedy)


def stage(
    parsed: Iterable[ParsedRow], _names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table."""
    for part in parsed:
        if isinstance(part, Aside):
            yield part
        else:
            line, shape = part
            outline = shapely.to_wkb(shape.geometry)
            yield [(line, shape.code, shape.name, shape.people, outline)]


def check(intake: Intake) -> Iterator[BadFile]:
    """The same code twice, and axes that are swapped by the projects of the mapped countries."""
    for line, code, first in staging.fetch(
        f"DELETE FROM {STAGED} s USING (SELECT line, min(line) OVER (PARTITION BY code) AS first"  # noqa: S608
        f" FROM {STAGED} WHERE code <> '') t WHERE s.line = t.line AND t.first < s.line"
        " RETURNING s.line, s.code, t.first"
    ):
        yield BadFile(
            f"the code of row {first} again", row=line, column="code", value=code,
            remedy="Keep one row for each code.",
        )  # fmt: skip
    about = maps.LayerAbout.of(intake.layer)
    if about.has_points:
        yield from _swapped(about)
    shapes = [shape.geometry for _, shape in _staged(MOST_CHECKED)]
    not_used.note(intake, [outside.remark(about.mapped_area, shapes)])


def _swapped(about: maps.LayerAbout) -> Iterator[BadFile]:
    surroundings, places = Surroundings(), sorted(about.mapped_area.places)
    for line, shape in _staged(MOST_CHECKED) if len(places) == 1 else ():
        ((lon, lat),) = shapely.get_coordinates(shape.geometry)
        if surroundings.is_swapped(places[0], lat, lon):
            yield BadFile(
                f"far from every known site of {places[0]}, but among them with the axes swapped",
                row=line, column="latitude", value=f"{lat}, {lon}",
                remedy="Put latitude into latitude; in map files the longitude comes first.",
            )  # fmt: skip
            return


def _staged(most: int | None = None) -> Iterator[tuple[int, maps.Shape]]:
    for line, code, name, people, outline in staging.fetch(
        f"SELECT line, code, name, people, outline FROM {STAGED} ORDER BY line LIMIT %s",  # noqa: S608
        [most],
    ):
        yield line, maps.Shape(name, shapely.from_wkb(bytes(outline)), people, code)


def compare(intake: Intake) -> ImportDiff:
    """Compare the features with the version in force."""
    about = maps.LayerAbout.of(intake.layer)
    shapes = (shape for _, shape in _staged())
    return layer_diff.compare(intake, about, _stated(intake, about), shapes)


def store(intake: Intake) -> dict[str, Any]:
    """Write the version; what the import's row then says of it."""
    about = maps.LayerAbout.of(intake.layer)
    layer = LandLayer(
        code=about.code,
        kind=about.kind,
        file=intake.file,
        sha256=intake.sha256,
        crs=(about.system or "as the file says")[:200],
        entered_by=intake.created_by,
        **_stated(intake, about),
    )
    shapes = (shape for _, shape in _staged())
    return {"land_layer": layer_writer.write(layer, about.mapped_area, shapes)}


def _stated(intake: Intake, about: maps.LayerAbout) -> dict[str, Any]:
    return {
        "name": about.name,
        "steward": about.steward,
        "source": about.source,
        "attribution": about.attribution,
        "licence": intake.licence,
        "published_edition": intake.published_edition,
        "redistributable": bool(intake.redistributable),
    }
