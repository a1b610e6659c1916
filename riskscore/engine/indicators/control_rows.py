"""Controls: they lower the residual score only."""

from __future__ import annotations

from riskscore.engine.indicators.row import PROJECT, Indicator, indicator

CONTROLS: tuple[Indicator, ...] = (
    indicator("ctl.certification", "Certified site standard", PROJECT, "strength 0..1", -1,
              "Level reached in a site standard that inspects; lowers the residual score only.",
              ("evidence",)),
    indicator("ctl.grievance", "Grievance mechanism", PROJECT, "strength 0..1", -1,
              "A working complaint channel; lowers the residual score only.", ("evidence",)),
    indicator("ctl.consent", "Recorded consent agreement", PROJECT, "strength 0..1", -1,
              "A signed agreement with the people concerned; lowers the residual score only.",
              ("evidence",)),
    indicator("ctl.union", "Union or collective agreement", PROJECT, "strength 0..1", -1,
              "A recognised union or an agreement in force; lowers the residual score only.",
              ("evidence",)),
    indicator("ctl.remedy", "Remedy", PROJECT, "strength 0..1", -1,
              "Harm that was made good; lowers the residual score only.", ("evidence",)),
)  # fmt: skip
