"""The estimates of a file of the Worldwide Governance Indicators, whichever form it has."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms import governance_series, governance_sheets
from riskscore.sources.forms.form_cells import said
from riskscore.sources.forms.governance_sheets import DIMENSIONS, MOST_ABOVE, Estimate
from riskscore.sources.forms.grids import Grid, grids
from riskscore.sources.left_out import LeftOut, Remark

#: "The Worldwide Governance Indicators, 2022 Update" stands above the tables of the wide form.
UPDATE = re.compile(r"\b(20\d\d) (update|revision|edition)\b", re.IGNORECASE)


def estimates(content: bytes) -> Iterator[Estimate | LeftOut | Remark]:
    """Every estimate, what is left out by reason, and which dimensions no sheet states.

    Raises BadFile where no sheet is of a known form.
    """
    found, titles, sheets = set(), [], 0
    for part in grids(content):
        if isinstance(part, LeftOut):
            yield part
            continue
        titles.append(part.title)
        made = _of_sheet(part)
        if made is None:
            if part.title:
                yield LeftOut("a sheet that holds no estimates", None, part.title, is_row=False)
            continue
        sheets += 1
        for one in made:
            yield one
            if isinstance(one, Estimate):
                found.add(one.dimension)
    if not sheets:
        raise BadFile(
            "no sheet has the columns of the Worldwide Governance Indicators",
            value=", ".join(filter(None, titles)),
            remedy="Use the publisher's Excel workbook: code, year, indicator, estimate, stddev; "
            "Economy (code), Year, Governance estimate; or a sheet of Code, Estimate a dimension.",
        )
    if lacking := [DIMENSIONS[code] for code in DIMENSIONS if code not in found]:
        yield Remark(f"no estimate of: {', '.join(lacking)}")


def stated_update(content: bytes) -> str:
    """What the lines above a table say of its edition, such as "2022 Update"; empty if nothing."""
    for part in grids(content):
        if isinstance(part, Grid):
            for _row, cells in islice(part.rows, MOST_ABOVE):
                for cell in cells:
                    if match := UPDATE.search(said(cell)):
                        return match[0]
    return ""


def _of_sheet(grid: Grid) -> Iterator[Estimate | LeftOut] | None:
    above = list(islice(grid.rows, MOST_ABOVE))
    again = Grid(grid.title, chain(above, grid.rows))
    return governance_sheets.estimates(again) or governance_series.estimates(grid, above)
