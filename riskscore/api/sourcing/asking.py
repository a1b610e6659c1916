"""Who asks about what: the parameters that every address about sourcing shares."""

from riskscore.api import filters
from riskscore.api.framework.parameters import Parameter, QueryValues, code
from riskscore.api.framework.problems import of_parameters
from riskscore.errors import NotFoundError, RiskscoreError, ValidationError
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers

BUYER = code(
    "buyer",
    "Who buys: a place code such as JPN, a group such as EUU, or several seen as one: `JPN,USA`. "
    "Needed.",
    filters.places,
    many=True,
)
MINERAL = code("mineral", "One mineral, by its code. Needed.", filters.minerals)

OF_A_BUYER = code(
    "buyer", "Who buys, as in `/sourcing/shortlist`; then the mineral is needed too.",
    filters.places, many=True,
)  # fmt: skip
OF_A_MINERAL = code("mineral", "Which of its minerals the buyer takes.", filters.minerals)


def buyer(query: QueryValues, name: str = "buyer") -> Buyer:
    """The buyer that the query names. Raises Problem where there is none, or nobody is named."""
    try:
        return buyers.buyer_of(query[name] or [])
    except (NotFoundError, ValidationError) as refused:
        raise of_parameters({name: words(refused)}) from refused


def words(refused: RiskscoreError) -> str:
    """What was refused and what to do, without the place: the answer names the parameter itself."""
    return str(refused).removeprefix(f"{refused.place}: ")


def needed(query: QueryValues, parameter: Parameter) -> str:
    """The value of a parameter that must be given. Raises Problem."""
    if query[parameter.name] is None:
        raise of_parameters({parameter.name: "say which one"})
    return str(query[parameter.name])
