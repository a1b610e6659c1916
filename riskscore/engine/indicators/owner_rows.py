"""Indicators of who owns a project. Each is what is certain at least, never a guess in between."""

from __future__ import annotations

from riskscore.engine.indicators.row import IPROJECT, PROJECT, Indicator, indicator

AT_LEAST = (
    "What is certain at least: unknown shares, and what an unverified statement is not worth, "
    "could only raise it. Most owners were collected from the web by a language model and nobody "
    "has checked them."
)

OWNERS: tuple[Indicator, ...] = (
    indicator("own.concentration", "Concentration of the project's owners", PROJECT, "HHI 0..1", 1,
              "Sum of squared shares of its owners, companies of one parent together.",
              ("owners", "gsmc"), caution=AT_LEAST),
    indicator("own.state", "Share held by states", PROJECT, "share 0..1", 1,
              "Share held by states and by companies that a source calls state-owned.",
              ("owners", "companies", "gsmc"), caution=AT_LEAST),
    indicator("own.outside_partners", "Share of owners outside the buyer's partners", IPROJECT,
              "share 0..1", 1, "Share of owners who are at home where the buyer has no trade "
              "agreement, partnership or forum.",
              ("owners", "companies", "gsmc", "agreements"), "trade.agreement", caution=AT_LEAST),
)  # fmt: skip
