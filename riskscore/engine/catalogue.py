"""The indicators: one frozen row each, for what publishers state and for what methods score.

An *observation* is a value as its publisher states it; an *indicator* is what a method scores. It
is derived from observations by a pure rule (``riskscore.engine.derive``) or, at project level, from
evidence and maps. To add one: a row here, a rule in ``riskscore/engine/derive/``, a leaf in a
method.

An ordinal row lists its ``levels``; the stored number is the index into that list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from riskscore.engine.errors import UnknownIndicator


class Level(StrEnum):
    """What one value belongs to, hence the shape of its table."""

    PLACE = "place"
    MINERAL = "mineral"
    PLACE_MINERAL = "place_mineral"
    IMPORTER_PLACE = "importer_place"
    IMPORTER_MINERAL = "importer_mineral"
    IMPORTER_PLACE_MINERAL = "importer_place_mineral"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the catalogue. ``worse`` is +1 when a higher raw value is riskier, else -1."""

    key: str
    label: str
    level: Level
    unit: str
    worse: int
    about: str
    sources: tuple[str, ...]
    kind: str = "indicator"
    derived_from: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    proxy_for: str = ""
    caution: str = ""


ARTISANAL = (
    "Listings by the US Department of Labor are mostly about artisanal and small-scale mining; "
    "a large industrial site inherits them as context."
)
NO_RESTRICTION = "A place and mineral without a row is not known to be restricted; it is not free."
LEARNT = (
    "A model's probability, not a record: its card says how good it was on years it had not seen, "
    "and how much less good for exporters below 1 % of the world (`judged`: false)."
)
LEARNT_LISTING = (
    "A model's probability, not a finding. It learnt from listings, and a listing needs somebody "
    "who looked: closed countries are listed less than they deserve, poor and open ones more."
)
WGI_LABELS = {
    "voice": "Voice and accountability",
    "stability": "Political stability and absence of violence",
    "effectiveness": "Government effectiveness",
    "regulation": "Regulatory quality",
    "law": "Rule of law",
    "corruption": "Control of corruption",
}
GOOD_LEVELS = ("none", "child", "forced")
ADVANCEMENT_LEVELS = (
    "significant",
    "moderate",
    "minimal",
    "minimal_delayed",
    "none",
    "none_complicit",
)
RESTRICTION_LEVELS = ("licence", "ore_ban", "quota", "ban")
AGREEMENT_LEVELS = (
    "fta",
    "critical_minerals_agreement",
    "strategic_partnership",
    "msp",
    "msp_forum",
)
LISTED_LEVELS = ("no_mining_good", "another_mining_good", "child", "forced")
ALIGNMENT_LEVELS = ("domestic", "trade_agreement", "partner", "forum", "none")
CONSENT_LEVELS = ("consented", "consulted", "notified", "identified", "contested", "refused")

RIGHTS_LEVELS = ("1", "2", "3", "4", "5", "5+")
FUNDAMENTAL = {
    "029": "forced labour",
    "105": "abolition of forced labour",
    "087": "freedom of association",
    "098": "right to organise and to bargain collectively",
    "100": "equal remuneration",
    "111": "discrimination",
}

P, M, PM = Level.PLACE, Level.MINERAL, Level.PLACE_MINERAL
IP, IM, IPM, PROJECT = (
    Level.IMPORTER_PLACE,
    Level.IMPORTER_MINERAL,
    Level.IMPORTER_PLACE_MINERAL,
    Level.PROJECT,
)


def observation(
    key: str,
    label: str,
    level: Level,
    unit: str,
    worse: int,
    about: str,
    *sources: str,
    levels: tuple[str, ...] = (),
    caution: str = "",
) -> Indicator:
    """A row for a value that is stored as its publisher states it."""
    return Indicator(
        key, label, level, unit, worse, about, sources, "observation", (), levels, "", caution
    )


OBSERVATIONS: tuple[Indicator, ...] = (
    *(
        observation(
            f"wgi.{name}",
            f"WGI {label}",
            P,
            "estimate, about -2.5 to 2.5",
            -1,
            f"World Bank governance estimate: {label.lower()}, with its standard error.",
            "wgi",
        )
        for name, label in WGI_LABELS.items()
    ),
    observation("wmd.production", "Production", PM, "as stated (t, kg, ct, Mio m3: see label)", 1,
                "Yearly output of one mineral in one place; mine or refinery stage by mineral.",
                "wmd"),
    observation("iea.mining", "Mining output", PM, "kt", 1,
                "Mined output; ROW is the rest of the world, WLD the file's own total.", "iea"),
    observation("iea.refining", "Refining output", PM, "kt", 1,
                "Refined output; ROW is the rest of the world, WLD the file's own total.", "iea"),
    observation("ucdp.state", "State-based conflict deaths", P, "deaths", 1,
                "Best estimate of deaths in conflicts with a state on one side.", "ucdp"),
    observation("ucdp.nonstate", "Non-state conflict deaths", P, "deaths", 1,
                "Best estimate of deaths in fights between organised groups, gangs among them.",
                "ucdp"),
    observation("ucdp.onesided", "One-sided violence deaths", P, "deaths", 1,
                "Best estimate of civilians killed on purpose by a state or a group.", "ucdp"),
    observation("hdr.population", "Population", P, "millions", 1,
                "Population, from the Human Development Report.", "hdr"),
    observation("hdr.hdi", "Human Development Index", P, "0..1", -1,
                "UNDP's index of health, education and income.", "hdr"),
    observation("hdr.ihdi", "Inequality-adjusted HDI", P, "0..1", -1,
                "UNDP's index after a discount for inequality.", "hdr"),
    observation("dol.good", "Listed mining good", PM, "level", 1,
                "A mining good the US Department of Labor lists for this place; without a mineral "
                "of ours it still counts as another mining good.", "dol",
                levels=GOOD_LEVELS, caution=ARTISANAL),
    observation("dol.advancement", "Advancement against child labour", P, "level", 1,
                "Assessed effort against the worst forms of child labour.", "dol",
                levels=ADVANCEMENT_LEVELS),
    observation("dol.c138", "ILO C138 ratified", P, "0/1", -1, "Minimum Age Convention.", "dol"),
    observation("dol.c182", "ILO C182 ratified", P, "0/1", -1,
                "Worst Forms of Child Labour Convention.", "dol"),
    observation("ilo.c169", "ILO C169 ratified", P, "0/1", -1,
                "Indigenous and Tribal Peoples Convention; in force since the row's date.", "ilo"),
    observation("ec.trade", "EC trade parameter", PM, "factor 0.8..1.5", 1,
                "Trade parameter t of the EC criticality study; importer EUU marks its EU scope.",
                "ec"),
    observation("trade.restriction", "Export restriction", PM, "level", 1,
                "A licence, quota or ban on exports; with an importer it targets that one only.",
                "restrictions", levels=RESTRICTION_LEVELS, caution=NO_RESTRICTION),
    observation("trade.agreement", "Agreement with a buyer", IP, "level", -1,
                "A trade agreement or minerals partnership between the importer and the place.",
                "agreements", levels=AGREEMENT_LEVELS),
    observation("baci.import_value", "Import value", IPM, "thousand USD", 1,
                "The importer's imports from the place, HS codes of the mineral summed.", "baci"),
    observation("baci.import_quantity", "Import quantity", IPM, "t", 1,
                "The importer's imports from the place, HS codes of the mineral summed.", "baci"),
    observation("ec.eol_rir", "End-of-life recycling input rate", M, "share 0..1", -1,
                "Share of demand met by recycled end-of-life material.", "ec"),
)  # fmt: skip

# In no bundle: some files may not be passed on, others are loaded by whoever has them.
AWAITED_OBSERVATIONS: tuple[Indicator, ...] = (
    observation("usgs.production", "Production, USGS", PM, "as stated (t, kt, Mct: see label)", 1,
                "Yearly output of one mineral in one place; the label says which product.",
                "usgs"),
    observation("usgs.reserves", "Reserves, USGS", PM, "as stated (t, kt, Mct: see label)", -1,
                "Reserves of one mineral in one place.", "usgs"),
    observation("project.capacity", "Capacity of a project", PROJECT, "as stated: see label", 1,
                "Yearly capacity of a site, as its owner or a compiler states it.", "projects"),
    observation("ec.substitution", "Substitution, SI_SR", M, "0..1", 1, "1: no substitute.", "ec"),
    observation("ituc.rating", "ITUC rating of workers' rights", P, "level", 1,
                "Rating of the Global Rights Index; 5+ is the breakdown of the rule of law.",
                "ituc", levels=RIGHTS_LEVELS),
    *(
        observation(f"ilo.c{number}", f"ILO C{number} ratified", P, "0/1", -1,
                    f"Fundamental convention: {about}.", "ilo-fundamental")
        for number, about in FUNDAMENTAL.items()
    ),
    observation("walkfree.prevalence", "Prevalence of modern slavery", P, "per 1,000 people", 1,
                "Estimate of the Global Slavery Index.", "walk-free"),
    observation("walkfree.vulnerability", "Vulnerability to modern slavery", P, "0..100", 1,
                "Vulnerability score of the Global Slavery Index.", "walk-free"),
    observation("oecd.restriction", "Export restriction, OECD inventory", PM, "level", 1,
                "Strictest export restriction on the raw material in a year.", "oecd",
                levels=RESTRICTION_LEVELS),
)  # fmt: skip


def indicator(
    key: str,
    label: str,
    level: Level,
    unit: str,
    worse: int,
    about: str,
    sources: tuple[str, ...],
    *derived_from: str,
    levels: tuple[str, ...] = (),
    proxy_for: str = "",
    caution: str = "",
) -> Indicator:
    """A row for a value that methods score."""
    return Indicator(
        key, label, level, unit, worse, about, sources, "indicator", derived_from, levels,
        proxy_for, caution,
    )  # fmt: skip


WGI = ("wgi",)
MODEL = ("model",)
ESTIMATE = "estimate, about -2.5 to 2.5"
PER_MILLION = "deaths per million people and year"

GEOPOLITICAL: tuple[Indicator, ...] = (
    indicator("geo.stability", "Political stability", P, ESTIMATE, -1,
              "How unlikely political instability and political violence are.", WGI,
              "wgi.stability"),
    indicator("geo.law", "Rule of law", P, ESTIMATE, -1,
              "Confidence in contracts, property, police and courts.", WGI, "wgi.law"),
    indicator("geo.corruption", "Control of corruption", P, ESTIMATE, -1,
              "How far public power is kept from private gain.", WGI, "wgi.corruption"),
    indicator("geo.regulation", "Regulatory quality", P, ESTIMATE, -1,
              "Ability of the state to set and keep sound rules.", WGI, "wgi.regulation"),
    indicator("geo.violence", "Armed conflict", P, PER_MILLION, 1,
              "Deaths in state-based conflict and one-sided violence, mean of three years.",
              ("ucdp", "hdr"), "ucdp.state", "ucdp.onesided", "hdr.population"),
    indicator("geo.gang_violence", "Gang and communal violence", P, PER_MILLION, 1,
              "Deaths in fights between organised groups, mean of three years.",
              ("ucdp", "hdr"), "ucdp.nonstate", "hdr.population"),
    indicator("geo.trade_parameter", "EC trade parameter", PM, "factor 0.8..1.5", 1,
              "Export restrictions as the EC weighed them in 2023, greatest over the stages.",
              ("minerals",), "ec.trade"),
    indicator("geo.export_restriction", "Export restriction in force", PM, "level", 1,
              "Strictest licence, quota or ban on exports in force on the day of the facts.",
              ("restrictions",), "trade.restriction", levels=RESTRICTION_LEVELS,
              caution=NO_RESTRICTION),
    indicator("geo.alignment", "Alignment with the buyer", IP, "level", 1,
              "Closest agreement between the buyer and the place.",
              ("agreements",), "trade.agreement", levels=ALIGNMENT_LEVELS),
    indicator("geo.disruption", "Predicted export disruption", PM, "probability 0..1", 1,
              "Learned probability that exports fall by 40 % next year.", MODEL, caution=LEARNT),
)  # fmt: skip

CONCENTRATION: tuple[Indicator, ...] = (
    indicator("con.mining", "Concentration of mining", M, "HHI 0..1", 1,
              "Sum of squared country shares of mine output, mean of three years.",
              ("wmd",), "wmd.production"),
    indicator("con.refining", "Concentration of refining", M, "HHI 0..1", 1,
              "Sum of squared country shares of refined output.",
              ("iea", "wmd"), "iea.refining", "wmd.production"),
    indicator("con.own_share", "Place's share of world output", PM, "share 0..1", 1,
              "The place's share of world mining or refining, whichever is greater.",
              ("wmd", "iea"), "wmd.production", "iea.refining"),
    indicator("con.hhi_governance", "Governance-weighted concentration", M, "0..1", 1,
              "Squared shares weighted by the producers' governance risk.",
              ("wmd", "wgi"), "wmd.production", *(f"wgi.{name}" for name in WGI_LABELS)),
    indicator("con.top_share", "Share of the largest producer", M, "share 0..1", 1,
              "Largest country share of output, mean of three years.",
              ("wmd",), "wmd.production"),
    indicator("con.import_risk", "Import risk of the buyer", IM, "0..1", 1,
              "Buyer's imports weighted by the sellers' instability, over imports and own output. "
              "A group's trade leaves out what its members trade among themselves.",
              ("baci", "wmd", "wgi"), "baci.import_quantity", "wmd.production", "wgi.stability"),
    indicator("con.import_hhi", "Concentration of the buyer's imports", IM, "HHI 0..1", 1,
              "Sum of squared seller shares of the buyer's import value.",
              ("baci",), "baci.import_value"),
    indicator("con.offtake", "Concentration of the project's off-take", PROJECT, "HHI 0..1", 1,
              "Sum of squared buyer shares of the project's own output.", ("evidence",)),
)  # fmt: skip

LABOUR: tuple[Indicator, ...] = (
    indicator("lab.listed", "Listed for child or forced labour", PM, "level", 1,
              "Whether the US Department of Labor lists this mineral from this place.",
              ("dol",), "dol.good", levels=LISTED_LEVELS, caution=ARTISANAL),
    indicator("lab.advancement", "Advancement against child labour", P, "level", 1,
              "Assessed effort against the worst forms of child labour.",
              ("dol",), "dol.advancement", levels=ADVANCEMENT_LEVELS),
    indicator("lab.voice", "Voice and accountability", P, ESTIMATE, -1,
              "Freedom of expression, association and media.", WGI, "wgi.voice",
              proxy_for="freedom of association at work"),
    indicator("lab.ihdi", "Inequality-adjusted human development", P, "0..1", -1,
              "Human development after a discount for inequality.", ("hdr",), "hdr.ihdi",
              proxy_for="bargaining power and poverty of workers"),
    indicator("lab.c138_c182", "Child-labour conventions ratified", P, "share 0..1", -1,
              "Share of ILO conventions C138 and C182 that are ratified.",
              ("dol",), "dol.c138", "dol.c182"),
    indicator("lab.predicted", "Predicted listing for child or forced labour", PM,
              "probability 0..1", 1, "Learned probability that a mineral that is not listed from "
              "this place would be; unknown where it is listed.", MODEL, caution=LEARNT_LISTING),
    indicator("lab.evidence", "Evidence about work at the project", PROJECT, "0..100", 1,
              "Dated, sourced findings about work at this project, decayed to the day.",
              ("evidence",)),
)  # fmt: skip

LANGUAGE_BLIND = (
    "Language points measure language density and are nearly absent from Australia, Chile and the "
    "Sámi, Aymara and Southern Quechua lands; no point nearby is unknown, never safe."
)
INDIGENOUS: tuple[Indicator, ...] = (
    indicator("ind.overlap", "Distance to mapped Indigenous land", PROJECT, "km, 0 inside", -1,
              "Distance to the nearest mapped Indigenous or community land.", ("land",)),
    indicator("ind.language", "Distance to a land-connected people", PROJECT, "km", -1,
              "Distance to the nearest place of a kept language.", ("asher",),
              proxy_for="presence of land-connected peoples", caution=LANGUAGE_BLIND),
    indicator("ind.consent", "Stage of consent", PROJECT, "level", 1,
              "How far free, prior and informed consent has come.", ("evidence",),
              levels=CONSENT_LEVELS),
    indicator("ind.conflict", "Conflict or resettlement", PROJECT, "0..100", 1,
              "Dated, sourced protests, court cases, resettlement and violence at this project.",
              ("evidence",)),
    indicator("ind.c169", "ILO C169 ratified", P, "0/1", -1,
              "Whether the Indigenous and Tribal Peoples Convention binds the state.",
              ("ilo",), "ilo.c169", caution="A treaty is not practice."),
    indicator("ind.law", "Rule of law", P, ESTIMATE, -1,
              "Confidence in property, police and courts.", WGI, "wgi.law",
              proxy_for="remedy for land-connected peoples"),
    indicator("ind.voice", "Voice and accountability", P, ESTIMATE, -1,
              "Freedom to object.", WGI, "wgi.voice",
              proxy_for="freedom to object to a project"),
)  # fmt: skip

CONTROLS: tuple[Indicator, ...] = (
    indicator("ctl.certification", "Certified site standard", PROJECT, "strength 0..1", -1,
              "Level reached in a site standard that inspects; lowers the residual score only.",
              ("evidence",)),
    indicator("ctl.grievance", "Grievance mechanism", PROJECT, "strength 0..1", -1,
              "A working complaint channel; lowers the residual score only.", ("evidence",)),
    indicator("ctl.consent", "Recorded consent agreement", PROJECT, "strength 0..1", -1,
              "A signed agreement with the people concerned; lowers the residual score only.",
              ("evidence",)),
)  # fmt: skip

AWAITED: tuple[Indicator, ...] = (
    indicator("lab.rights", "Workers' rights", P, "level", 1,
              "How far the rights to unions, strikes and bargaining are violated.", ("ituc",),
              "ituc.rating", levels=RIGHTS_LEVELS),
    indicator("lab.conventions", "Fundamental labour conventions ratified", P, "share 0..1", -1,
              "Share of six fundamental ILO conventions ratified, over those known.",
              ("ilo-fundamental",), *(f"ilo.c{number}" for number in FUNDAMENTAL)),
    indicator("lab.slavery", "Modern slavery", P, "per 1,000 people", 1,
              "Estimated prevalence of modern slavery.", ("walk-free",), "walkfree.prevalence"),
    indicator("geo.oecd_restriction", "Export restriction, OECD inventory", PM, "level", 1,
              "Strictest restriction of the newest year in the OECD's inventory.", ("oecd",),
              "oecd.restriction", levels=RESTRICTION_LEVELS, caution=NO_RESTRICTION),
)  # fmt: skip

INDICATORS: dict[str, Indicator] = {
    row.key: row
    for row in (
        *OBSERVATIONS,
        *AWAITED_OBSERVATIONS,
        *AWAITED,
        *GEOPOLITICAL,
        *CONCENTRATION,
        *LABOUR,
        *INDIGENOUS,
        *CONTROLS,
    )
}

#: The indicator that each kind of learned model feeds. A method decides whether, and how much, it
#: counts.
LEARNED = {"disruption": "geo.disruption", "labour": "lab.predicted"}


def get(key: str) -> Indicator:
    """The row of ``key``; raises UnknownIndicator, which suggests the nearest key."""
    try:
        return INDICATORS[key]
    except KeyError:
        raise UnknownIndicator(key, INDICATORS) from None
