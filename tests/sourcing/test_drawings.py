"""Drawings say what they show, escape what they are given, and draw bounds, never middles."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.sourcing.drawings import maps, plots
from riskscore.sourcing.drawings.marks import Box, Dot, Drawing, Line, Words
from riskscore.sourcing.drawings.plots import Rated, Spot
from riskscore.sourcing.drawings.svg import svg


def boxes(drawing: Drawing, *looks: str) -> list[Box]:
    return [mark for mark in drawing.marks if isinstance(mark, Box) and mark.look in looks]


def texts(drawing: Drawing) -> list[str]:
    return [mark.text for mark in drawing.marks if isinstance(mark, Words)]


def spot(number: int, gain: tuple[float, float], cost: tuple[float, float], **more: bool) -> Spot:
    return Spot(number, f"mine {number}", gain, cost, more.pop("best", True), **more)


def test_a_project_is_a_box_from_its_least_to_its_most_on_both_axes() -> None:
    """Gain 5 to 10 of an axis that ends at 10: the right half. Cost 25 to 75: the middle half."""
    (box,) = boxes(plots.two_axes([spot(1, (5, 10), (25, 75))]), "undominated")
    across, down = plots.RIGHT - plots.LEFT, plots.BOTTOM - plots.TOP
    assert box.x == pytest.approx(plots.LEFT + across / 2)
    assert box.width == pytest.approx(across / 2)
    assert box.y == pytest.approx(plots.TOP + down / 4)
    assert box.height == pytest.approx(down / 2)


def test_a_project_that_is_known_exactly_can_still_be_seen() -> None:
    (box,) = boxes(plots.two_axes([spot(1, (5, 5), (30, 30))]), "undominated")
    assert box.width >= 2
    assert box.height >= 2


def test_dominated_ones_lie_below_and_the_one_asked_about_above() -> None:
    drawing = plots.two_axes(
        [spot(1, (5, 6), (10, 20), marked=True), spot(2, (1, 2), (10, 20)),
         spot(3, (1, 3), (50, 90), best=False)]
    )  # fmt: skip
    looks = [box.look for box in boxes(drawing, "marked", "undominated", "dominated")]
    assert looks == ["dominated", "undominated", "marked"]


def test_boxes_on_one_spot_are_one_box_whose_numbers_stand_together() -> None:
    drawing = plots.two_axes([spot(n, (2, 4), (20, 60)) for n in (1, 2, 3, 5)])
    (box,) = boxes(drawing, "undominated")
    assert "1–3, 5" in texts(drawing)
    assert box.about.count("human cost 20 to 60") == 4


bounds = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(st.tuples(bounds, bounds), min_size=1, max_size=25))
def test_whatever_the_bounds_nothing_leaves_the_field_and_every_number_is_shown(
    pairs: list[tuple[tuple[float, float], tuple[float, float]]],
) -> None:
    drawing = plots.two_axes([spot(n, gain, cost) for n, (gain, cost) in enumerate(pairs, 1)])
    for box in boxes(drawing, "undominated"):
        assert box.x >= plots.LEFT - 0.01
        assert box.x + box.width <= plots.RIGHT + 3
        assert box.y >= plots.TOP - 0.01
        assert box.y + box.height <= plots.BOTTOM + 3
    shown: set[int] = set()
    for mark in drawing.marks:
        if isinstance(mark, Words) and mark.look == "number-mark":
            for part in mark.text.split(", "):
                first, _, last = part.partition("–")
                shown |= set(range(int(first), int(last or first) + 1))
    assert shown == set(range(1, len(pairs) + 1))


def test_a_bar_without_a_share_stays_empty_and_says_unknown() -> None:
    drawing = plots.bar(None)
    assert boxes(drawing, "share") == []
    assert drawing.about == "unknown"
    (share,) = boxes(plots.bar(0.63, test01=0.65), "share")
    assert share.width == pytest.approx(63)
    (test,) = boxes(plots.bar(0.63, test01=0.65), "test")
    assert test.x == pytest.approx(64.7)


def test_a_year_that_nobody_knows_is_a_gap_in_the_line() -> None:
    drawing = plots.years([(2020, 1.0), (2021, 2.0), (2022, None), (2023, 2.0)], 2.0, "x")
    lines = [mark for mark in drawing.marks if isinstance(mark, Line) and mark.look == "course"]
    assert [len(line.points) for line in lines] == [2]
    assert sum(isinstance(mark, Dot) for mark in drawing.marks) == 3


def test_a_dimension_that_is_not_assessed_has_bounds_and_no_bar() -> None:
    drawing = plots.dimensions([Rated("Indigenous", None, 15, 52, "not assessed")])
    assert "not assessed" in texts(drawing)
    (line,) = boxes(drawing, "bounds")
    assert line.width == pytest.approx(2.92 * 37)
    assert not [box for box in drawing.marks if isinstance(box, Box) and "band" in box.look]


def test_a_name_is_escaped_and_the_drawing_is_well_formed() -> None:
    drawing = maps.sketch([("<b>&\"'", -23.5, -67.7)], [(-20, -66)], 'a "place" <here>')
    root = ET.fromstring(svg(drawing))  # noqa: S314 - our own drawing
    assert root.attrib["aria-label"] == 'a "place" <here>'
    assert [one.text for one in root.iter("text")].count("<b>&\"'") == 1


def test_a_map_across_the_date_line_keeps_neighbours_together() -> None:
    """Fiji's sites at 179° E and 179° W are two degrees apart, not 358."""
    drawing = maps.sketch([("a", -17, 179), ("b", -17, -179)], [], "Fiji")
    here = [mark for mark in drawing.marks if isinstance(mark, Dot) and mark.look == "here"]
    assert 0 < here[1].x - here[0].x < maps.WIDTH


def test_a_map_of_the_world_has_no_degrees_beyond_the_poles() -> None:
    drawing = maps.sketch([("a", 0, 0)], [(60, 170), (-50, -170)], "world")
    assert not {"120°N", "120°S", "150°N"} & set(texts(drawing))


@pytest.mark.parametrize(
    ("numbers", "said"), [([], ""), ([3], "3"), ([5, 2, 4, 7], "2, 4–5, 7"), ([1, 2, 3], "1–3")]
)
def test_numbers_in_a_row_are_written_as_a_span(numbers: list[int], said: str) -> None:
    assert plots.ranges(numbers) == said


def test_names_of_neighbours_on_a_map_cover_each_other_neither_nor_are_lost() -> None:
    sites = [("Salar de Atacama", -23.5, -68.3), ("Cauchari", -23.4, -66.7),
             ("Salar de Olaroz", -23.5, -66.7), ("Grota do Cirilo", -16.7, -41.9)]  # fmt: skip
    drawing = maps.sketch(sites, [], "held")
    names = [
        mark for mark in drawing.marks if isinstance(mark, Words) and mark.look == "place-name"
    ]
    told = ", ".join(mark.text for mark in names)
    assert all(name in told for name, _, _ in sites)
    assert len({round(mark.y) for mark in names}) == len(names)
