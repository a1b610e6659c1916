"""The release that a file becomes: its source, licence, hash and how many rows it gave."""

from django.db import connection

from riskscore.intake.file_rows import module_of
from riskscore.models import Intake, Release, Source
from riskscore.releases.editions import next_edition

#: Tables that hold anybody's figures.
GENERIC = (
    "observations", "projects", "evidence", "owners", "companies", "statuses", "capacities",
    "offtake",
)  # fmt: skip


def is_partial(intake: Intake) -> bool:
    """True if the file adds to its source's figures, False if it replaces all of them."""
    return intake.layout in GENERIC or getattr(module_of(intake), "PARTIAL", False)


def is_correction(intake: Intake) -> bool:
    """True if the file is a table of anybody's figures, False if it is a publisher's own."""
    return intake.layout in GENERIC


def reserve(intake: Intake, edition: str, *, scored: bool = True) -> Release:
    """An unsaved release that has its id already, so that rows can refer to it.

    ``edition`` is what its publisher calls it; one that is not ``scored`` is kept beside another.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('riskscore_release', 'id'))")
        (number,) = cursor.fetchone()
    stated = module_of(intake).SOURCE
    allowed = intake.redistributable
    return Release(
        id=number,
        code=intake.release_code or _free_code(f"{stated.code}-{intake.sha256[:10]}"),
        source_id=stated.code,
        published_edition=edition,
        licence=intake.licence or stated.licence,
        redistributable=stated.redistributable if allowed is None else allowed,
        attribution=stated.cited(edition)[:400],
        url=stated.url,
        file=intake.file,
        sha256=intake.sha256,
        partial=is_partial(intake),
        scored=scored,
        retrieved_on=intake.retrieved_on,
    )


def register(release: Release, intake: Intake) -> None:
    """Write the release under its edition, or the next one, in the caller's transaction.

    Nobody else gets an edition until that transaction ends, so this comes as late as possible.
    """
    stated = module_of(intake).SOURCE
    Source.objects.get_or_create(
        code=stated.code,
        defaults={"publisher": stated.publisher, "title": stated.title, "url": stated.url},
    )
    if release.edition_id is None:
        release.edition = next_edition(f"intake of {intake.file}"[:200])
    release.save(force_insert=True)


def _free_code(requested: str) -> str:
    """The code itself, or with a number: the same file may be right again after another."""
    taken = set(Release.objects.filter(code__startswith=requested).values_list("code", flat=True))
    return next(
        code
        for number in range(1, len(taken) + 2)
        if (code := requested if number == 1 else f"{requested}-{number}") not in taken
    )
