"""IEA and DOL: any edition's year, and everything that is not used by reason."""

import json
from collections import Counter

import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut, Remark
from riskscore.sources.publishers import dol, iea
from tests.sources.forms.books import Rows, book_of
from tests.sources.published import needs_published, published

SUPPLY = "2 Total supply for key minerals"
GOOD = (
    "<Good><Good_Name>{}</Good_Name><Good_Sector>{}</Good_Sector><Countries>{}</Countries></Good>"
)
LISTED = (
    "<Country><Country_Name>{}</Country_Name><Child_Labor>{}</Child_Labor>"
    "<Forced_Labor>{}</Forced_Labor><Forced_Child_Labor>No</Forced_Child_Labor></Country>"
)
FOUND = (
    "<Countries><Country><Name>Peru</Name><Description>In {}, Peru did.</Description>"
    "<Advancement_Level>{}</Advancement_Level><Conventions><C_138_Ratified>{}</C_138_Ratified>"
    "</Conventions></Country></Countries>"
)


def explorer(source: str = "", **years: float) -> bytes:
    stated = {name.lstrip("y"): value for name, value in years.items()}
    places = {
        "Chile": stated,
        "Rest of world": stated,
        "Notes: of projects.": dict.fromkeys(stated),
    }
    stage = {"countries": places, "total": stated, "top3Share": stated}
    supply = {"Copper": {"mining": stage, "refining": {}, "recycling": {}}}
    return json.dumps({"source": source, "supply": supply, "totalDemand": {}}).encode()


@pytest.mark.parametrize(
    ("content", "years"),
    [
        (explorer(y2024=5.0, y2030=9.0), {2024}),
        (explorer(y2025=5.0, y2030=9.0, y2035=9.0), {2025}),
        (explorer(y2022=5.0, y2025=9.0, y2030=9.0), {2022}),
        (explorer("IEA Explorer (2024), CC BY 4.0", y2021=1.0, y2023=2.0, y2024=3.0, y2030=9.0),
         {2021, 2023, 2024}),
        (explorer("IEA Explorer (2024), CC BY 4.0", y2025=1.0, y2030=9.0), {2025}),
    ],
)  # fmt: skip
def test_the_observed_years_of_an_edition_are_read_and_projections_are_not(
    content: bytes, years: set[int]
) -> None:
    found = list(iea.parse(content))
    assert {r.year for r in found} == years
    assert {r.place for r in found} == {"Chile", "Rest of world", "World"}


def test_what_the_explorer_says_besides_is_left_out_by_reason() -> None:
    parts = list(iea.parts(explorer(y2024=5.0, y2030=9.0, y2035=9.0)))
    counts: Counter[str] = Counter()
    for part in parts:
        if isinstance(part, LeftOut):
            counts[part.reason] += part.count
    assert counts == {
        "projected years": 2,
        "a table that is not about supply": 1,
        "a derived figure": 1,
        "no figure: a note or an empty cell": 1,
        "a stage that is not used": 1,
    }
    assert [part.text for part in parts if isinstance(part, Remark)] == ["observed: 2024"]


@pytest.mark.parametrize(
    "content",
    [
        b'{"supply": {"Copper": {"mining": {"countries": ["Chile"]}}}}',
        b'{"supply": {"Copper": {"mining": []}}}',
        b'{"supply": []}',
        b'{"supply": {}}',
        explorer(),
        b'{"supply": {"Copper": {"mining": {"countries": {"Chile": {"2024": "many"}}}}}}',
    ],
)
def test_json_of_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile):
        list(iea.parse(content))


def supply_rows(document: dict[str, object], year: int = 2024) -> Rows:
    """The explorer's JSON back in the sheet from which its converter makes it."""
    yield ("2 Total supply for key minerals - Base case",)
    yield ()
    yield (None, year, 2030, 2035, 2040, None, None, year, 2030, 2035, 2040)
    supply = document["supply"]
    assert isinstance(supply, dict)
    for mineral, stages in supply.items():
        name = {"Rare Earth Elements": "Magnet rare earth elements"}.get(mineral, mineral)
        refined = {"Lithium": "Chemicals", "Graphite": "Battery grade"}.get(mineral, "Refining")
        yield (f"{name} - Mining (kt)", *[None] * 5, f"{name} - {refined} (kt)")
        blocks = []
        for stage in ("mining", "refining"):
            said = stages[stage]
            lines = [*said["countries"].items(), ("", {}), ("Total", said["total"])]
            lines.append(("Top 3 share", said["top3Share"]))
            blocks.append([_padded(word, values) for word, values in lines])
        for at in range(max(map(len, blocks))):
            left, right = ((b[at] if at < len(b) else [None] * 5) for b in blocks)
            yield (*left, None, *right)


def _padded(word: str, values: dict[str, object]) -> list[object]:
    return [word, *values.values(), *[None] * (4 - len(values))]


@needs_published
def test_the_publishers_workbook_gives_what_its_json_gives() -> None:
    content = published("data/iea_critical_minerals_explorer.json")
    document = json.loads(content)
    made = book_of({"1 Total demand for key minerals": [("x",)], SUPPLY: supply_rows(document)})

    def said(of: bytes) -> set[tuple[object, ...]]:
        # A workbook keeps sixteen digits.
        return {
            (r.indicator, r.mineral, r.place, r.year, round(r.value, 9), r.label)
            for r in iea.parse(of)
        }

    assert len(said(content)) == 85
    assert said(made) == said(content)
    reasons = {part.reason for part in iea.parts(made) if isinstance(part, LeftOut)}
    assert reasons == {
        "a sheet that is not about supply", "columns of projected years", "a derived figure",
        "no figure: a note or an empty cell",
    }  # fmt: skip


@pytest.mark.parametrize("year", [2022, 2023, 2025])
def test_a_workbook_of_another_edition_has_the_year_of_its_first_column(year: int) -> None:
    document: dict[str, object] = json.loads(explorer(y2024=5.0, y2030=9.0, y2035=9.0, y2040=9.0))
    supply = document["supply"]
    assert isinstance(supply, dict)
    supply["Copper"]["refining"] = supply["Copper"]["mining"]
    content = book_of({SUPPLY: supply_rows(document, year)})
    assert {r.year for r in iea.parse(content)} == {year}


def test_a_workbook_without_the_sheet_of_supply_is_refused() -> None:
    with pytest.raises(BadFile, match="no sheet of total supply"):
        list(iea.parse(book_of({"4.1 Solar PV": [("x",)]})))


@pytest.mark.parametrize("year", [2018, 2020, 2022, 2024])
def test_goods_have_the_year_of_their_edition_and_other_sectors_are_counted(year: int) -> None:
    gold = LISTED.format("Peru", "Yes", "Yes") + LISTED.format("Mali", "No", "No")
    berries = GOOD.format("Açaí", "Agriculture", LISTED.format("Brazil", "Yes", "No") * 2)
    text = f"<Goods>{GOOD.format('Gold', 'Mining', gold)}{berries}</Goods>"
    for encoding in ("utf-8", "cp1252", "utf-16"):
        content = text.encode(encoding)
        found = list(dol.of_edition(str(year))(content))
        assert [(r.place, r.year, r.value) for r in found] == [("Peru", year, 2.0)]
        parts = list(dol.parts(content, year))
        assert [(p.reason, p.example, p.count) for p in parts if isinstance(p, LeftOut)] == [
            ("listed with neither kind of labour", "Gold: Mali", 1),
            ("a sector that is not mining", "Açaí: Agriculture", 2),
        ]


@pytest.mark.parametrize(
    ("stated", "level"),
    [
        ("Significant Advancement", "significant"),
        ("Minimal Advancement - Efforts Made but Regression in Law that Delayed Advancement",
         "minimal_delayed"),
        ("No Advancement – Efforts Made but Complicit in Forced Child Labor", "none_complicit"),
        ("No Advancement — Efforts Made but Complicit in Forced Child Labor", "none_complicit"),
        ("No Advancement", "none"),
    ],
)  # fmt: skip
def test_levels_are_read_whatever_dash_parts_them(stated: str, level: str) -> None:
    (found, _c138) = dol.parse(FOUND.format(2019, stated, "Yes").encode())
    assert (dol.LEVELS[int(found.value)], found.year) == (level, 2019)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (FOUND.format(2019, "No Advancement – Efforts Made", "Yes"), "unknown advancement level"),
        (FOUND.format(2019, "No Advancement", "Perhaps"), "neither Yes nor No"),
        (f"<Goods>{GOOD.format('Gold', 'Mining', LISTED.format('Peru', 'Si', 'No'))}</Goods>",
         "neither Yes nor No"),
    ],
)  # fmt: skip
def test_words_of_dol_that_nobody_knows_are_refused(content: str, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        list(dol.parse(content.encode(), 2019))


def test_what_findings_do_not_assess_is_unknown_and_counted() -> None:
    content = FOUND.format(2023, "No Assessment", "N/A").encode()
    assert list(dol.parse(content)) == []
    assert [(p.reason, p.example) for p in dol.parts(content) if isinstance(p, LeftOut)] == [
        ("not assessed", "Peru: No Assessment"),
        ("ratification not stated", "Peru: Conventions/C_138_Ratified N/A"),
        ("ratification not stated", "Peru: Conventions/C_182_Ratified"),
    ]
