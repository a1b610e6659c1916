"""For each address that takes a body, one that is taken: what is hostile is put into it.

A body that the document's own examples make is taken as it is; others stand here. A new address
whose body is not taken fails a test by its name.
"""

from typing import Any

SHOCK = {
    "kind": "export_cut", "place": "CHL", "mineral": "copper", "cut": 0.5, "stage": "any",
    "buyers": ["JPN"], "since": "2026-01-31", "until": "2027-01-31", "about": "A drill.",
    "source": "https://a.example",
}  # fmt: skip
POSITION = {
    "project": "icmm-00026", "mineral": "gold", "kt_per_year": 1.5, "since": "2026-01-31",
    "until": "2027-01-31", "note": "A contract.",
}  # fmt: skip
PORTFOLIO = {
    "about": "What we buy.", "method": "critical-minerals", "importer": "JPN",
    "positions": [POSITION], "limits": [{"what": "place", "place": "CHL", "at_most": 0.5}],
}  # fmt: skip
#: By method and address.
BODIES: dict[str, Any] = {
    "POST /projects/{key}/challenges": {
        "statement": "The strike ended in March, says the union.", "url": "https://a.example",
        "kind": "strike", "happened_on": "2026-01-31",
    },
    "POST /sourcing/effects": {"shocks": [SHOCK]},
    "POST /sourcing/portfolios": {"name": "ours", **PORTFOLIO},
    "PUT /sourcing/portfolios/{name}": PORTFOLIO,
    "PATCH /sourcing/portfolios/{name}": {"about": "What we bought.", "positions": [POSITION]},
    "POST /sourcing/scenarios": {
        "code": "a-drill", "version": 1, "title": "A drill", "about": "Half of it.",
        "source": "https://a.example", "shocks": [SHOCK],
    },
}  # fmt: skip
#: What is taken only from a row in another state than that of the first one.
REFUSED = {"POST /jobs/{job_id}/retry": "no project of the job failed"}
