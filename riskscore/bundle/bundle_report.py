"""What the making of the bundle found: counts, disagreements, words without a code, doubts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from riskscore.bundle.fixture_rows import Mineral, Project, Release
from riskscore.bundle.sites import DUPLICATE_KM, OUTPUT_SINCE, Site
from riskscore.engine.inputs.borders import LABEL_KM


@dataclass(frozen=True)
class Report:
    """The bundle as made; ``left_out`` counts (source, place or mineral, word), ``unstated`` what
    stands in place of a number (indicator, mark)."""

    releases: Sequence[Release]
    projects: Sequence[Project]
    sites: Sequence[Site]
    minerals: Sequence[Mineral]
    left_out: Counter[tuple[str, str, str]]
    unstated: Counter[tuple[str, str]]

    @property
    def disputed(self) -> list[Site]:
        """The sites whose label and coordinates name different countries."""
        return [site for site in self.sites if "place_disputed" in site.project.flags]

    @property
    def unmapped(self) -> Counter[tuple[str, str]]:
        """(term, role) that name no mineral of ours, by number of sites."""
        return Counter(pair for site in self.sites for pair in site.unmapped)

    def flagged(self, flag: str) -> list[Project]:
        """The projects that carry a flag."""
        return [project for project in self.projects if flag in project.flags]


def written_report(report: Report) -> str:
    """The report as Markdown."""
    return "\n".join(line for part in PARTS for line in (*part(report), "")).rstrip() + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A Markdown table; a bar inside a cell is escaped."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"


def _head(report: Report) -> Iterator[str]:
    yield "# Report on the default bundle"
    yield ""
    yield "Written by `python manage.py bundle`; do not edit."
    yield ""
    yield f"{len(report.projects):,} projects from {len(report.releases)} releases."


def _releases(report: Report) -> Iterator[str]:
    yield "## Releases"
    yield ""
    yield "Rows: observations, or projects, localities or countries used."
    yield ""
    yield from table(
        ("release", "edition", "rows", "file"),
        ((row.code, row.edition, f"{row.rows:,}", row.file) for row in report.releases),
    )


def _kinds(report: Report) -> Iterator[str]:
    yield "## Projects by kind and flag"
    yield ""
    counts = Counter((project.release, project.kind) for project in report.projects)
    yield from table(
        ("release", "kind", "projects"), ((*key, counts[key]) for key in sorted(counts))
    )
    yield ""
    flags = Counter(flag for project in report.projects for flag in project.flags)
    meaning = {
        "duplicate": f"a lithium deposit within {DUPLICATE_KM:g} km of a mapped lithium site",
        "low_confidence": "the publisher's confidence is Very Low",
        "no_known_output": f"no output of the primary mineral in this place since {OUTPUT_SINCE}",
        "place_disputed": "label and coordinates name different countries",
        "steel": "the primary commodity is steel, which is no mineral",
    }
    yield from table(
        ("flag", "projects", "meaning"),
        ((flag, flags[flag], meaning[flag]) for flag in sorted(meaning)),
    )


def _disagreements(report: Report) -> Iterator[str]:
    rules = Counter(site.project.place_rule for site in report.sites)
    yield "## Where label and coordinates disagree"
    yield ""
    yield (
        f"The label wins within {LABEL_KM:g} km of the labelled country, else the coordinates. "
        "A labelled place that the outlines draw as part of another (French Guiana, of France) is "
        f"believed. Decided by label {rules['label']:,}, by coordinates {rules['coordinates']}, by "
        f"the nearest country {rules['nearest']}. "
        f"{sum(not site.placed.seen for site in report.sites)} sites lie in no outline (coasts)."
    )
    yield ""
    yield from table(
        ("project", "name", "label", "coordinates", "decided", "km to the label"),
        (
            (
                site.project.key,
                site.project.name,
                site.label,
                site.placed.seen,
                site.project.place,
                "no outline" if site.placed.km != site.placed.km else f"{site.placed.km:,.1f}",
            )
            for site in sorted(report.disputed, key=lambda site: site.project.key)
        ),
    )


def _duplicates(report: Report) -> Iterator[str]:
    yield "## Duplicates"
    yield ""
    names = {project.key: project.name for project in report.projects}
    yield from table(
        ("project", "name", "duplicate of", "its name"),
        (
            (project.key, project.name, project.duplicate_of, names[project.duplicate_of or ""])
            for project in sorted(report.flagged("duplicate"))
        ),
    )


def _unproductive(report: Report) -> Iterator[str]:
    yield "## Sites without known output"
    yield ""
    primary = {site.project.key: site.primary for site in report.sites}
    counts = Counter(
        (project.place, primary[project.key] or "", project.kind)
        for project in report.flagged("no_known_output")
    )
    yield from table(
        ("place", "mineral", "kind", "projects"), ((*key, counts[key]) for key in sorted(counts))
    )


def _words(report: Report) -> Iterator[str]:
    yield "## Words without a code of ours"
    yield ""
    yield "Commodities of sites:"
    yield ""
    unmapped = report.unmapped
    yield from table(("term", "role", "sites"), ((*key, unmapped[key]) for key in sorted(unmapped)))
    yield ""
    yield "Places and minerals of other files (rows left out; DOL goods stay without a mineral):"
    yield ""
    left = report.left_out
    yield from table(
        ("source", "kind", "word", "rows"), ((*key, left[key]) for key in sorted(left))
    )


def _unstated(report: Report) -> Iterator[str]:
    yield "## Reserves and capacity without a number"
    yield ""
    yield "Unknown, never zero; bounds and estimates are kept and say so in their quality."
    yield ""
    counts = report.unstated
    yield from table(
        ("indicator", "in place of a number", "cells"),
        ((*key, counts[key]) for key in sorted(counts)),
    )


def _recycling(report: Report) -> Iterator[str]:
    blank = [row.code for row in report.minerals if row.eol_rir is None]
    yield "## Recycling rates taken as unknown"
    yield ""
    yield (
        "The file states 0 for these, and the Commission's study did not assess them: "
        f"{', '.join(blank)}."
    )


PARTS = (
    _head,
    _releases,
    _kinds,
    _disagreements,
    _duplicates,
    _unproductive,
    _words,
    _unstated,
    _recycling,
)
