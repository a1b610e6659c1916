"""Names that rows share: levels of ordinal rows, parts of governance, cautions, units."""

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
TRADE_STAGES = ("ore", "refined", "product")
"""Stages of customs codes that stand beside those of a mineral itself."""
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
LISTING_LEVELS = (
    "no_mining_good",
    "another_mining_good",
    "by_product_child",
    "by_product_forced",
    "child",
    "forced",
)
ALIGNMENT_LEVELS = ("domestic", "trade_agreement", "partner", "forum", "none")
PARTNERSHIP_LEVELS = (
    "domestic",
    "trade_agreement",
    "partner",
    "forum",
    "trade_bloc",
    "restricted",
    "none",
)
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

WGI = ("wgi",)
MODEL = ("model",)
ESTIMATE = "estimate, about -2.5 to 2.5"
PER_MILLION = "deaths per million people and year"
LANGUAGE_BLIND = (
    "Language points measure language density and are nearly absent from Australia, Chile and the "
    "Sámi, Aymara and Southern Quechua lands; no point nearby is unknown, never safe."
)
APART = (
    "Publishers differ. Where the USGS or the IEA state the share of a largest producer more than "
    "5 points away, the distance widens the standard error, and the other figure is shown beside."
)
