"""The figures of a buyer's row in words: what each says, and why one is unknown."""

import re
from dataclasses import dataclass
from typing import Any

from riskscore.sourcing.briefings import words
from riskscore.sourcing.briefings.words import Names

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """``label``: what; ``value``: how much, in words; ``about``: what to know of it."""

    label: str
    value: str
    about: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows it."""
        return self.value == words.UNKNOWN


def figures(row: Row, names: Names) -> list[Figure]:
    """The figures of one buyer and mineral, N-1 first."""
    return [
        _largest(row, names),
        _named(row, names),
        Figure(
            "HHI of imports", words.index(row["import_quantity_hhi01"]),
            "0 many sellers, 1 a single one; over tonnes",
        ),
        Figure(
            "GeoPolRisk", words.index(row["geopolrisk01"]),
            "HHI of world output × imports weighted by the sellers' political instability",
        ),
        _commission(row),
        Figure(
            "From partners by agreement", words.percent(row["agreement_share01"]),
            "sellers with a trade agreement or minerals partnership, and no restriction on it",
        ),
        _expected(row),
        _reliance(row),
        _imports(row),
    ]  # fmt: skip


#: What the API's names stand for, in the sentences that say why one is unknown.
PLAIN = {
    "import_value_kusd": "import value",
    "own_production_t": "own output",
    "production_hhi01": "HHI of world output",
    "ec_hhi_wgi_t_world10": "the Commission's HHI of world output",
    "ec_hhi_wgi_t_importer10": "the Commission's HHI of the imports",
    "import_reliance01": "reliance on imports",
    "eol_rir01": "recycling rate",
    "substitution01": "substitution index",
    "ec_supply_risk": "EC supply risk",
}


def reasons(row: Row, names: Names) -> list[str]:
    """Why each unknown figure is unknown, in sentences."""
    told = row["why"].split("; ") if row["why"] else []
    for name, label in PLAIN.items():
        told = [re.sub(rf"\b{name}\b", label, text) for text in told]
    return [words.spelled(text[:1].upper() + text[1:], names) for text in told]


def _largest(row: Row, names: Names) -> Figure:
    label = "N-1: lost if the largest seller stops"
    largest = row["largest"]
    if largest is None:
        return Figure(label, words.UNKNOWN, "no imports on record")
    about = f"{words.place(largest['place'], names)}: {words.tonnes(largest['tonnes'])} a year"
    supply = largest["share_of_supply01"]
    if supply is not None and abs(supply - largest["share01"]) > 0.0005:
        about += f"; {words.percent(supply)} of imports and own output"
    return Figure(label, words.percent(largest["share01"]), about)


def _named(row: Row, names: Names) -> Figure:
    named = row["named"]
    told = {None: "", True: "above the EU's 65 % test", False: "below the EU's 65 % test"}
    share = words.percent(named["share01"])
    return Figure(
        f"From {words.place(named['place'], names)}", share, told[named["above_65_percent"]]
    )


def _commission(row: Row) -> Figure:
    label, value, most = "EC supply risk", row["ec_supply_risk"], row["ec_supply_risk_at_most"]
    if value is not None:
        return Figure(label, f"{value:.2f}", "critical from 1")
    if most is not None:
        return Figure(
            label, f"at most {most:.2f}",
            "critical from 1; the substitution index or import reliance is unknown",
        )  # fmt: skip
    return Figure(label, words.UNKNOWN, "its parameters are not on record")


def _expected(row: Row) -> Figure:
    covered = row["expected_loss_covers01"]
    about = "by the disruption model, next year; it cannot foresee a decree"
    if covered is not None and covered < 0.9995:
        about += f"; speaks of {words.percent(covered)} of the imports"
    return Figure("Expected loss", words.percent(row["expected_loss01"]), about)


def _imports(row: Row) -> Figure:
    if row["imports_t"] is None:
        return Figure("Imports", words.UNKNOWN, "none on record for this buyer")
    stage = f", at the stage {row['trade_stage']}" if row["trade_stage"] else ""
    about = f"a year, mean of {words.years(row['import_years'])}{stage}"
    return Figure("Imports", words.tonnes(row["imports_t"]), about)


def _reliance(row: Row) -> Figure:
    own = row["own_production_t"]
    stage = f" ({row['production_stage']})" if row["production_stage"] else ""
    return Figure(
        "Reliance on imports", words.percent(row["import_reliance01"]),
        f"net imports over supply; own output{stage} {words.tonnes(own)}",
    )  # fmt: skip
