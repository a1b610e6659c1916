"""From publishers' registers and maps to the bundle's tables of layers."""

import hashlib
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import shapely

from riskscore.bundle.fixture_tables import write
from riskscore.bundle.layer_tables import AREAS, LAYERS, POINTS, Layer, LayerArea, LayerPoint
from riskscore.bundle.publications import content
from riskscore.bundle.weak_languages import weak_points
from riskscore.sources import maps
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.maps.layer_about import KINDS

FOLDER = "data/lands/"
#: Decimals of a degree that are kept of an area, and how far its outline may move: 100 m, where
#: the maps are right to kilometres.
PLACES, SLACK = 5, 0.001
GLOTTOGRAPHY = "https://github.com/Glottography"


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A publisher's file that becomes a layer. ``chosen``: our word → its column or property;
    ``fields`` without those that the file itself tells."""

    file: str
    kind: str
    code: str
    name: str
    steward: str
    edition: str
    licence: str
    source: str
    attribution: str
    places: tuple[str, ...] = ()
    chosen: dict[str, str] = field(default_factory=dict)


LAYER_FILES = (
    LayerFile(
        "arg_inai_communities_2025-11.csv", "communities", "arg-inai",
        "Indigenous communities of Argentina", "Instituto Nacional de Asuntos Indígenas (INAI)",
        "national register, November 2025",
        "facts of a public register; the copy states no licence",
        "https://www.argentina.gob.ar/derechoshumanos/inai",
        "INAI, Argentina: national register of Indigenous communities, November 2025.", ("ARG",),
        {"latitude": "lat", "longitude": "lon", "code": "id"},
    ),
    LayerFile(
        "aus_agil_locations_2019.csv", "communities", "aus-agil",
        "Indigenous locations of Australia", "Australian Government", "AGIL 2019", "CC BY 3.0 AU",
        "https://data.gov.au",
        "Commonwealth of Australia, Australian Government Indigenous Locations 2019.", ("AUS",),
        {"latitude": "LATITUDE", "longitude": "LONGITUDE", "code": "LCODE", "name": "NAME"},
    ),
    LayerFile(
        "can_first_nations.csv", "communities", "can-first-nations", "First Nations of Canada",
        "Indigenous Services Canada", "First Nations locations",
        "Open Government Licence – Canada 2.0", "https://open.canada.ca",
        "Indigenous Services Canada, First Nations locations. Each point is the administrative "
        "office, moved into the reserve where it lies outside.", ("CAN",),
        {"latitude": "lat", "longitude": "lon", "code": "band"},
    ),
    LayerFile(
        "arg_peoples_ministerio2009.geojson", "areas", "arg-peoples-2009", "Peoples of Argentina",
        "Ministry of Education of Argentina, through Glottography", "2009", "CC BY 4.0",
        GLOTTOGRAPHY, "Ministerio de Educación 2009, Pueblos Indígenas; Glottography.", ("ARG",),
        {"people": "name", "code": "id"},
    ),
    LayerFile(
        "amazonia_languages_queixalos2000.geojson", "areas", "amazonia-queixalos-2000",
        "Languages of Amazonia", "Queixalós & Renault-Lescure, through Glottography", "2000",
        "CC BY 4.0", GLOTTOGRAPHY, "Queixalós & Renault-Lescure 2000; Glottography.", (),
        {"code": "id"},
    ),
    LayerFile(
        "bol_amazon_languages_vuillermet2012.geojson", "areas", "bolivia-vuillermet-2012",
        "Languages of the Bolivian lowlands", "Vuillermet, through Glottography", "2012",
        "CC BY 4.0", GLOTTOGRAPHY, "Vuillermet 2012; Glottography.", (), {"code": "id"},
    ),
    LayerFile(
        "chaco_languages_messineo2011.geojson", "areas", "chaco-messineo-2011",
        "Languages of the Chaco", "Messineo, through Glottography", "2011", "CC BY 4.0",
        GLOTTOGRAPHY, "Messineo 2011; Glottography.", (), {"code": "id"},
    ),
    LayerFile(
        "arawak_walker2011.geojson", "areas", "arawak-walker-2011", "Arawak languages",
        "Walker & Ribeiro, through Glottography", "2011", "CC BY 4.0", GLOTTOGRAPHY,
        "Walker & Ribeiro 2011; Glottography.", (), {"code": "id"},
    ),
    LayerFile(
        "sami_nenets_khanty_rantanen2021.geojson", "areas", "uralic-rantanen-2021",
        "Saami, Nenets, Khanty and their neighbours", "Rantanen et al., through Glottography",
        "2021, traditional areas", "CC BY 4.0", GLOTTOGRAPHY,
        "Rantanen et al. 2021; Glottography.", (), {"code": "id"},
    ),
    LayerFile(
        "glottolog_5_1_languages_points.csv", "languages", "glottolog-weak",
        "Languages of Glottolog that the atlas lacks",
        "Max Planck Institute for Evolutionary Anthropology", "5.1", "CC BY 4.0",
        "https://glottolog.org", "Hammarström et al., Glottolog 5.1.",
    ),
)  # fmt: skip


def make(source_dir: Path, target: Path, confirmed: Container[str]) -> list[Layer]:
    """Write the tables of layers. ``confirmed``: codes of the languages that the atlas has.

    Raises BadFile for the first file that is missing or cannot be read.
    """
    layers, points, areas = [], [], []
    for each in LAYER_FILES:
        name = FOLDER + each.file
        data = content(source_dir, name)
        try:
            shapes = list(_shapes(each, data, confirmed))
        except maps.BadMap as error:
            raise BadFile(str(error), file=name, remedy="Fetch the file again.") from error
        layers.append(_layer(each, name, data, len(shapes)))
        if KINDS[each.kind]:
            points += [_point(each.code, *part) for part in enumerate(shapes, 1)]
        else:
            areas += [row for part in enumerate(shapes, 1) for row in _areas(each.code, *part)]
    write(target, LAYERS, layers)
    write(target, POINTS, points)
    write(target, AREAS, areas)
    return sorted(layers)


def _shapes(each: LayerFile, data: bytes, confirmed: Container[str]) -> Iterator[maps.Shape]:
    if each.kind == "languages":
        for row in weak_points(data, confirmed):
            yield maps.Shape(row.name, shapely.Point(row.lon, row.lat), "", row.code)
        return
    if not KINDS[each.kind]:
        yield from maps.lands(maps.read(data), None, chosen=each.chosen)
        return
    for part in maps.table_points(BytesIO(data), each.file, chosen=each.chosen):
        if isinstance(part, BadFile):
            raise part.within(FOLDER + each.file)
        if not isinstance(part, Aside):
            yield part[1]


def _layer(each: LayerFile, name: str, data: bytes, rows: int) -> Layer:
    return Layer(
        code=each.code,
        kind=each.kind,
        name=each.name,
        steward=each.steward,
        edition=each.edition,
        licence=each.licence,
        redistributable=True,
        source=each.source,
        attribution=each.attribution,
        places=each.places,
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        rows=rows,
    )


def _point(layer: str, number: int, shape: maps.Shape) -> LayerPoint:
    ((lon, lat),) = shapely.get_coordinates(shape.geometry).tolist()
    return LayerPoint(layer, number, shape.code, shape.name, shape.people, lat, lon)


def _areas(layer: str, number: int, shape: maps.Shape) -> Iterator[LayerArea]:
    """A row for each polygon, without the vertices that tell less than SLACK, rounded to a metre
    where that keeps the whole valid."""
    plain = shapely.simplify(shape.geometry, SLACK, preserve_topology=True)
    rounded = shapely.transform(plain, lambda xy: xy.round(PLACES))
    kept = rounded if shapely.is_valid(rounded) else plain
    for part, polygon in enumerate(shapely.get_parts(kept), 1):
        text = shapely.to_wkt(polygon, rounding_precision=-1)
        yield LayerArea(layer, number, part, shape.code, shape.name, shape.people, text)
