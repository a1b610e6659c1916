"""How alike a line and a project are: points by hand, and what the candidates of a line say."""

import pytest

from riskscore.curation.extracts.likeness import Asked, Site, names_alike, parts, verdict

SITE = Site("escondida", "escondida", "CHL", frozenset({"copper", "gold"}), "Escondida")


def asked(name: str, place: str = "", *minerals: str) -> Asked:
    return Asked(name, name, place, frozenset(minerals), name)


@pytest.mark.parametrize(
    ("line", "points"),
    [
        # name 70, place 20, mineral 10; what is not said shares its weight: 70 + 20 of 90.
        (asked("escondida", "CHL", "copper"), [70, 20, 10]),
        (asked("escondida", "PER", "copper"), [70, 0, 10]),
        (asked("escondida", "CHL", "zinc"), [70, 20, 0]),
        (asked("escondida", "CHL"), [77.78, 22.22]),
        (asked("escondida", "", "gold"), [87.5, 12.5]),
        (asked("escondida"), [100]),
    ],
)
def test_the_points_of_a_line_by_hand(line: Asked, points: list[float]) -> None:
    assert [part.points for part in parts(line, SITE)] == points


@pytest.mark.parametrize(
    ("name", "at_least", "at_most"),
    [
        ("escondida", 100, 100),
        ("escondda", 94, 95),  # 2 x 8 of 17 letters: 94.1
        ("norte escondida", 91, 93),  # all words of the other, and one more: 0.92
        ("spence", 0, 50),
        ("", 0, 0),
    ],
)
def test_how_alike_names_are(name: str, at_least: float, at_most: float) -> None:
    assert at_least <= names_alike(asked(name), SITE) <= at_most


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([], "none"), ([64.9], "none"), ([65.0], "possible"), ([89.9], "possible"),
        ([90.0], "match"), ([100.0, 95.1], "several"), ([100.0, 95.0], "match"),
        ([70.0, 68.0], "several"), ([67.0, 64.0], "possible"),
    ],
)  # fmt: skip
def test_what_the_candidates_of_a_line_say(scores: list[float], said: str) -> None:
    assert verdict(scores) == said
