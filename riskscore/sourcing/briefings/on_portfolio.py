"""The briefing of a portfolio: what it exposes to, and what each position adds."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from riskscore.models import Portfolio, Project, Release
from riskscore.models.scores import Band
from riskscore.releases import effective
from riskscore.sourcing.briefings import sources, stamps, words
from riskscore.sourcing.briefings.content import Briefing, Listing, Picture, Table
from riskscore.sourcing.briefings.places import place_names
from riskscore.sourcing.briefings.sites_drawn import DEGREES
from riskscore.sourcing.briefings.supply_figures import Figure
from riskscore.sourcing.briefings.words import Names
from riskscore.sourcing.drawings import maps, plots
from riskscore.sourcing.holdings import portfolio_report, portfolios
from riskscore.sourcing.holdings.portfolios import Figures, Holding

Row = dict[str, Any]
#: Where the bands of the shipped methods begin.
STARTS = (0.0, 25.0, 50.0, 75.0)


def briefing(kept: Portfolio, day: date | None = None) -> Briefing:
    """The page of what is held on a day, today unless another is named."""
    on = day or timezone.now().date()
    held = portfolios.held(kept, on)
    report = portfolio_report.of(kept, held, on)
    found = portfolios.figures(held, kept.lens, on)
    names = place_names()
    return Briefing(
        name=f"portfolio-{kept.name}",
        title=f"Portfolio {kept.name}",
        subtitle=" · ".join(part for part in (kept.about, f"seen through {kept.lens}",
                                              f"positions of {on:%d %b %Y}") if part),
        figures=_figures(report),
        pictures=_pictures(report, held),
        parts=[_positions(report, names), _shares(report, names), _limits(report, names)],
        unknown=Listing("What is unknown", [*_unknown(report)] or ["Nothing of the above."]),
        sources=_sources(held),
        stamp=[*_view(found), stamps.made_at(timezone.now())],
    )  # fmt: skip


def _figures(report: Row) -> list[Figure]:
    return [
        Figure("Held a year", words.kilotonnes(report["kt_per_year"]), "as weight, all minerals"),
        *(_exposure(row) for row in report["exposures"]),
    ]


def _exposure(row: Row) -> Figure:
    value = "not assessed" if row["score"] is None else words.points(row["score"])
    about = []
    if row["low"] is not None and row["high"] is not None:
        about.append(f"between {words.between(row['low'], row['high'])} if all were known")
    if row["coverage01"] is not None:
        about.append(f"{words.percent(row['coverage01'])} of the tonnes assessed")
    return Figure(row["dimension"].capitalize(), value, "; ".join(about))


def _pictures(report: Row, held: list[Holding]) -> list[Picture]:
    if not held:
        return []
    rated = [
        plots.Rated(
            row["dimension"].capitalize(), row["score"], row["low"], row["high"],
            Band.of(row["score"], STARTS).label,
        )
        for row in report["exposures"]
    ]  # fmt: skip
    here = {(one.project.name, one.project.latitude, one.project.longitude) for one in held}
    return [
        Picture(
            plots.dimensions(rated),
            "Bars: exposure, tonnes × score over tonnes. Lines below: all that it can be.",
        ),
        Picture(
            maps.sketch(sorted(here), [], "Where the projects held are"),
            f"The projects held. {DEGREES}",
        ),
    ]


def _positions(report: Row, names: Names) -> Table:
    composite = [row["dimensions"][0] for row in report["positions"]]
    return Table(
        "Positions",
        ("Project", "Where", "Mineral", "kt a year", "Share", "Composite", "Adds", "Without it"),
        [
            (
                row["name"], words.place(row["place"], names), words.plain(row["mineral"]),
                words.number(row["kt_per_year"]), words.percent(row["share"]),
                words.points(one["score"]), _added(one), words.points(one["without"]),
            )
            for row, one in zip(report["positions"], composite, strict=True)
        ],
        frozenset({3, 4, 5, 6, 7}),
    )  # fmt: skip


def _added(one: Row) -> str:
    if one["contribution"] is not None:
        return words.points(one["contribution"])
    return f"{words.points(one['contribution_to_low'])}–{words.points(one['contribution_to_high'])}"


def _shares(report: Row, names: Names) -> Table:
    rows = []
    for title, part in (
        ("Places", "places"), ("Owners", "owners"), ("Homes of owners", "owner_homes"),
    ):  # fmt: skip
        split = report[part]
        told = [
            f"{names.get(one['name'], one['name'])} {_span(one['share_low'], one['share_high'])}"
            for one in split["shares"]
        ]
        rows.append(
            (
                title, words.listed(told, 4) or words.UNKNOWN,
                words.percent(split["unknown_share"]), _span(split["n1_low"], split["n1_high"]),
            )
        )  # fmt: skip
    return Table(
        "How the tonnes divide", ("By", "Shares", "Not known whose", "N-1"), rows, frozenset({2, 3})
    )


def _span(low: float | None, high: float | None) -> str:
    least, most = words.percent(low), words.percent(high)
    return least if least == most else f"{least} to {most}"


def _limits(report: Row, names: Names) -> Listing:
    told = [
        f"{words.plain(row['what']).capitalize()}"
        f"{_about(row, names)}: at most {row['at_most']:g}; it is {row['standing']}"
        f" ({_value(row)})"
        for row in report["limits"]
    ]
    return Listing("Limits", told or ["None is set."])


def _about(row: Row, names: Names) -> str:
    about = names.get(row["place"], row["place"]) if row["place"] else row["company"]
    return f" ({about})" if about else ""


def _value(row: Row) -> str:
    if row["value"] is not None:
        return words.number(row["value"])
    if row["low"] is None or row["high"] is None:
        return words.UNKNOWN
    return f"{words.number(row['low'])} to {words.number(row['high'])}"


def _unknown(report: Row) -> list[str]:
    titles = {row["project"]: row["name"] for row in report["positions"]}
    told = []
    for line in report["unknown"]:
        key, _, rest = line.partition(": ")
        told.append(f"{titles.get(key, key)}: {rest}" if rest else line)
    return list(dict.fromkeys(told))


def _sources(held: list[Holding]) -> list[sources.Cited]:
    """Of the sites, and the releases in force, from which scores are made. What one score took from
    which of them stands on the briefing of its project."""
    keys = [one.project.pk for one in held]
    sites = Project.objects.filter(pk__in=keys, release__isnull=False)
    at = sources.of_releases(sites.values_list("release__code", flat=True))
    releases = Release.objects.filter(pk__in=effective.in_force().ids)
    read = sources.of_releases(releases.values_list("code", flat=True))
    known = set(sources.release_codes(at))
    return [
        *(replace(one, what="sites") for one in at),
        *(replace(one, what="scores") for one in read if one.release not in known),
    ]


def _view(found: Figures) -> list[str]:
    return stamps.of_scores(list(found.scores.values()))
