"""The briefing of a project, seen by nobody in particular or by a buyer of one of its minerals."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from riskscore.errors import NotFoundError
from riskscore.models import LandLayer, Mineral, Project, ProjectMineral, Score
from riskscore.models.scores import Band
from riskscore.scoring.explanation import (
    DimensionRow,
    Explanation,
    IndicatorRow,
    NodeFigures,
    explain,
    specification,
)
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.scoring.stored_score import StoredScore
from riskscore.sourcing.briefings import candidates_seen, sources, stamps, words
from riskscore.sourcing.briefings.content import Briefing, Listing, Picture, Table
from riskscore.sourcing.briefings.places import place_names
from riskscore.sourcing.briefings.sites_drawn import DEGREES, dots
from riskscore.sourcing.briefings.sources import Cited
from riskscore.sourcing.briefings.supply_figures import Figure
from riskscore.sourcing.briefings.words import Names
from riskscore.sourcing.drawings import maps, plots
from riskscore.sourcing.shortlists import candidate_facts, candidates, shortlist
from riskscore.sourcing.shortlists.candidates import Asked

Row = dict[str, Any]


def briefing(key: str, buyer: Buyer | None = None, mineral: Mineral | None = None) -> Briefing:
    """The page. Raises NotFoundError for a project that is not there, and for one that cannot be
    seen from the side of the buyer."""
    project = Project.objects.filter(key=key).select_related("place", "release").first()
    if project is None:
        raise NotFoundError(f"there is no project {key}", place="key")
    names, score = place_names(), _score(project)
    why = None if score is None else _explained(score)
    seen = _seen(project, buyer, mineral)
    return Briefing(
        name=project.key,
        title=project.name,
        subtitle=_subtitle(project, names, buyer, mineral),
        figures=[*_for_buyer(seen, names), *_figures(score, why)],
        pictures=[*_pictures(project, why, buyer, mineral), _map(project, names)],
        parts=[*_judged(seen, names), *_points(why), *_facts(project, names)],
        unknown=_unknown(project, why, seen),
        sources=_sources(project, why),
        stamp=[*stamps.of_score(score), stamps.made_at(timezone.now())],
    )


def _score(project: Project) -> Score | None:
    through = candidates.lens()
    if through is None:
        return None
    found = Score.objects.filter(lens=through, project=project)
    return found.select_related("method", "project", "lens").first()


def _explained(score: Score) -> Explanation:
    method = specification(score.method_id, score.method.hash)
    return explain(method, StoredScore.from_instance(score))


def _subtitle(project: Project, names: Names, buyer: Buyer | None, mineral: Mineral | None) -> str:
    rows = ProjectMineral.objects.filter(project=project).select_related("mineral")
    minerals = [f"{row.mineral} ({row.role})" for row in rows.order_by("role", "mineral")]
    parts = [
        words.place(project.place_id, names),
        project.kind,
        project.status or "status unknown",
        words.listed(minerals, 4) or "no mineral on record",
        maps.position(project.latitude, project.longitude),
        project.key,
    ]
    if buyer and mineral:
        parts.append(f"for {words.together(buyer.codes, names)} × {mineral}")
    return " · ".join(parts)


# --- From the side of a buyer -------------------------------------------------------------------
def _question(buyer: Buyer, mineral: Mineral) -> shortlist.Question:
    return shortlist.Question(buyer, Asked(mineral.pk))


def _seen(project: Project, buyer: Buyer | None, mineral: Mineral | None) -> Row | None:
    if buyer is None or mineral is None:
        return None
    found = shortlist.of_project(project.key, _question(buyer, mineral))
    if found is None:
        raise NotFoundError(
            f"{project.key} yields no {mineral.pk}, or is left out of rankings", place="mineral",
            remedy="Choose one of its minerals, or leave the buyer out.",
        )  # fmt: skip
    return found


def _for_buyer(seen: Row | None, names: Names) -> list[Figure]:
    if seen is None:
        return []
    now = seen["baseline"]
    today = "no imports on record"
    if now["largest"] is not None:
        share = words.percent(now["largest_share01"])
        today = f"of the imports; today {share} hang on {words.place(now['largest'], names)}"
    apart = f"{seen['told_apart_from']} of {seen['of']}"
    return [
        Figure("N-1 falls by", words.gain(seen["gain_low01"], seen["gain_high01"]), today),
        Figure("Can give a year", candidates_seen.can_give(seen), "tonnes of traded product"),
        Figure("Told apart from", apart, "other projects of the mineral, on both axes"),
    ]


def _judged(seen: Row | None, names: Names) -> list[Table | Listing]:
    if seen is None:
        return []
    told = [
        words.spelled(seen["why"], names),
        words.spelled(f"Through refining: {candidates_seen.refining(seen)}", names),
        f"Would decide: {candidates_seen.decides(seen)}.",
    ]
    owned = candidates_seen.owned(seen, names)
    return [
        Listing(
            "What it would change",
            [*told, *([f"{owned[:1].upper()}{owned[1:]}."] if owned else [])],
        )
    ]


# --- Scores -------------------------------------------------------------------------------------
def _figures(score: Score | None, why: Explanation | None) -> list[Figure]:
    if score is None or why is None:
        return [Figure("Risk, 0 to 100", words.UNKNOWN, "not scored")]
    return [_figure(why.composite, score), *(_figure(row.figures) for row in why.dimensions)]


def _figure(node: NodeFigures, score: Score | None = None) -> Figure:
    about = [] if node.score is None else [_band(node)]
    if node.low is not None and node.high is not None:
        about.append(f"between {words.between(node.low, node.high)} if all were known")
    if score is not None and score.interval_low is not None and score.interval_high is not None:
        about.append(f"90 % interval {score.interval_low:.0f}–{score.interval_high:.0f}")
    if node.coverage is not None:
        about.append(f"{words.percent(node.coverage)} of the weight known")
    value = "not assessed" if node.score is None else words.points(node.score)
    return Figure(node.label, value, "; ".join(about))


def _band(node: NodeFigures) -> str:
    return Band(node.band).label


def _pictures(
    project: Project, why: Explanation | None, buyer: Buyer | None, mineral: Mineral | None
) -> list[Picture]:
    if buyer and mineral:
        return _among_others(project, _question(buyer, mineral))
    if why is None:
        return []
    rated = [
        plots.Rated(node.label, node.score, node.low, node.high, _band(node))
        for node in (why.composite, *(row.figures for row in why.dimensions))
    ]
    about = "Bars: scores, 0 to 100. Lines below: all that each can be if the unknown were known."
    return [Picture(plots.dimensions(rated), about)]


def _among_others(project: Project, question: shortlist.Question) -> list[Picture]:
    found = shortlist.shortlist(question)
    own = shortlist.of_project(project.key, question)
    others = [item for item in found["items"] if item["key"] != project.key]
    spots = candidates_seen.spots([*([own] if own else []), *others], marked=project.key)
    if not spots:
        return []
    return [
        Picture(
            plots.two_axes(spots),
            f"1 is this project; the others are the first of {found['considered']}. Boxes that "
            "overlap are not told apart; to the lower right is better.",
        )
    ]


def _points(why: Explanation | None) -> list[Table | Listing]:
    """The indicators that add most to the composite."""
    if why is None:
        return []
    rows = [(row, one) for row in why.dimensions for one in row.indicators if one.contribution]
    rows.sort(key=lambda pair: -(pair[1].contribution or 0.0))
    return [
        Table(
            "What the composite is made of",
            ("Indicator", "Dimension", "Value", "Years", "Points"),
            [_point(dimension, one) for dimension, one in rows],
            frozenset({2, 4}),
        )
    ]


def _point(dimension: DimensionRow, one: IndicatorRow) -> tuple[str, ...]:
    subject = one.subject
    about = ", ".join(part for part in (words.plain(subject.mineral or ""), one.nearest) if part)
    return (
        f"{one.leaf.label}{f' ({about})' if about else ''}",
        dimension.figures.label,
        _value(one),
        subject.years or "–",
        words.points(one.contribution),
    )


def _value(one: IndicatorRow) -> str:
    if one.level:
        return words.plain(one.level)
    if one.value is None:
        return words.UNKNOWN
    if one.indicator.unit == "share 0..1":
        return words.percent(one.value)
    if one.indicator.unit == "0/1":
        return "yes" if one.value else "no"
    return f"{words.number(one.value)} {one.indicator.unit}".strip()


# --- Facts --------------------------------------------------------------------------------------
def _facts(project: Project, names: Names) -> list[Table | Listing]:
    ids = [project.pk]
    item: Row = {
        "owners": candidate_facts.owners_of(ids)[project.pk],
        "offtake": candidate_facts.offtake_of(ids)[project.pk],
        "communities": candidate_facts.communities_of([project])[project.pk],
    }
    told = [
        f"Owners: {candidates_seen.owners(item, names, 6)}",
        f"Off-take: {candidates_seen.offtake(item, names)}",
        f"Nearest registered communities: {candidates_seen.communities(item, 5)}",
    ]
    return [Listing("Facts on record", [*told, *_capacities(project)])]


def _capacities(project: Project) -> Iterable[str]:
    minerals = ProjectMineral.objects.filter(project=project).order_by("mineral")
    for mineral in minerals.values_list("mineral", flat=True):
        known = candidate_facts.capacity_of([project.pk], mineral).get(project.pk)
        yield f"Capacity, {words.plain(mineral)}: {_capacity(known)}"


def _capacity(known: Row | None) -> str:
    if known is None:
        return words.UNKNOWN
    low, high = known["low"], known["high"]
    span = f"{low:,.3g}" if low == high else f"{low:,.3g} to {high:,.3g}"
    year = f" in {known['year']}" if known["year"] else ""
    reason = f"; {known['reason']}" if known["reason"] else ""
    return f"{span} {known['unit']} a year{year} ({known['basis']}{reason})"


def _map(project: Project, names: Names) -> Picture:
    rows = Project.objects.filter(place=project.place_id, state=Project.State.PUBLISHED)
    others, told = dots(rows.exclude(pk=project.pk), words.place(project.place_id, names))
    where = maps.position(project.latitude, project.longitude)
    here = [(project.name, project.latitude, project.longitude)]
    return Picture(
        maps.sketch(here, others, f"{project.name} at {where} among {told}"),
        f"Dots besides: {told}. {DEGREES}",
    )


def _unknown(project: Project, why: Explanation | None, seen: Row | None) -> Listing:
    told = [
        f"{row.figures.label}: {words.listed(missing, 6)}"
        for row in (why.dimensions if why else ())
        if (missing := [one.leaf.label for one in row.indicators if _is_missing(one)])
    ]
    facts = seen["unknown"] if seen else []
    if facts:
        told.insert(0, f"For the buyer: {', '.join(facts)}")
    if project.flags:
        told.insert(0, f"Flagged: {', '.join(words.plain(flag) for flag in project.flags)}")
    return Listing("What is unknown", told or ["Nothing that the method asks for."])


def _is_missing(one: IndicatorRow) -> bool:
    return one.value is None and one.lowers_coverage


def _sources(project: Project, why: Explanation | None) -> list[Cited]:
    """Of what was counted, each with what it was read for, and of the site itself."""
    read: dict[str, tuple[dict[str, str], list[IndicatorRow]]] = {}
    for row in why.dimensions if why else ():
        for one in row.indicators:
            if one.contribution and one.value is not None:
                for citation in one.sources:
                    if "title" in citation:
                        read.setdefault(citation["title"], (citation, []))[1].append(one)
    own = sources.of_releases([project.release.code] if project.release else [])
    maps_of = sources.of_layers(LandLayer.Kind.COMMUNITIES, places={project.place_id})
    counted = [_cited(citation, rows) for citation, rows in read.values()]
    return [*own, *counted, *(one for one in maps_of if one.title not in read)]


def _cited(citation: dict[str, str], rows: Sequence[IndicatorRow]) -> Cited:
    years = {row.subject.year for row in rows if row.subject.year}
    years |= {row.subject.first_year for row in rows if row.subject.first_year}
    return Cited(
        citation["title"],
        citation.get("publisher", ""),
        citation.get("published_edition", ""),
        citation.get("licence", ""),
        words.years(year for year in years if year),
        words.listed(list(dict.fromkeys(row.leaf.label for row in rows)), 2),
        citation.get("url", ""),
        citation.get("release", ""),
    )
