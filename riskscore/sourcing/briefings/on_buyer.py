"""The briefing of a buyer and a mineral: the supply, the formulas, and the projects."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from riskscore.models import LandLayer, Mineral, Project, Score
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers, regions
from riskscore.sourcing.briefings import candidates_seen, sources, stamps, words
from riskscore.sourcing.briefings.content import Briefing, Listing, Picture, Table
from riskscore.sourcing.briefings.places import place_names
from riskscore.sourcing.briefings.sites_drawn import DEGREES, dots
from riskscore.sourcing.briefings.stages_seen import stage_rows
from riskscore.sourcing.briefings.supply_figures import figures, reasons
from riskscore.sourcing.briefings.words import Names
from riskscore.sourcing.chain import stages
from riskscore.sourcing.dependence import buyer_view
from riskscore.sourcing.drawings import maps, plots
from riskscore.sourcing.shortlists import candidates, shortlist
from riskscore.sourcing.shortlists.candidates import Asked

Row = dict[str, Any]


def briefing(buyer: Buyer, mineral: Mineral, region: str = "") -> Briefing:
    """The page. ``region``: names of where the projects are, apart by commas; empty: everywhere.

    Raises NotFoundError for a year without trade and for a region that is none.
    """
    names = place_names()
    (row,) = buyer_view.rows(buyer_view.Question(buyer, [mineral.pk]))
    parts = [part.strip() for part in region.split(",") if part.strip()]
    asked = Asked(mineral.pk, regions.places_of(parts) if parts else None)
    found = shortlist.shortlist(shortlist.Question(buyer, asked))
    where = f"projects in {region}" if parts else "projects everywhere"
    return Briefing(
        name=f"{buyer.name}-{mineral.pk}",
        title=f"{words.together(buyer.codes, names)} × {mineral}",
        subtitle=f"On whom the supply hangs, and which projects would change that; {where}",
        figures=figures(row, names),
        pictures=list(_pictures(found, asked)),
        parts=[*_supply(row, names), _stages(buyer, mineral, names), _projects(found, names)],
        unknown=_unknown(row, found, names),
        sources=_sources(row, found),
        stamp=[*_stamp(found), stamps.made_at(timezone.now())],
    )


def _pictures(found: Row, asked: Asked) -> list[Picture]:
    spots = candidates_seen.spots(found["items"])
    here = _sites(found)
    result = []
    if spots:
        told = (
            f"The first {len(spots)} of {found['considered']} projects; "
            if len(spots) < found["considered"]
            else ""
        )
        result.append(
            Picture(
                plots.two_axes(spots),
                f"{told}each is the box of all that it can be. Boxes that overlap are not told "
                "apart; to the lower right is better.",
            )
        )
    if here:
        others, told = dots(_others(asked), words.plain(asked.mineral))
        result.append(
            Picture(
                maps.sketch(here, others, "Where the projects of the table are"),
                f"Numbers: projects of the table; dots: {told}. {DEGREES}",
            )
        )
    return result


def _sites(found: Row) -> list[maps.Site]:
    """The projects shown, by their numbers."""
    numbers = {item["key"]: number for number, item in enumerate(found["items"][:10], 1)}
    rows = Project.objects.filter(key__in=numbers).values_list("key", "latitude", "longitude")
    return sorted((str(numbers[key]), lat, lon) for key, lat, lon in rows)


def _others(asked: Asked) -> QuerySet[Project]:
    rows = Project.objects.filter(
        minerals__mineral=asked.mineral, state=Project.State.PUBLISHED
    ).exclude(flags__overlap=[str(flag) for flag in Project.UNRANKED])
    return rows if asked.places is None else rows.filter(place__in=asked.places)


def _supply(row: Row, names: Names) -> list[Table | Listing]:
    sellers = Table(
        "From whom",
        ("Seller", "Share", "Tonnes a year", "Closest agreement"),
        [
            (
                words.place(one["place"], names) if one["place"] else "all others",
                words.percent(one["share01"]),
                words.tonnes(one["tonnes"]),
                words.plain(one["agreement"] or (words.UNKNOWN if one["place"] else "–")),
            )
            for one in row["mix"]
        ],
        frozenset({1, 2}),
    )
    said = [words.spelled(one["words"], names) for one in row["disagreements"]["findings"]]
    quarrel = Listing("Where the formulas disagree", said or ["They point the same way."])
    return (
        [sellers, quarrel]
        if row["mix"]
        else [Listing("From whom", ["No imports are on record for this buyer and mineral."])]
    )


def _projects(found: Row, names: Names) -> Table | Listing:
    if not found["items"]:
        return Listing("Projects", ["No project on record fits the question."])
    seen = [candidates_seen.seen(at, item, names) for at, item in enumerate(found["items"], 1)]
    table = Table(
        _compared(found),
        ("", "Project", "N-1 falls by", "Human cost", "Labour", "Indigenous", "Told apart from",
         "Owners"),
        [
            (
                str(row["number"]), f"{row['name']}, {row['where']}", row["gain"], row["cost"],
                row["labour"], row["indigenous"],
                f"{item['told_apart_from']} of {item['of']}",
                candidates_seen.owners(item, names, 2),
            )
            for row, item in zip(seen, found["items"], strict=True)
        ],
        frozenset({2, 3}),
    )  # fmt: skip
    return replace(table, left_out=found["considered"] - len(seen))


def _stages(buyer: Buyer, mineral: Mineral, names: Names) -> Table:
    chain = stage_rows(stages.route(buyers.now(buyer), mineral.pk), names)
    return Table(
        "Ore, refining, buyer: the weakest stage counts",
        ("Stage", "Lost with one place", "Largest", "Whose figures"),
        [
            (
                f"{row['name']}{' (weakest)' if row['is_weakest'] else ''}",
                row["lost"], row["largest"], row["whose"],
            )
            for row in chain["rows"]
        ],
    )  # fmt: skip


def _compared(found: Row) -> str:
    compared, best = found["considered"], found["not_dominated"]
    if best == compared:
        return f"Projects: {compared} compared, none is told to be better than another"
    return f"Projects: {compared} compared, no other one is better than {best} of them"


def _unknown(row: Row, found: Row, names: Names) -> Listing:
    facts: dict[str, int] = {}
    for item in found["items"]:
        for fact in item["unknown"]:
            facts[fact] = facts.get(fact, 0) + 1
    told = [
        f"{fact[:1].upper()}{fact[1:]}: unknown of {n} of the {len(found['items'])} projects shown"
        for fact, n in sorted(facts.items(), key=lambda each: (-each[1], each[0]))
    ]
    return Listing("What is unknown", [*reasons(row, names), *told] or ["Nothing of the above."])


def _sources(row: Row, found: Row) -> list[sources.Cited]:
    """Of the supply, of the projects themselves, and of the registers of communities."""
    keys = [item["key"] for item in found["items"]]
    releases = Project.objects.filter(key__in=keys, release__isnull=False)
    codes = set(releases.values_list("release__code", flat=True))
    cited = sources.of_supply(row)
    known = set(sources.release_codes(cited))
    registers = found["items"] and any(item["communities"] for item in found["items"])
    return [
        *cited,
        *(replace(one, what="sites") for one in sources.of_releases(codes - known)),
        *(sources.of_layers(LandLayer.Kind.COMMUNITIES) if registers else []),
    ]


def _stamp(found: Row) -> list[str]:
    through = candidates.lens()
    if through is None:
        return ["Nothing is scored"]
    keys = [item["key"] for item in found["items"]]
    scores = Score.objects.filter(lens=through, project__key__in=keys).select_related("method")
    return stamps.of_scores(list(scores)) if keys else []
