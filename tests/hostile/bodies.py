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
SAID = {"credibility": 0.9, "url": "https://example.org/report"}
SITE = {
    "key": "own-salar-1", "name": "Salar Uno", "place": "CHL", "latitude": -23.5,
    "longitude": -68.2, "kind": "mine", "minerals": [{"mineral": "lithium"}],
}  # fmt: skip
SHARES = {"geopolitical": 0.4, "concentration": 0.3, "labour": 0.2, "indigenous": 0.1}
SQUARE = [[-68.3, -23.6], [-68.1, -23.6], [-68.1, -23.4], [-68.3, -23.4], [-68.3, -23.6]]
SOME = ["icmm-00026"]
#: By method and address.
BODIES: dict[str, Any] = {
    "POST /companies": {"key": "acme", "name": "Acme", "home": {**SAID, "place": "CHL"}},
    "POST /companies/{key}/homes": {**SAID, "place": "PER"},
    "POST /exports": {"what": "projects", "format": "csv", "scope": {"keys": SOME}},
    "POST /jobs": {"scope": {"keys": SOME}, "reason": "A try."},
    "POST /lists": {"name": "mine", "projects": SOME},
    "PATCH /lists/{name}": {"add": SOME},
    "POST /lookups": {"keys": SOME},
    "POST /methods/{code}/drafts": {"reason": "A try.", "weights": {"composite": SHARES}},
    "PATCH /methods/{code}/drafts/{version}": {"reason": "Another."},
    "POST /projects": SITE,
    "PATCH /projects/{key}": {"name": "Another name", "stage": None},
    "PUT /projects/bulk": {"items": [SITE]},
    "POST /projects/{key}/capacities": {
        **SAID, "mineral": "copper", "year": 2026, "amount": 1000.0, "unit": "t Cu",
    },
    "POST /projects/{key}/challenges": {
        "statement": "The strike ended in March, says the union.", "url": "https://a.example",
        "kind": "strike", "happened_on": "2026-01-31",
    },
    "POST /projects/{key}/evidence": {
        **SAID, "kind": "strike", "happened_on": "2026-05-01", "severity": 0.5,
    },
    "POST /projects/{key}/footprints": {
        "outline": {"type": "Polygon", "coordinates": [SQUARE]}, "source": "https://a.example",
    },
    "POST /projects/{key}/owners": {**SAID, "company": "a-company", "share": 0.6},
    "POST /projects/{key}/owners/{number}/decision": {"state": "confirmed"},
    "POST /projects/{key}/statuses": {**SAID, "status": "suspended", "since": "2026-05-01"},
    "POST /sourcing/effects": {"shocks": [SHOCK]},
    "POST /sourcing/portfolios": {"name": "ours", **PORTFOLIO},
    "PUT /sourcing/portfolios/{name}": PORTFOLIO,
    "PATCH /sourcing/portfolios/{name}": {"about": "What we bought.", "positions": [POSITION]},
    "POST /sourcing/scenarios": {
        "code": "a-drill", "version": 1, "title": "A drill", "about": "Half of it.",
        "source": "https://a.example", "shocks": [SHOCK],
    },
    "POST /webhooks": {"url": "https://1.1.1.1/hook", "types": ["job.finished"]},
    "PATCH /webhooks/{number}": {"about": "Ours."},
}  # fmt: skip
#: What is taken only of a row in another state than that of the first one, or only with a file.
REFUSED = {
    "POST /imports": "the file is no JSON",
    "POST /imports/{id}/confirm": "the preview has not ended",
    "POST /jobs/{job_id}/retry": "no project of the job failed",
    "POST /methods/{code}/drafts/{version}/publish": "nobody has sent it to review",
    "POST /methods/{code}/drafts/{version}/return": "nobody has sent it to review",
    "POST /webhooks/{number}/deliveries/{delivery}/replay": "it is on its way",
}
