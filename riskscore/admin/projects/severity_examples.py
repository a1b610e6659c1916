"""How grave is how grave: the examples of docs/evidence.md, beside the field that asks for it."""

#: Severity, what it is among harm to people who work, what among harm to people and land.
EXAMPLES = (
    (
        "1",
        "workers held by violence, debt or taken papers; children underground; a disaster with"
        " many dead",
        "a community moved by force; people killed in a protest",
    ),
    (
        "0.75",
        "wages kept back so that nobody can leave; children at the face of an open pit; several"
        " dead in a year",
        "a community moved with an agreement that is not kept; many injured",
    ),
    (
        "0.5",
        "forced overtime under threat of dismissal; one death by a known danger",
        "a road blocked for weeks; a court halts the works",
    ),
    (
        "0.25",
        "a strike put down by dismissals; children at the gate selling goods",
        "a protest of days; a complaint that a court admits",
    ),
    ("0.1", "a short strike settled by talks", "a letter of protest that is answered"),
)
#: Levels of consent and certification, and what each would look like.
LEVELS = (
    ("consent: consented", "the community's own assembly agreed, in a published act"),
    ("consent: consulted", "meetings were held and recorded, nobody was asked to agree"),
    ("consent: contested", "a part of the community, or a court, says that it was not asked"),
    ("consent: refused", "an assembly or a vote said no"),
    ("certification: 50, 75, 100", "IRMA's published level of an audited site"),
    ("certification: transparency", "IRMA's first level: audited and published, below 50"),
)
