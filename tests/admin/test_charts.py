"""Charts say what they show, escape what they are given, and never draw the unknown as small."""

import math
from xml.etree import ElementTree as ET

import pytest

from riskscore.admin.ui import charts, wording
from riskscore.engine.catalogue import INDICATORS

SVG = "{http://www.w3.org/2000/svg}"


def boxes(svg: str) -> list[tuple[str, float, float]]:
    """(style, left, width) of every box of a drawing."""
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return [
        (box.attrib["class"], float(box.attrib["x"]), float(box.attrib["width"]))
        for box in root.iter("rect")
    ]


def words(svg: str) -> str:
    return ET.fromstring(svg).attrib["aria-label"]  # noqa: S314


def test_a_score_is_a_bar_as_long_as_it_is_high_with_its_span_below() -> None:
    drawing = charts.meter(39.5, low=30, high=52, context=39.5, look="moderate")
    assert ("moderate", 0, 39.5) in boxes(drawing)
    assert ("span", 30, 22) in boxes(drawing)
    assert words(drawing) == "39.5 of 100, between 30.0 and 52.0"


@pytest.mark.parametrize("unknown", [None, math.nan])
def test_what_is_not_assessed_has_no_bar_but_a_mark_for_its_context(unknown: float | None) -> None:
    drawing = charts.meter(unknown, low=10, high=80, context=18.8, look="not-assessed")
    assert [look for look, _, _ in boxes(drawing)] == ["track", "context", "span"]
    assert words(drawing) == "not assessed, context 18.8, between 10.0 and 80.0"


def test_steps_of_a_waterfall_follow_each_other_on_the_scale_of_the_whole() -> None:
    first = charts.step(0, 10, scale=40, look="of-labour")
    second = charts.step(10, 30, scale=40, look="of-labour")
    assert boxes(first)[1] == ("of-labour", 0, 25)
    assert boxes(second)[1] == ("of-labour", 25, 75)


def test_a_step_down_is_drawn_from_where_it_ends() -> None:
    assert boxes(charts.step(20, -10, scale=40, look="x"))[1] == ("x", 25, 25)


def test_counts_side_by_side_fill_the_whole_width() -> None:
    drawn = boxes(charts.stack([("low", 30, "low"), ("high", 10, "high")]))
    assert drawn == [("low", 0, 75), ("high", 75, 25)]


def test_nothing_to_count_draws_nothing_and_divides_by_nothing() -> None:
    assert boxes(charts.stack([("low", 0, "low")])) == [("low", 0, 0)]
    assert boxes(charts.progress(0, 0, 0, 0)) == [
        ("track", 0, 100),
        ("done", 0, 0),
        ("failed", 0, 0),
        ("skipped", 0, 0),
    ]


def test_a_trend_leaves_a_gap_where_a_version_was_not_assessed() -> None:
    drawn = [box for box in boxes(charts.trend([10, None, 90, 40])) if box[0] == "mark"]
    assert drawn == [("mark", 0, 7.2), ("mark", 16, 7.2), ("mark", 24, 7.2)]


def test_text_in_a_chart_is_escaped() -> None:
    hostile = '"><script>alert(1)</script>'
    assert "<script>" not in charts.stack([(hostile, 1, hostile)])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("lab.listed", 3, "forced"),
        ("lab.advancement", 3, "minimal delayed"),
        ("ind.c169", 1, "yes"),
        ("con.own_share", 0.234, "23\N{NO-BREAK SPACE}%"),
        ("geo.stability", -0.4091, "−0.409"),
        ("geo.violence", 1234.5, "1,234"),
    ],
)
def test_a_raw_value_reads_as_its_indicator_means_it(key: str, value: float, said: str) -> None:
    assert wording.raw(INDICATORS[key], value) == said


def test_unknown_is_a_dash_and_never_zero() -> None:
    assert wording.points(None) == wording.points(math.nan) == wording.share(math.nan) == "–"
    assert wording.points(0.0) == "0.0"


def test_only_a_web_address_becomes_a_link() -> None:
    assert wording.link("https://example.org/a?b=1&c=2").startswith("<a href=")
    assert wording.link("javascript:alert(1)") == "javascript:alert(1)"
    assert "<b>" not in wording.link("https://example.org/<b>")
