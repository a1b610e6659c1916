"""Indicators of the dimension of concentration."""

from __future__ import annotations

from riskscore.engine.indicators.levels import WGI_LABELS
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
