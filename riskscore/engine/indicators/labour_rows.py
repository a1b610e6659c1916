"""Indicators of the labour dimension."""

from __future__ import annotations

from riskscore.engine.indicators.levels import (
    ADVANCEMENT_LEVELS,
    ARTISANAL,
    ESTIMATE,
    LEARNT_LISTING,
    LISTED_LEVELS,
    LISTING_LEVELS,
    MODEL,
    WGI,
)
from riskscore.engine.indicators.row import PM, PROJECT, Indicator, P, indicator

LABOUR: tuple[Indicator, ...] = (
    indicator("lab.listed", "Listed for child or forced labour", PM, "level", 1,
              "Whether the US Department of Labor lists this mineral from this place.",
              ("dol",), "dol.good", levels=LISTED_LEVELS, caution=ARTISANAL),
    indicator("lab.listing", "Listed for child or forced labour", PM, "level", 1,
              "Whether the US Department of Labor lists this mineral from this place; a mineral "
              "that is no primary one of the project counts as a by-product.",
              ("dol",), "dol.good", levels=LISTING_LEVELS, caution=ARTISANAL,
              by_product={"child": "by_product_child", "forced": "by_product_forced"}),
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
    indicator("lab.events", "Incidents at work", PROJECT, "0..100", 1,
              "As lab.evidence, but neither a union nor a remedy lowers it.", ("evidence",)),
)  # fmt: skip
