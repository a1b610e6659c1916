"""What may be refused although its schema allows it: by operation, field and whole sentence.

Schemathesis takes each refusal of what a schema allows for a failure. These are no failures: they
hang on what is on file, on two fields together, or on what today is. A rule excuses one sentence
about one field of the operations that it names; any other refusal there, and that one anywhere
else, is told.
"""

import re
import unicodedata
from typing import Any, NamedTuple

SITE = "POST /projects, PATCH /projects/{key}, PUT /projects/bulk"
FACT = "POST /projects/{key}/capacities, POST /projects/{key}/statuses"
OWNED = "POST /projects/{key}/owners, POST /companies/{key}/homes"
STATED = f"{FACT}, {OWNED}, POST /projects/{{key}}/evidence"
SHOCKS = "POST /sourcing/effects, POST /sourcing/scenarios"
KEEP = (
    "POST /sourcing/portfolios, PUT /sourcing/portfolios/{name}, PATCH /sourcing/portfolios/{name}"
)
BRIEFING = "GET /sourcing/briefings/projects/{key}"
EFFECTS = "GET /sourcing/effects, GET /sourcing/scenarios/{code}/effects"
DRAFTS = "POST /methods/{code}/drafts, PATCH /methods/{code}/drafts/{version}"
NO_URL = r"(Enter a valid URL|Not a web address\. Write https://… of the source)\."
NO_YEAR = r"No year of our time\. Write a day from 1900 to 2100\."
OTHER = (
    r"A new version is about the same project as the old one\. There is no statement \d+ about it\."
)
UNKNOWN = r".+ is unknown( \(a group: name its members\))?"
#: Operations | field, `#` for the number of an item | the sentence, a regular expression.
TABLE = rf"""
POST /companies | /key | .+ is another company\.
POST /projects | /key | .+ is another project\.
POST /lists, PATCH /lists/{{name}} | /name | .+ is another list\.
PUT /projects/bulk | /items/#/external_id | .+ is item \d+ already
{SITE} | (/items/#)?/external_ids/# | .+ is (stated twice|another project)
{SITE} | (/items/#)?/minerals/#/mineral | [a-z_]+ is stated twice
{SITE} | (/items/#)?/minerals | Only one mineral is primary: make the others secondary\.
{SITE} | (/items/#)?/flags | A flag is stated twice\.
{SITE} | (/items/#)?/duplicate_of | A project is not its own duplicate\.
{SITE} | (/items/#)?/offtake/#/until | The last day lies before the first\. .+
{SITE} | (/items/#)?/offtake/#/(since|until) | {NO_YEAR}
{SITE} | (/items/#)?/offtake/#/url | {NO_URL}
PUT /projects/bulk | /items/#/(name|place|kind|latitude|longitude) | A new project needs it\.
POST /projects | /key | Give a key, or an external id to make it from\.
{STATED} | /url | {NO_URL}
POST /companies | /home/url | {NO_URL}
POST /projects/{{key}}/footprints | /source | {NO_URL}
POST /projects/{{key}}/footprints | /outline | (the file is not a|feature \d+ ).+
POST /projects/{{key}}/challenges | /url | no address; give https://…
POST /projects/{{key}}/challenges | /happened_on | say a day from 1900 on that is not in the future
POST /projects/{{key}}/challenges | /statement | your challenge \d+ says the same .+
POST /projects/{{key}}/statuses | /since | {NO_YEAR}
POST /projects/{{key}}/statuses | /since | A day to come\. .+
POST /projects/{{key}}/evidence | /(happened_on|expires_on) | {NO_YEAR}
POST /projects/{{key}}/evidence | /happened_on | A day to come\. .+
POST /projects/{{key}}/evidence | /level | The levels of [a-z ]+ are: .+
POST /projects/{{key}}/owners | /(since|until) | {NO_YEAR}
POST /projects/{{key}}/owners | /until | The last day lies before the first\. .+
{OWNED} | /stated_on | ({NO_YEAR}|A day to come\. .+)
POST /projects/{{key}}/evidence | /replaces | {OTHER}
{FACT} | /replaces | {OTHER}
{OWNED} | /replaces | no statement \d+
POST /projects/{{key}}/owners | /replaces | A new version is about the same project and company\.
POST /companies/{{key}}/homes | /replaces | A new version is about the same company\.
POST /companies/{{key}}/homes | /replaces | Something is said of it already: replace statement \d+\.
POST /companies/{{key}}/homes | /parent | That company stands below this one, or is it\.
POST /projects/{{key}}/owners | /replaces | This owner is on file already.*
{STATED} | / | This is on file already, as statement \d+: replace that\.
POST /projects/{{key}}/capacities | /(low|high) | Half a range\. Fill in low and high, or neither\.
POST /projects/{{key}}/capacities | /high | Not above low\. Correct low or high\.
POST /projects/{{key}}/capacities | /amount | Outside its own range\. Correct amount, low or high\.
POST /projects/{{key}}/capacities | /amount | Neither an amount nor a range\. .+
POST /projects/{{key}}/capacities | /reason | A range without its reason\. .+
POST /jobs, POST /exports | /scope/filter/(place|mineral|kind|list) | {UNKNOWN}
POST /jobs, POST /exports | /scope/filter/stale_since | give "now", a day or a moment .+
POST /jobs, POST /exports | /scope/keys | no project .+
POST /jobs, POST /exports | /(importer|method) | no (place|published method) .+
POST /jobs | /as_of | say a day from [0-9-]{{10}} to [0-9-]{{10}}
{DRAFTS} | / | No weight and no reason differs from critical-minerals v\d+\.
{DRAFTS} | /reasons/.* | no node or indicator .+
{DRAFTS} | /weights/.* | no node .+; there are .+
{DRAFTS} | /spec | method: .+
POST /imports | /(constants|layer|mapping) | (not JSON: .+|a JSON object of texts)
POST /webhooks | /url | (the address cannot be called: .+|\S+ has no address \(.+)
{SHOCKS} | /shocks/#/buyers | no such place: .+
{SHOCKS} | /shocks/#/place | '.*': no such place: an ISO 3166 alpha-3 code such as CHL, or a group
{SHOCKS} | /shocks/#/place | ".*": no such place: an ISO 3166 alpha-3 code such as CHL, or a group
{SHOCKS} | /shocks/#/place | that is nowhere in particular: name a country or a group
{SHOCKS} | /shocks/#/place | say where: a place and a mineral, or a project with its tonnes
{SHOCKS} | /shocks/#/mineral | ['"].*['"]: no such mineral: a code, or all
{SHOCKS} | /shocks/#/mineral | (say of which mineral|the project yields .+)
{SHOCKS} | /shocks/#/project | ['"].*['"]: no such published project
{SHOCKS} | /shocks/#/project | no mineral of this project is known
{SHOCKS} | /shocks/#/until | it ends before it begins
{SHOCKS} | /shocks/#/tonnes | say either tonnes a year, or more as a share of what there is
{SHOCKS} | /shocks/#/tonnes | nobody states its (output|plan): say how many tonnes a year
{SHOCKS} | /shocks/#/more | of a project say tonnes; without them its capacity is meant
{SHOCKS} | /shocks/#/ceiling | a score from 0 to 100, for labour_above, indigenous_above only
{KEEP} | /positions/#/mineral | \S+ (does not yield '.+' but .+|has no first product: name one)
{KEEP} | /positions/#/until | it ends before it begins
{KEEP} | /positions/# | the same project, mineral and first day stand twice
{KEEP} | /limits/# | the same limit stands twice
{KEEP} | /limits/#/place | a limit on the share of one place, and no other, names a place
{KEEP} | /limits/#/company | a limit on the share of one owner, and no other, names a company
{KEEP} | /limits/#/at_most | say at most how much, from 0 to \d+
GET /sourcing/portfolios/{{name}}/exposure | drop | nothing of .* is held
GET /sourcing/dependence | year | no trade of \S+ is on record in \d+\. Ask for one of \d+ to \d+\.
GET /sourcing/stages | place | say where the site would be
GET /projects/{{key}}/score/changes | from | is later than `to`
GET /supply-risks | importer | WLD is no buyer: name one
{EFFECTS} | importer | WLD is no buyer\. Name a country or a group\.
{BRIEFING} | buyer | no buyer is named\. Name one: JPN or EUU\.
{BRIEFING} | mineral | say which one
{BRIEFING} | mineral | \S+ yields no [a-z_ ]+, or is left out of rankings\. Choose one .+
"""
#: Whatever the text: the letter that is named stands in it, and nobody sees it.
UNSEEN = re.compile(r"It holds a character that nobody sees \(U\+([0-9A-F]{4,6})\)\. .+")
#: What only the server gives: a position of a list, the ETag of a record.
STATES = {
    "unknown_position": {"GET /changes"},
    "precondition_required": {"PATCH", "PUT"},
    "precondition_failed": {"PATCH", "PUT"},
}


class Rule(NamedTuple):
    """A refusal that is no failure."""

    operations: frozenset[str]
    place: re.Pattern[str]
    sentence: re.Pattern[str]


def _rule(line: str) -> Rule:
    operations, place, sentence = line.split(" | ", 2)
    return Rule(
        frozenset(operations.split(", ")),
        re.compile(place.replace("#", r"\d+"), re.S),
        re.compile(sentence, re.S),
    )


RULES = [_rule(line) for line in TABLE.strip().splitlines()]


def is_excused(operation: str, problem: dict[str, Any], sent: Any) -> bool:
    """Whether a refusal of what its schema allows is no failure: all that it says is excused.

    ``operation``: method and path without the prefix; ``sent``: the body, if it was JSON.
    """
    code = str(problem["code"])
    if code != "invalid":
        return bool({operation, operation.partition(" ")[0]} & STATES.get(code, set()))
    told = [
        (str(each.get("pointer", each.get("parameter", ""))), str(each["detail"]))
        for each in problem.get("errors", ())
    ]
    return bool(told) and all(
        _is_unseen(words, _at(sent, place))
        or any(
            operation in rule.operations
            and rule.place.fullmatch(place)
            and rule.sentence.fullmatch(words)
            for rule in RULES
        )
        for place, words in told
    )


def _at(sent: Any, pointer: str) -> Any:
    """What stands at a JSON pointer; None: nothing does."""
    for step in pointer.split("/")[1:]:
        try:
            sent = sent[int(step)] if isinstance(sent, list) else sent[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return sent


def _is_unseen(words: str, sent: Any) -> bool:
    found = UNSEEN.fullmatch(words)
    if not found or not isinstance(sent, str):
        return False
    letter = chr(int(found[1], 16))
    return letter in sent and unicodedata.category(letter)[0] in "CZ"
