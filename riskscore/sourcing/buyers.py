"""Whose question it is: buyers as people name them, and what they get, as kept tables."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from riskscore.engine.arrays import Bools
from riskscore.engine.inputs.axes import Axes
from riskscore.engine.sourcing.supply_mix import Supply
from riskscore.errors import NotFoundError, ValidationError
from riskscore.models import Place
from riskscore.releases import effective
from riskscore.scoring.indicators import buyer_tables
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.scoring.indicators.buyer_tables import View, YearTable

NOBODY = frozenset({"WLD", "ROW"})
MOST_BUYERS = 40
#: Years that each figure is a mean of, as the scores' indicators are.
SPAN = 3


class Now(NamedTuple):
    """A buyer's newest year: along ``axes`` its supply (M, P) and (M,), and the figures of it."""

    buyer: Buyer
    year: int
    table: YearTable

    @property
    def axes(self) -> Axes:
        """Names of rows (minerals) and columns (places), and the buyer's members."""
        return self.table.axes

    @property
    def supply(self) -> Supply:
        """Tonnes a year by partner, and own output, per mineral."""
        return self.table.found.supply

    @property
    def members(self) -> Bools:
        """(P,) who belongs to the buyer."""
        return self.axes.is_member()


def buyer_of(codes: Iterable[str]) -> Buyer:
    """The buyer that place codes name together: a country, a group, or several at once.

    Raises NotFoundError for a code that is no place, ValidationError for nobody in particular,
    for none at all and for more than 40.
    """
    buyer = Buyer.of(*codes)
    if not buyer.codes:
        raise ValidationError("no buyer is named", place="buyer", remedy="Name one: JPN or EUU.")
    if len(buyer.codes) > MOST_BUYERS:
        raise ValidationError(
            f"{len(buyer.codes)} buyers are named", place="buyer",
            remedy=f"Name at most {MOST_BUYERS}.",
        )  # fmt: skip
    if nobody := NOBODY & set(buyer.codes):
        raise ValidationError(
            f"{min(nobody)} is no buyer", place="buyer", remedy="Name a country or a group."
        )
    # PostgreSQL takes no text with a NUL in it.
    asked = [code for code in buyer.codes if "\0" not in code]
    known = set(Place.objects.filter(code__in=asked).values_list("code", flat=True))
    if missing := sorted(set(buyer.codes) - known):
        raise NotFoundError(
            f"{', '.join(missing)} is no place", place="buyer",
            remedy="Use ISO 3166 alpha-3 codes such as JPN, or a group such as EUU.",
        )  # fmt: skip
    return buyer


def years_of(buyer: Buyer, span: int = SPAN) -> dict[int, YearTable]:
    """The buyer's tables by year, oldest first, from the releases in force now."""
    return dict(sorted(buyer_tables.by_year(View(buyer, span), effective.in_force()).items()))


def now(buyer: Buyer, year: int | None = None) -> Now:
    """The buyer's newest year, or the year asked for.

    Raises NotFoundError where no trade is on record in that year.
    """
    years = years_of(buyer)
    if not years:
        raise NotFoundError(
            f"there are no trade or production tables for {buyer.name}", place="buyer",
            remedy="Load a trade release, or ask about another buyer.",
        )  # fmt: skip
    chosen = max(years) if year is None else year
    if chosen not in years:
        raise NotFoundError(
            f"no trade of {buyer.name} is on record in {chosen}", place="year",
            remedy=f"Ask for one of {min(years)} to {max(years)}.",
        )  # fmt: skip
    return Now(buyer, chosen, years[chosen])


def mineral_at(found: Now, code: str) -> int:
    """The mineral's row of the tables. Raises NotFoundError."""
    at = found.axes.mineral(code)
    if at < 0:
        raise NotFoundError(
            f"there is no mineral {code}",
            place="mineral",
            remedy="GET /api/v1/minerals lists them.",
        )
    return at


def has_trade(found: Now, at: int) -> bool:
    """Whether imports of the mineral are on record at all."""
    return not bool((found.supply.imports[at] != found.supply.imports[at]).any())


def last_day(year: int) -> date:
    """The day whose memberships and agreements a year's figures are about."""
    return date(year, 12, 31)
