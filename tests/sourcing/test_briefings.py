"""Briefings: what is said, that it is one page whatever is in it, and that nothing breaks out."""

import re
import zlib
from base64 import a85decode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.errors import NotFoundError
from riskscore.models import Company, Lens, Mineral, Portfolio, Position, Project, ProjectMineral
from riskscore.sourcing import buyers
from riskscore.sourcing.briefings import (
    as_html,
    as_pdf,
    letters,
    on_buyer,
    on_portfolio,
    on_project,
    words,
)
from riskscore.sourcing.briefings.content import MOST, SOURCES, Briefing, Listing, Table
from riskscore.sourcing.briefings.sources import Cited
from riskscore.sourcing.briefings.supply_figures import Figure
from riskscore.sourcing.shortlists import shortlist
from riskscore.sourcing.shortlists.candidates import Asked

OLAROZ, PENASQUITO = "icmm-13791", "Peñasquito"


def streams(file: bytes) -> Iterator[bytes]:
    """The streams of a PDF, unpacked."""
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", file, re.DOTALL):
        body = packed.strip()
        try:
            yield zlib.decompress(a85decode(body, adobe=False) if body.endswith(b"~>")
                                  else body)  # fmt: skip
        except (ValueError, zlib.error):
            try:
                yield zlib.decompress(a85decode(body[:-2]))
            except (ValueError, zlib.error):
                continue


def pages(file: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", file))


def text_of(file: bytes) -> str:
    """The texts of a file, as far as they are ASCII: the font's first part keeps these codes."""
    shown = []
    for stream in streams(file):
        for piece in re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", stream):
            plain = re.sub(rb"\\([()\\])", rb"\1", piece)
            shown.append(re.sub(rb"\\\d{3}", b"?", plain).decode("latin-1"))
    return " ".join(shown).replace("\xa0", " ")


def japan() -> Any:
    return buyers.buyer_of(["JPN"])


def lithium() -> Mineral:
    return Mineral.objects.get(pk="lithium")


# --- What is said ---------------------------------------------
def test_japans_lithium_fits_on_one_page_with_its_numbers_sources_and_stamp(bundle: None) -> None:
    made = on_buyer.briefing(japan(), lithium(), "Latin America")
    file = as_pdf.pdf(made)
    text = text_of(file)
    assert file.startswith(b"%PDF-")
    assert pages(file) == 1
    assert b"/FontFile2" in file
    for part in ("Japan", "34.6 kt a year", "55.2 kt", "0.443", "GeoPolRisk", "CEPII", "Etalab",
                 "Method critical-minerals v", "from edition", "What is unknown"):  # fmt: skip
        assert part in text, part
    figures = {figure.label: figure.value for figure in made.figures}
    assert figures["HHI of imports"] == "0.443"
    assert [picture.drawing.kind for picture in made.pictures] == ["two-axes", "sketch"]
    assert all(one.licence for one in made.sources)


def test_a_project_shows_its_dimensions_map_owners_and_what_is_unknown(bundle: None) -> None:
    made = on_project.briefing(OLAROZ)
    labels = [figure.label for figure in made.figures]
    assert labels[0] == "Composite risk"
    assert len(labels) == 5
    assert [picture.drawing.kind for picture in made.pictures] == ["dimensions", "sketch"]
    facts = next(part for part in made.parts if part.title == "Facts on record")
    assert isinstance(facts, Listing)
    assert "Toyota Tsusho" in facts.items[0]
    assert "unverified" in facts.items[0]
    assert any("km" in line for line in facts.items)
    assert made.unknown.items
    assert pages(as_pdf.pdf(made)) == 1


def test_the_points_of_a_project_are_those_of_its_explanation(bundle: None) -> None:
    table = next(part for part in on_project.briefing(OLAROZ).parts if isinstance(part, Table))
    points = [float(row[4]) for row in table.rows]
    assert points == sorted(points, reverse=True)
    composite = float(on_project.briefing(OLAROZ).figures[0].value)
    assert sum(points) == pytest.approx(composite, abs=0.05 * len(points))


def test_a_project_for_a_buyer_has_the_shortlists_numbers_and_box(bundle: None) -> None:
    made = on_project.briefing(OLAROZ, japan(), lithium())
    item = shortlist.of_project(OLAROZ, shortlist.Question(japan(), Asked("lithium")))
    assert item is not None
    assert made.figures[0].value == words.gain(item["gain_low01"], item["gain_high01"])
    marked = [mark for mark in made.pictures[0].drawing.marks if mark.look == "marked"]
    assert len(marked) == 1


def test_a_buyer_without_trade_on_record_still_has_a_page_of_what_is_unknown(bundle: None) -> None:
    made = on_buyer.briefing(japan(), Mineral.objects.get(pk="gallium"))
    assert made.figures[0].value == words.UNKNOWN
    assert "No imports are on record" in str(made.parts)
    assert pages(as_pdf.pdf(made)) == 1
    assert "no customs code" in as_html.html(made)


def test_a_project_that_yields_no_such_mineral_is_refused_by_name(bundle: None) -> None:
    with pytest.raises(NotFoundError, match="yields no cobalt"):
        on_project.briefing(OLAROZ, japan(), Mineral.objects.get(pk="cobalt"))
    with pytest.raises(NotFoundError, match="no project nothing-such"):
        on_project.briefing("nothing-such")


def test_a_portfolio_shows_exposure_positions_limits_and_map(bundle: None) -> None:
    lens = Lens.objects.get(importer="WLD")
    kept = Portfolio.objects.create(
        name="batteries", owner=User.objects.create_user("eve"), lens=lens
    )
    for key, kt in ((OLAROZ, 3.0), ("icmm-13488", 1.0)):
        Position.objects.create(
            portfolio=kept, project=Project.objects.get(key=key), mineral_id="lithium",
            kt_per_year=kt,
        )  # fmt: skip
    made = on_portfolio.briefing(kept)
    assert made.figures[0].value == "4 kt"
    table = made.parts[0]
    assert isinstance(table, Table)
    assert [row[4].replace("\N{NO-BREAK SPACE}", " ") for row in table.rows] == ["25 %", "75 %"]
    assert [picture.drawing.kind for picture in made.pictures] == ["dimensions", "sketch"]
    assert pages(as_pdf.pdf(made)) == 1


def test_an_empty_portfolio_has_a_page_too(bundle: None) -> None:
    lens = Lens.objects.get(importer="WLD")
    kept = Portfolio.objects.create(
        name="nothing", owner=User.objects.create_user("eve"), lens=lens
    )
    made = on_portfolio.briefing(kept)
    assert pages(as_pdf.pdf(made)) == 1
    assert "Nothing is scored" in as_html.html(made)


# --- Names, hostile and foreign ---------------------------------------------
HOSTILE = "<b>&amp;</b><font size=99>x</font><img src='file:///etc/passwd'/>"


def test_text_of_the_tables_never_becomes_markup(bundle: None) -> None:
    Project.objects.filter(key=OLAROZ).update(name=HOSTILE)
    Company.objects.filter(name__contains="Toyota Tsusho").update(name=HOSTILE)
    made = on_project.briefing(OLAROZ, japan(), lithium())
    page = as_html.html(made)
    assert HOSTILE not in page
    assert "&lt;img src=" in page
    file = as_pdf.pdf(made)
    assert pages(file) == 1
    assert "<img src='file:///etc/passwd'/>" in text_of(file)


@pytest.mark.parametrize(
    ("name", "written", "changed"),
    [
        (PENASQUITO, PENASQUITO, False),
        ("Ñandú, Müller, Çöllolar", "Ñandú, Müller, Çöllolar", False),
        ("Żelazny Most", "Zelazny Most", True),
        ("Lumwana → Kansanshi", "Lumwana to Kansanshi", False),
        ("白云鄂博", "¤¤¤¤", True),
        ("a\u0000b\u202ec", "a b c", False),
    ],
)
def test_letters_that_the_font_lacks_fall_back_and_are_told(
    name: str, written: str, *, changed: bool
) -> None:
    assert letters.written(name) == (written, changed)


@given(st.text())
def test_whatever_is_written_is_in_the_font(text: str) -> None:
    written, _ = letters.written(text)
    assert set(written) <= letters.known()


def test_a_page_with_simplified_letters_says_so(bundle: None) -> None:
    Project.objects.filter(key=OLAROZ).update(name="Żelazny 白云")
    file = as_pdf.pdf(on_project.briefing(OLAROZ))
    assert "Some letters of names are simplified here" in text_of(file)
    assert "Some letters of names" not in text_of(as_pdf.pdf(on_project.briefing("icmm-13488")))


# --- One page ---------------------------------------------
def invented(rows: int, length: int, figures: int = 9) -> Briefing:
    """A briefing as long as asked for."""
    text = "x" * 8 + " word" * length
    cited = Cited("Source", "Publisher", "2024", "CC BY 4.0")
    return Briefing(
        name="invented", title="Invented", subtitle=text,
        figures=[Figure(f"figure {n}", "1", text) for n in range(figures)], pictures=[],
        parts=[Table("Rows", ("a", "b"), [(str(n), text) for n in range(rows)], frozenset({0})),
               Listing("Lines", [text] * rows)],
        unknown=Listing("Unknown", [text] * rows), sources=[cited] * rows, stamp=["now"],
    )  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 16))
def test_it_is_one_page_whatever_is_in_it(rows: int, length: int, figures: int) -> None:
    assert pages(as_pdf.pdf(invented(rows, length, figures))) == 1


def test_what_is_left_out_is_counted() -> None:
    """Of 60 rows, ten stand on screen: and 50 more."""
    made = invented(60, 3)
    shown = made.shortened(MOST)
    assert [part.left_out for part in shown.parts] == [50, 50]
    assert shown.sources_left_out == 60 - MOST * SOURCES
    assert "and 50 more" in as_html.html(made)
    again = replace(shown).shortened(4)
    assert [part.left_out for part in again.parts] == [56, 56]
    assert re.search(r"and 5\d more", text_of(as_pdf.pdf(made)))


@pytest.mark.parametrize("key", ["busch-043", "icmm-15667"])
def test_every_kind_of_project_has_a_page(bundle: None, key: str) -> None:
    assert pages(as_pdf.pdf(on_project.briefing(key))) == 1


def test_a_draft_without_a_score_or_mineral_has_a_page(bundle: None) -> None:
    template = Project.objects.get(key=OLAROZ)
    made = Project.objects.create(
        key="bare", name="Bare", place=template.place, kind="mine", state="draft",
        latitude=template.latitude, longitude=template.longitude,
    )  # fmt: skip
    assert not ProjectMineral.objects.filter(project=made).exists()
    page = as_html.html(on_project.briefing("bare"))
    assert "not scored" in page
    assert "no mineral on record" in page


# --- Words ---------------------------------------------
@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "unknown"), (0.0, "0 %"), (0.0004, "< 0.1 %"), (0.0851, "8.5 %"), (0.626, "63 %"),
     (1.0, "100 %"), (0.0996, "10 %")],
)  # fmt: skip
def test_shares_are_rounded_once_and_unknown_is_a_word(value: float | None, said: str) -> None:
    assert words.percent(value).replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "unknown"), (0.0, "0 t"), (0.2, "less than 1 t"), (999.4, "999 t"),
     (34_566.0, "34.6 kt"), (4_373_000.0, "4,373 kt")],
)  # fmt: skip
def test_tonnes_say_their_unit(value: float | None, said: str) -> None:
    assert words.tonnes(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (-0.128, "−0.128"), (999.6, "1,000"), (1710.4, "1,710")]
)
def test_numbers_are_never_written_in_powers_of_ten(value: float, said: str) -> None:
    assert words.number(value) == said


def test_a_change_keeps_its_sign_and_never_shows_minus_nothing() -> None:
    assert words.change(-0.1) == "−10.0 pp"
    assert words.signed(0.0667) == "+0.067"
    assert words.signed(-0.0001) == "0"
    assert words.listed(["a", "b", "c"], 2) == "a, b and 1 more"
