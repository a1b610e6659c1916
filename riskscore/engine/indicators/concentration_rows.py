"""Indicators of the dimension of concentration."""

from __future__ import annotations

from riskscore.engine.indicators.levels import APART, WGI_LABELS
from riskscore.engine.indicators.row import IM, PM, PROJECT, Indicator, M, indicator

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
    indicator("con.mining_recent", "Concentration of mining", M, "HHI 0..1", 1,
              "Sum of squared country shares of mine output: mean of three years, or the newest "
              "complete year alone where over a tenth of world output changed hands.",
              ("wmd", "usgs", "iea"), "wmd.production", "usgs.production", "iea.mining",
              caution=APART),
    indicator("con.refining_recent", "Concentration of refining", M, "HHI 0..1", 1,
              "Sum of squared country shares of refined output; years as for mining.",
              ("iea", "wmd", "usgs"), "iea.refining", "wmd.production", "usgs.production",
              caution=APART),
    indicator("con.place_share", "Place's share of world output", PM, "share 0..1", 1,
              "The place's share of world mining or refining, whichever is greater; years as for "
              "the concentration of mining.",
              ("wmd", "iea", "usgs"), "wmd.production", "iea.refining", "iea.mining",
              "usgs.production", caution=APART),
    indicator("con.largest_share", "Share of the largest producer", M, "share 0..1", 1,
              "Largest country share of output; years as for the concentration of mining.",
              ("wmd", "usgs", "iea"), "wmd.production", "usgs.production", "iea.mining",
              caution=APART),
    indicator("con.largest_elsewhere", "Its share by another publisher", M, "share 0..1", 1,
              "The largest producer's share of the newest complete year as the USGS or the IEA "
              "states it, whichever lies farther from World Mining Data.",
              ("usgs", "iea"), "usgs.production", "iea.mining", "wmd.production"),
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
