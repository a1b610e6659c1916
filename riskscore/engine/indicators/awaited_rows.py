"""Rows in no bundle: some files may not be passed on, others are loaded by whoever has them."""

from __future__ import annotations

from riskscore.engine.indicators.levels import (
    FUNDAMENTAL,
    NO_RESTRICTION,
    RESTRICTION_LEVELS,
    RIGHTS_LEVELS,
)
from riskscore.engine.indicators.row import PM, PROJECT, Indicator, M, P, indicator, observation

AWAITED_OBSERVATIONS: tuple[Indicator, ...] = (
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
