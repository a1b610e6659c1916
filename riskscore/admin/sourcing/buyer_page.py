"""The buyer's view as a page: one mineral with all its formulas, or every mineral in a line."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from riskscore.admin.sourcing import answering, question_page
from riskscore.admin.sourcing.question import QuestionForm, sentence
from riskscore.engine.sourcing.supply_mix import EU_TEST01
from riskscore.errors import NotFoundError
from riskscore.models import Mineral
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers
from riskscore.sourcing.briefings import ledger_seen, sources, words
from riskscore.sourcing.briefings.places import place_names
from riskscore.sourcing.briefings.stages_seen import stage_rows
from riskscore.sourcing.briefings.supply_figures import figures, reasons
from riskscore.sourcing.chain import stages
from riskscore.sourcing.dependence import buyer_view
from riskscore.sourcing.drawings import plots
from riskscore.sourcing.drawings.svg import svg
from riskscore.sourcing.holdings import equity

Row = dict[str, Any]
#: Lines over the years: field, name, and the greatest that it can be (None: the greatest it was).
TRENDS = (
    ("largest_share01", "N-1, share of the largest seller", 1.0),
    ("named_share01", "Share of {named}", 1.0),
    ("import_hhi01", "HHI of imports", 1.0),
    ("geopolrisk01", "GeoPolRisk", None),
    ("imports_t", "Imports", None),
)


@answering.for_readers
def dependence(request: HttpRequest) -> HttpResponse:
    """What a buyer gets of a mineral, from whom, and how far it hangs on them."""
    form = QuestionForm(request.GET)
    if not form.is_valid():
        return question_page.refused(request, form)
    try:
        rows = buyer_view.rows(form.view)
    except NotFoundError as error:
        return question_page.refused(request, form, sentence(error))
    names, buyer = place_names(), form.cleaned_data["buyer"]
    title = f"{words.together(buyer.codes, names)}: where its minerals come from"
    shown = {"form": form, "buyer": buyer, "way": "dependence", **links(request, buyer, form)}
    if form.cleaned_data["mineral"] is None:
        lines = [_line(row, names, buyer, form.cleaned_data["named"]) for row in rows]
        lines.sort(key=lambda line: line["order"])
        named = words.place(form.cleaned_data["named"], names)
        return answering.page(request, "minerals", title, {**shown, "lines": lines, "named": named})
    mineral = form.cleaned_data["mineral"]
    title = f"{words.together(buyer.codes, names)} × {mineral}"
    chain = stages.route(buyers.now(buyer), mineral.pk, form.cleaned_data["named"])
    held = equity.ledger(equity.Question(buyer, mineral.pk), timezone.now().date())
    shown |= {"chain": stage_rows(chain, names), "ledger": ledger_seen.seen(held, names)}
    shown |= _shown(rows[0], names)
    return answering.page(request, "dependence", title, shown)


def links(request: HttpRequest, buyer: Buyer, form: QuestionForm) -> dict[str, Any]:
    """Where the same question leads: other pages, paper, and the API."""
    query = request.GET.copy()
    query.setlist("buyer", [",".join(buyer.codes)])
    mineral = form.cleaned_data["mineral"]
    asked = {"buyer": ",".join(buyer.codes), "mineral": mineral.pk if mineral else ""}
    briefing = f"{reverse('admin:sourcing_briefing_buyer')}?{urlencode(asked)}"
    return {
        "question_link": f"{reverse('admin:sourcing_question')}?{query.urlencode()}",
        "dependence_link": f"{reverse('admin:sourcing_dependence')}?{query.urlencode()}",
        "shortlist_link": f"{reverse('admin:sourcing_shortlist')}?{query.urlencode()}",
        "briefing_link": briefing if mineral else "",
        "pdf_link": f"{briefing}&format=pdf" if mineral else "",
        "profiles": _profiles(buyer, mineral),
    }


def _profiles(buyer: Buyer, mineral: Mineral | None) -> list[tuple[str, str]]:
    """(name, address) of the profiles of the mineral and of a buyer that is one place."""
    found = [(mineral.name, reverse("admin:profile_mineral", args=[mineral.pk]))] if mineral else []
    if len(buyer.codes) == 1:
        found.append((buyer.name, reverse("admin:profile_place", args=buyer.codes)))
    return found


def _shown(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "figures": figures(row, names),
        "years": words.years(row["import_years"]),
        "mix": [_partner(partner, names) for partner in row["mix"]],
        "own": words.tonnes(row["own_production_t"]),
        "trends": _trends(row, names),
        "findings": [
            words.spelled(finding["words"], names) for finding in row["disagreements"]["findings"]
        ],
        "moves": [_move(move, names) for move in row["disagreements"]["moves"]],
        "sources": sources.of_supply(row),
        "reasons": reasons(row, names),
        "names": names,
    }


def _partner(partner: Row, names: Mapping[str, str]) -> Row:
    g = partner["instability01"]
    return {
        "name": words.place(partner["place"], names) if partner["place"] else "all others",
        "bar": svg(plots.bar(partner["share01"], test01=EU_TEST01)),
        "share": words.percent(partner["share01"]),
        "tonnes": words.tonnes(partner["tonnes"]),
        "agreement": words.plain(partner["agreement"]) if partner["agreement"] else words.UNKNOWN,
        "instability": words.UNKNOWN if g is None else f"{g:.2f}",
        "is_rest": partner["place"] is None,
        "link": reverse("admin:profile_place", args=[partner["place"]]) if partner["place"] else "",
    }


def _trends(row: Row, names: Mapping[str, str]) -> list[tuple[str, SafeString, str]]:
    """(name, line, newest value) of each figure with two years or more."""
    years: Sequence[Row] = row["trend"]
    if len(years) < 2:
        return []
    drawn = []
    for field, name, limit in TRENDS:
        values = [(year["year"], year[field]) for year in years]
        known = [value for _, value in values if value is not None]
        if not known:
            continue
        newest = _newest(field, values[-1][1])
        label = name.format(named=words.place(row["named"]["place"], names))
        about = f"{label}, {values[0][0]} to {values[-1][0]}; newest: {newest}"
        drawn.append((label, svg(plots.years(values, limit or max(known), about)), newest))
    return drawn


def _newest(field: str, value: float | None) -> str:
    if field == "imports_t":
        return words.tonnes(value)
    return words.percent(value) if field.endswith("share01") else words.index(value)


def _move(move: Row, names: Mapping[str, str]) -> Row:
    return {
        "to": words.place(move["to"], names),
        "seller": words.place(move["from"], names),
        "tonnes": words.tonnes(move["tonnes"]),
        "output": words.tonnes(move["output_t"]),
        "feasible": move["feasible"],
        "n1": words.change(move["n1_change01"]),
        "hhi": words.signed(move["import_hhi_change01"]),
        "geopolrisk": words.part(move["geopolrisk_change_part"]),
        "opposite": move["opposite"],
    }


def _line(row: Row, names: Mapping[str, str], buyer: Buyer, named: str) -> Row:
    """One mineral of the overview, those that hang most on one seller first."""
    largest = row["largest"]
    query = urlencode({"buyer": ",".join(buyer.codes), "mineral": row["mineral"], "named": named})
    return {
        "mineral": words.plain(row["mineral"]),
        "link": f"{reverse('admin:sourcing_dependence')}?{query}",
        "order": (-largest["share01"] if largest else 1.0, row["mineral"]),
        "imports": words.tonnes(row["imports_t"]),
        "largest": words.place(largest["place"], names) if largest else words.UNKNOWN,
        "n1": words.percent(largest["share01"] if largest else None),
        "bar": svg(plots.bar(largest["share01"] if largest else None,
                             test01=EU_TEST01)),
        "named": words.percent(row["named"]["share01"]),
        "above": row["named"]["above_65_percent"],
        "hhi": words.index(row["import_quantity_hhi01"]),
        "geopolrisk": words.index(row["geopolrisk01"]),
        "agreed": words.percent(row["agreement_share01"]),
    }  # fmt: skip
