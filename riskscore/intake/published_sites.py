"""Sites of a publisher's own file, as rows of the generic layout."""

from riskscore.sources.publishers.icmm import is_coal
from riskscore.sources.source_records import ProjectRecord
from riskscore.sources.tables.projects import ProjectRow


def as_row(source: str, site: ProjectRecord) -> ProjectRow | None:
    """The row of a site; None for coal, which is not scored here. Steel is no mineral of a site."""
    if is_coal(site):
        return None
    digits = "".join(mark for mark in site.source_id if mark.isdigit())
    return ProjectRow(
        key=f"{source}-{digits.zfill(3)}",
        source_id=site.source_id,
        name=site.name,
        place=site.place,
        latitude=site.lat,
        longitude=site.lon,
        kind=site.kind,
        stage=site.stage,
        minerals=() if site.steel else site.minerals,
    )
