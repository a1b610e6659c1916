"""What the server answers, as far as it is used most. Every field may be missing with ``fields=``.

Null is "not assessed" or "unknown", never zero. Other answers are plain dictionaries.
"""

from typing import Any, TypedDict

#: An answer whose fields stand in the OpenAPI document only.
Record = dict[str, Any]


class Score(TypedDict, total=False):
    """A current score; dimensions and composite are 0 (no risk seen) to 100."""

    rank: int | None
    key: str
    name: str
    place: str
    place_name: str
    kind: str
    minerals: list[str]
    flags: list[str]
    composite: float | None
    band: str
    geopolitical: float | None
    concentration: float | None
    labour: float | None
    indigenous: float | None
    coverage: float
    interval_low: float | None
    interval_high: float | None
    not_assessed: Record
    residual: Record
    without_learned: Record | None
    shared_with: int | None
    importer: str
    method: str
    method_version: int
    as_of: str
    edition: int
    input_version: int
    computed_at: str
    job: str
    stale: bool
    ranked_at: str | None


class Project(TypedDict, total=False):
    """A mining project: a mine, deposit, smelter, refinery or plant."""

    key: str
    name: str
    kind: str
    stage: str
    place: str
    place_name: str
    place_label: str
    place_rule: str
    latitude: float
    longitude: float
    minerals: list[Record]
    communities: list[Record]
    owners: list[Record]
    owner_bounds: Record
    status: Record | None
    capacity: list[Record]
    offtake: list[Record]
    events: Record
    flags: list[str]
    confidence: str
    duplicate_of: str | None
    release: str | None
    source_id: str
    input_version: int
    updated_at: str
    external_ids: list[Record]
    state: str


class JobRecord(TypedDict, total=False):
    """A job as its address shows it."""

    id: str
    kind: str
    state: str
    queue: str
    method: str
    method_version: int
    importer: str
    as_of: str
    edition: int
    models: list[str]
    seed: int
    draws: int
    apart: bool
    scope: Record
    reason: str
    request_id: str
    created_at: str
    started_at: str | None
    finished_at: str | None
    cancel_requested_at: str | None
    paused_at: str | None
    superseded_by: str | None
    retry_of: str | None
    error: str
    progress: Record | None
    links: Record


class JobEvent(TypedDict):
    """How a job stands, as its events tell it."""

    id: str
    state: str
    paused: bool
    progress: Record | None


class JobCheck(TypedDict, total=False):
    """What a job would pin, were it started."""

    projects: int
    queue: str
    method: str
    method_version: int
    models: list[str]
    importer: str
    as_of: str
    edition: int
    seed: int
    apart: bool


class Place(TypedDict, total=False):
    """A country or a group of countries."""

    code: str
    name: str
    aliases: list[str]
    kind: str
    region: str
    iso_numeric: str


class Mineral(TypedDict, total=False):
    """A mineral, and at which stages it is counted."""

    code: str
    name: str
    aliases: list[str]
    hs6: list[str]
    basis: str
    production_stage: str
    trade_stage: str
    eol_rir: float | None


class Region(TypedDict, total=False):
    """A part of the world as people name it, with its countries."""

    code: str
    name: str
    number: str
    aliases: list[str]
    verified: bool
    source: str
    places: list[str]


class Shortlist(TypedDict, total=False):
    """Projects by what they take off a buyer's dependence, and by human cost: two axes, not one."""

    buyer: str
    members: list[str]
    mineral: str
    year: int
    basis: str
    baseline: Record
    weakest_stage: Record | None
    considered: int
    not_dominated: int
    left_out: Record
    notes: list[str]
    items: list[Record]


class ChangedRow(TypedDict):
    """One thing that changed, as it is now: a ``project``, ``score`` or ``event``.

    ``removed`` says why it is shown no longer (archived, draft, deleted, superseded); else it is
    None, and ``row`` is as in exports.
    """

    kind: str
    key: str
    id: int | None
    removed: str | None
    row: Record | None


class PartOfMatch(TypedDict):
    """A part of a match's score: what was compared, how alike it is, and the points for it."""

    part: str
    given: str
    found: str
    alike: float
    points: float


class MatchCandidate(TypedDict):
    """A project that a line may mean; ``score``, 0 to 100, is the sum of its parts' points."""

    key: str
    name: str
    place: str
    minerals: list[str]
    stands_for: str | None
    score: float
    parts: list[PartOfMatch]


class Match(TypedDict):
    """What became of a line: ``verdict`` is match, several, possible or none; the best first."""

    ref: str | None
    verdict: str
    candidates: list[MatchCandidate]
    notes: list[str]


class Webhook(TypedDict):
    """An address of yours that is told what happens."""

    id: int
    name: str
    url: str
    types: list[str]
    about: str
    minerals: list[str]
    places: list[str]
    method: str
    importer: str
    created_at: str
    failing_since: str | None
    disabled_at: str | None
    disabled_reason: str
    previous_until: str | None


class WebhookMade(Webhook):
    """A new webhook, with its secret, which is never shown again."""

    secret: str


class Secret(TypedDict):
    """A new secret, which is never shown again; until when the one before signs too."""

    secret: str
    previous_until: str | None


class Attempt(TypedDict):
    """One attempt to hand a message over; ``status`` is that of HTTP, None without a reply."""

    at: str
    status: int | None
    seconds: float
    reply: str
    error: str


class Delivery(TypedDict, total=False):
    """A message to a webhook, and what became of it."""

    id: str
    type: str
    at: str
    state: str
    attempts: int
    next_attempt_at: str | None
    error: str
    finished_at: str | None


class DeliveryWithTries(Delivery, total=False):
    """A message to a webhook, with every attempt."""

    tries: list[Attempt]


#: Which schema of the OpenAPI document each of them is.
SCHEMAS: dict[str, type] = {
    "Attempt": Attempt,
    "ChangedRow": ChangedRow,
    "Delivery": Delivery,
    "DeliveryWithTries": DeliveryWithTries,
    "Job": JobRecord,
    "JobCheck": JobCheck,
    "Match": Match,
    "MatchCandidate": MatchCandidate,
    "Mineral": Mineral,
    "PartOfMatch": PartOfMatch,
    "Place": Place,
    "Project": Project,
    "Region": Region,
    "Score": Score,
    "Secret": Secret,
    "Shortlist": Shortlist,
    "Webhook": Webhook,
    "WebhookMade": WebhookMade,
}
