"""Observations that the bundle holds, each as its publisher states it."""

from __future__ import annotations

from riskscore.engine.indicators.levels import (
    ADVANCEMENT_LEVELS,
    AGREEMENT_LEVELS,
    ARTISANAL,
    GOOD_LEVELS,
    NO_RESTRICTION,
    RESTRICTION_LEVELS,
    TRADE_STAGES,
    WGI_LABELS,
)
from riskscore.engine.indicators.row import IP, IPM, PM, Indicator, M, P, observation

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
    observation("usgs.production", "Production, USGS", PM, "as stated (t, kt, Mct: see label)", 1,
                "Yearly output of one mineral in one place; the label says which product.",
                "usgs"),
    observation("usgs.capacity", "Capacity, USGS", PM, "a year, as stated: see label", 1,
                "What smelters and refineries of one place can put out in a year; the label says "
                "of which product. Shown only.", "usgs"),
    observation("usgs.reserves", "Reserves, USGS", PM, "as stated (t, kt, Mct: see label)", -1,
                "Reserves of one mineral in one place; a bound says so in its quality. Shown only.",
                "usgs"),
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
    *(
        observation(
            f"baci.{stage}_{measure}", f"Import {measure}, {stage}", IPM, unit, 1,
            f"The importer's imports from the place under customs codes of the stage {stage}, "
            "beside those that scores read.", "baci",
        )
        for stage in TRADE_STAGES
        for measure, unit in (("value", "thousand USD"), ("quantity", "t"))
    ),
    observation("ec.eol_rir", "End-of-life recycling input rate", M, "share 0..1", -1,
                "Share of demand met by recycled end-of-life material.", "ec"),
)  # fmt: skip
