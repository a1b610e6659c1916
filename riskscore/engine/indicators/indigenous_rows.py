"""Indicators of the Indigenous dimension."""

from __future__ import annotations

from riskscore.engine.indicators.levels import CONSENT_LEVELS, ESTIMATE, LANGUAGE_BLIND, WGI
from riskscore.engine.indicators.row import PROJECT, Indicator, P, indicator

LANGUAGE_WEAK = (
    "Nobody has said whether the language is still spoken: in the Brazilian Amazon such places "
    "tell a third as much about mapped land as confirmed ones. No point nearby is unknown."
)
NOT_TITLE = (
    "A traditional area drawn for an atlas, right to kilometres; it is neither title nor claim. No "
    "area nearby says nothing unless the map covers the whole country."
)
COMMUNITY_POINT = (
    "A register gives one point for a community, not its land; the land may reach the project from "
    "far away, and communities that nobody has registered are not there."
)
INDIGENOUS: tuple[Indicator, ...] = (
    indicator("ind.overlap", "Distance to mapped Indigenous land", PROJECT, "km, 0 inside", -1,
              "Distance to the nearest mapped Indigenous or community land.", ("land",)),
    indicator("ind.language", "Distance to a land-connected people", PROJECT, "km", -1,
              "Distance to the nearest place of a kept language.", ("asher",),
              proxy_for="presence of land-connected peoples", caution=LANGUAGE_BLIND),
    indicator("ind.language_weak", "Distance to a place of an unconfirmed language", PROJECT, "km",
              -1, "Distance to the nearest place of a language that the atlas behind ind.language "
              "lacks: living ones that it missed, and extinct ones.", ("languages",),
              proxy_for="presence of land-connected peoples", caution=LANGUAGE_WEAK),
    indicator("ind.area", "Distance to a people's traditional area", PROJECT, "km, 0 inside", -1,
              "Distance to the nearest area that an atlas draws for a people: traditional area, "
              "not title.", ("areas",), proxy_for="land of a people", caution=NOT_TITLE),
    indicator("ind.community", "Distance to a registered community", PROJECT, "km", -1,
              "Distance to the nearest community of a public register.", ("communities",),
              proxy_for="land of a people", caution=COMMUNITY_POINT),
    indicator("ind.consent", "Stage of consent", PROJECT, "level", 1,
              "How far free, prior and informed consent has come.", ("evidence",),
              levels=CONSENT_LEVELS),
    indicator("ind.conflict", "Conflict or resettlement", PROJECT, "0..100", 1,
              "Dated, sourced protests, court cases, resettlement and violence at this project.",
              ("evidence",)),
    indicator("ind.events", "Incidents with communities", PROJECT, "0..100", 1,
              "As ind.conflict, with refusals of consent; neither remedy nor consent lowers it.",
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
