"""Indicators of the geopolitical dimension."""

from __future__ import annotations

from riskscore.engine.indicators.levels import (
    ALIGNMENT_LEVELS,
    ESTIMATE,
    LEARNT,
    MODEL,
    NO_RESTRICTION,
    PARTNERSHIP_LEVELS,
    PER_MILLION,
    RESTRICTION_LEVELS,
    WGI,
)
from riskscore.engine.indicators.row import IP, IPM, PM, PROJECT, Indicator, P, indicator

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
    indicator("geo.partnership", "Partnership with the buyer", IPM, "level", 1,
              "Closest agreement between the buyer and the place about this mineral; a trade bloc "
              "is no minerals partnership, and none counts where exports are restricted.",
              ("agreements", "restrictions"), "trade.agreement", "trade.restriction",
              levels=PARTNERSHIP_LEVELS),
    indicator("geo.disruption", "Predicted export disruption", PM, "probability 0..1", 1,
              "Learned probability that exports fall by 40 % next year.", MODEL, caution=LEARNT),
    indicator("geo.events", "Sanction or withdrawn permit", PROJECT, "0..100", 1,
              "Dated, sourced sanctions and withdrawn permits of this project, decayed to the day.",
              ("evidence",)),
)  # fmt: skip
