"""Who asks about what: the parameters that every address about sourcing shares."""

from typing import Any

from rest_framework import serializers

from riskscore.api import filters
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import KnownField, QueryValues, Several
from riskscore.api.project_parts.owner_fields import countries
from riskscore.errors import NotFoundError, RiskscoreError, ValidationError
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers
from riskscore.sourcing.dependence import buyer_view


class ForBuyer(serializers.Serializer[Any]):
    """Who buys, and what."""

    buyer = Several(
        KnownField(filters.places),
        required=True,
        help_text="Who buys: a place code such as JPN, a group such as EUU, or several seen as one:"
        " `JPN,USA`. Needed.",
    )


class ForBuyerOfMineral(ForBuyer):
    """Who buys, and one mineral."""

    mineral = KnownField(
        filters.minerals, required=True, help_text="One mineral, by its code. Needed."
    )


class PerhapsForBuyer(serializers.Serializer[Any]):
    """Who buys and what, where a page may also be about neither."""

    buyer = Several(
        KnownField(filters.places),
        help_text="Who buys, as in `/sourcing/shortlist`; then the mineral is needed too.",
    )
    mineral = KnownField(filters.minerals, help_text="Which of its minerals the buyer takes.")


class NamedCountry(serializers.Serializer[Any]):
    """A country to look at."""

    named = KnownField(
        countries, default=buyer_view.NAMED, help_text="A country whose share is tested."
    )


def buyer(query: QueryValues, name: str = "buyer") -> Buyer:
    """The buyer that the query names. Raises Problem where there is none, or nobody is named."""
    try:
        return buyers.buyer_of(query[name] or [])
    except (NotFoundError, ValidationError) as refused:
        raise of_parameters({name: words(refused)}) from refused


def words(refused: RiskscoreError) -> str:
    """What was refused and what to do, without the place: the answer names the parameter itself."""
    return str(refused).removeprefix(f"{refused.place}: ")


def needed(query: QueryValues, name: str = "mineral") -> str:
    """The value of a parameter that must be given. Raises Problem."""
    if query[name] is None:
        raise of_parameters({name: "say which one"})
    return str(query[name])
