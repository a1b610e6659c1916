"""What if: a heat map of what scenarios take from each buyer, and one buyer in full."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from riskscore.admin.sourcing import answering
from riskscore.admin.sourcing.question import USUAL_MINERALS, sentence
from riskscore.curation import scenario_edits
from riskscore.engine.arrays import Counts, Floats
from riskscore.engine.sourcing.stated_shocks import MOST_SHOCKS, BadShocks, Stated
from riskscore.errors import RiskscoreError
from riskscore.models import Place, Scenario
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers
from riskscore.sourcing.briefings import words
from riskscore.sourcing.briefings.places import place_names
from riskscore.sourcing.scenarios import scenario_effects
from riskscore.sourcing.scenarios.scenario_effects import Effects, Question

TITLE = "What if"
#: Buyers and minerals that the map shows.
MOST_BUYERS, MOST_MINERALS = 30, 12
#: Where the shades of damage begin, in shares of the supply.
SHADES = (0.0005, 0.05, 0.25, 0.5)
Row = dict[str, Any]
Names = Mapping[str, str]


@answering.for_readers
def scenarios(request: HttpRequest) -> HttpResponse:
    """The stored scenarios, and what those that are ticked do together."""
    newer = Scenario.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
    stored = list(Scenario.objects.filter(~Exists(newer)).order_by("title"))
    ticked = [row for row in stored if row.code in set(request.GET.getlist("scenario"))]
    unknown = set(request.GET.getlist("scenario")) - {row.code for row in stored}
    names = place_names()
    shown: Row = {
        "stored": [(row, row in ticked) for row in stored],
        "ticked": ticked,
        "countries": sorted(_buyers(names), key=lambda pair: pair[1]),
        "buyer_code": request.GET.get("buyer", "").upper(),
        "wrong": [f"There is no scenario {code}." for code in sorted(unknown)],
    }
    if ticked and not unknown:
        try:
            shown |= _answer(ticked, request, names)
        except (RiskscoreError, BadShocks) as error:
            told = sentence(error) if isinstance(error, RiskscoreError) else str(error)
            shown["wrong"] = [told]
    return answering.page(request, "scenarios", TITLE, shown, 400 if shown["wrong"] else 200)


def _buyers(names: Names) -> list[tuple[str, str]]:
    codes = Place.objects.exclude(code__in=buyers.NOBODY).values_list("code", flat=True)
    return [(code, names[code]) for code in codes]


def _shocks(ticked: Sequence[Scenario]) -> tuple[Stated, ...]:
    return scenario_edits.checked([shock for row in ticked for shock in row.shocks][:MOST_SHOCKS])


def _answer(ticked: Sequence[Scenario], request: HttpRequest, names: Names) -> Row:
    shocks = _shocks(ticked)
    codes = [code for code in request.GET.get("buyer", "").upper().split(",") if code]
    if codes:
        buyer = buyers.buyer_of(codes)
        rows = scenario_effects.rows(Question(shocks, (buyer,)))
        touched = [row for row in rows if row["lost_t"] or row["says"]]
        touched.sort(key=lambda row: -(row["supply_lost01"] or 0.0))
        return {
            "one": words.together(buyer.codes, names),
            "effects": [_effect(row, names) for row in touched],
            "untouched": len(rows) - len(touched),
        }
    return {"map": heat_map(scenario_effects.effects(Question(shocks)), names)}


# --- The map ------------------------------------------------------------------------------------
def heat_map(found: Effects, names: Names) -> Row:
    """Buyers by minerals that the shocks touch: who buys most of them first.

    A cell is the share of the supply lost, None where it is not on record.
    """
    lost, bought = found.lost01, np.nan_to_num(found.before.imports_t)
    touched = np.flatnonzero((np.nan_to_num(np.abs(lost)) >= SHADES[0]).any(axis=0))
    columns = _columns(lost, touched, found.world.axes.minerals)
    whole = np.maximum(bought.sum(axis=0), 1.0)
    weight = (bought / whole)[:, columns].sum(axis=1)
    order = [int(i) for i in np.argsort(-weight, kind="stable")[:MOST_BUYERS] if weight[i] > 0]
    minerals = found.world.axes.minerals
    return {
        "minerals": [words.plain(minerals[column]) for column in columns],
        "rows": [_line(found, at, columns, names) for at in order],
        "buyers": len(found.buyers),
        "more_minerals": len(touched) - len(columns),
        "nothing": not columns,
    }


def _columns(lost: Floats, touched: Counts, minerals: Sequence[str]) -> list[int]:
    """The touched minerals: those asked for most first, then those that lose most."""
    hurt = np.nan_to_num(np.abs(lost)).max(axis=0, initial=0.0)

    def rank(column: int) -> tuple[int, float]:
        usual = minerals[column] in USUAL_MINERALS
        return (USUAL_MINERALS.index(minerals[column]) if usual else 99, -float(hurt[column]))

    return sorted((int(column) for column in touched), key=rank)[:MOST_MINERALS]


def _line(found: Effects, at: int, columns: Sequence[int], names: Names) -> Row:
    buyer = found.buyers[at]
    return {
        "name": words.together(buyer.codes, names),
        "code": ",".join(buyer.codes),
        "cells": [_cell(found, at, column, buyer) for column in columns],
    }


def _cell(found: Effects, at: int, column: int, buyer: Buyer) -> Row:
    value = float(found.lost01[at, column])
    known = None if np.isnan(value) else value
    mineral = found.world.axes.minerals[column]
    asked = urlencode({"buyer": ",".join(buyer.codes), "mineral": mineral})
    return {
        "text": _damage(known),
        "shade": shade(known),
        "link": f"{reverse('admin:sourcing_dependence')}?{asked}",
    }


def _damage(lost01: float | None) -> str:
    if lost01 is None:
        return "?"
    if lost01 < 0:
        return f"gains {words.percent(-lost01)}"
    return words.percent(lost01)


def shade(lost01: float | None) -> str:
    """The style of a cell: darker is worse, and none stands for what nobody knows."""
    if lost01 is None:
        return "not-known"
    if lost01 <= -SHADES[0]:
        return "gains"
    return f"damage-{sum(lost01 >= start for start in SHADES)}"


# --- One buyer ----------------------------------------------------------------------------------
def _effect(row: Row, names: Names) -> Row:
    fillers = [
        f"{words.place(one['place'], names)} (sells {words.tonnes(one['sells_buyer_t'])})"
        for one in row["fillers"]
    ]
    return {
        "mineral": words.plain(row["mineral"]),
        "lost": _damage(row["supply_lost01"]),
        "shade": shade(row["supply_lost01"]),
        "at_most": _damage(row["supply_lost_at_most01"]),
        "tonnes": words.tonnes(row["lost_t"]),
        "n1": " → ".join(_largest(row, side, names) for side in ("before", "after")),
        "hhi": _both(row, "import_quantity_hhi01"),
        "geopolrisk": _both(row, "geopolrisk01"),
        "world": words.percent(row["world_output_hit01"]),
        "fillers": ", ".join(fillers) or "nobody on record",
        "says": [words.spelled(text, names) for text in row["says"]],
        "why": row["why"],
    }


def _largest(row: Row, side: str, names: Names) -> str:
    place = row[f"largest_supplier_{side}"]
    if place is None:
        return "none"
    return f"{words.percent(row[f'largest_supplier_share01_{side}'])} {names.get(place, place)}"


def _both(row: Row, name: str) -> str:
    return f"{words.index(row[f'{name}_before'])} → {words.index(row[f'{name}_after'])}"
