"""Owners as programs state them: companies, where they are at home, what they hold of projects."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from django.db import transaction

from riskscore.curation import owner_edits, record_checks
from riskscore.curation.writes import field_checks
from riskscore.curation.writes.write_faults import Fault, Refused, refuse
from riskscore.curation.writes.written import Written, whole
from riskscore.errors import NotFoundError
from riskscore.models import Company, Domicile, Ownership, Place, Project
from riskscore.releases import owner_statements
from riskscore.sources.tables.projects import KEY

Fields = Mapping[str, Any]
Said = TypeVar("Said", Ownership, Domicile)
OF_OWNER = ("share", "since", "until", "stated_on", "credibility", "url", "note")
OF_HOME = ("state_owned", "stated_on", "credibility", "url", "note")
NO_SOURCE = "Say where it can be read: an owner without a source is none."
SLUG = "Use 2 to 60 small letters, digits and hyphens, like toyota-tsusho."


class NoStatement(NotFoundError):
    """No statement has this number."""

    code = "no_statement"


def add_company(fields: Fields, *, by: Any) -> Written[Company]:
    """Enter a company, with ``home`` also what is said of it. Raises Refused."""
    with whole():
        aliases = [field_checks.text(one) for one in fields.get("aliases") or ()]
        row = Company(key=fields["key"], name=field_checks.text(fields["name"]), aliases=aliases)
        refuse(_wrong_company(row))
        row.save(force_insert=True)
        if (home := fields.get("home")) is None:
            return Written(row)
        return Written(row, add_home(row, home, by=by, at="/home").jobs)


def _wrong_company(row: Company) -> Iterator[Fault]:
    if not KEY.fullmatch(row.key):
        yield Fault("/key", SLUG)
    elif Company.objects.filter(key=row.key).exists():
        yield Fault("/key", f"{row.key} is another company.")
    yield from field_checks.faults_of(row, ("name", "aliases"))


def add_home(company: Company, fields: Fields, *, by: Any, at: str = "") -> Written[Domicile]:
    """Say where a company is at home and who stands above it; its projects are scored anew.

    ``replaces`` (a number) is the version that this one corrects. Raises Refused and Superseded.
    """
    with whole():
        row = Domicile(company=company, **_given(fields, OF_HOME))
        old = _replaced(Domicile, fields, at)
        faults = list(field_checks.faults_of(row, OF_HOME, at))
        faults += _without_source(row, at)
        row.place_id, row.parent = fields.get("place"), _company(fields.get("parent"))
        faults += _wrong_home(row, old, fields, at)
        refuse(faults, field_checks.rules_of(row, at))
        row.state = Domicile.State.CORRECTED if old else Domicile.State.CONFIRMED
        return Written(row, owner_edits.record_and_rescore(row, by=by, replaces=old))


def _wrong_home(row: Domicile, old: Domicile | None, fields: Fields, at: str) -> Iterator[Fault]:
    places = dict(Place.objects.values_list("code", "name"))
    if row.place_id is not None and row.place_id not in places:
        yield Fault(f"{at}/place", field_checks.unknown("place", row.place_id, places))
    if fields.get("parent") and row.parent is None:
        yield Fault(f"{at}/parent", f"no company {fields['parent']!r}")
    if row.parent and row.parent.pk in owner_statements.subsidiaries([row.company_id]):
        yield Fault(f"{at}/parent", "That company stands below this one, or is it.")
    if old is not None and old.company_id != row.company_id:
        yield Fault(f"{at}/replaces", "A new version is about the same company.")
    if old is None and (newest := owner_statements.current_domicile(row.company_id)):
        words = f"Something is said of it already: replace statement {newest.pk}."
        yield Fault(f"{at}/replaces", words)


def add_owner(project: Project, fields: Fields, *, by: Any) -> Written[Ownership]:
    """Say what a company holds of a project; with ``replaces`` (a number) as a corrected version.

    Raises Refused, and Superseded where that has a newer version.
    """
    with whole():
        row = Ownership(project=project, **_given(fields, OF_OWNER))
        old = _replaced(Ownership, fields, "")
        company = _company(fields["company"])
        if company is None:
            raise Refused([Fault("/company", f"no company {fields['company']!r}; enter it first")])
        refuse(_wrong_owner(row, company, old), field_checks.rules_of(row))
        row.company = company
        row.state = Ownership.State.CORRECTED if old else Ownership.State.CONFIRMED
        if old is not None:
            row.basis, row.doubt = old.basis, old.doubt
        return Written(row, owner_edits.record_and_rescore(row, by=by, replaces=old))


def _wrong_owner(row: Ownership, company: Company, old: Ownership | None) -> Iterator[Fault]:
    about = {"project": row.project, "company": company, "replaces": old}

    def check(values: record_checks.Values) -> Iterator[record_checks.Found]:
        return record_checks.of_ownership({**values, **about})

    yield from field_checks.faults_of(row, OF_OWNER, "", check)
    yield from _without_source(row, "")
    if old is not None and (old.project_id, old.company_id) != (row.project.pk, company.pk):
        yield Fault("/replaces", "A new version is about the same project and company.")
    others = owner_statements.owners().filter(project=row.project, until__isnull=True)
    others = others if old is None else others.exclude(pk=old.pk)
    if twice := others.filter(company=company, since=row.since).first():
        words = f"This owner is on file already: replace statement {twice.pk}."
        yield Fault("/replaces", words)


def decide(
    model: type[Said], number: int, state: str, *, by: Any, note: str = "", about: Fields
) -> Written[Said]:
    """Confirm or reject a statement, as a new version; one that is so already stays.

    ``about``: the project or company that it must be about. Raises NoStatement and Superseded.
    """
    with transaction.atomic():
        said = model.objects.filter(pk=number, **about).first()
        if said is None:
            raise NoStatement(f"no statement {number} here")
        made, jobs = owner_edits.decide_and_rescore([said], state, by=by, note=note)
        return Written(made[0] if made else said, jobs)


def _given(fields: Fields, names: tuple[str, ...]) -> dict[str, Any]:
    return field_checks.texts({name: fields[name] for name in names if name in fields})


def _company(key: str | None) -> Company | None:
    return Company.objects.filter(key=key).first() if key else None


def _without_source(row: Ownership | Domicile, at: str) -> Iterator[Fault]:
    if not row.url:
        yield Fault(f"{at}/url", NO_SOURCE)


def _replaced(model: type[Said], fields: Fields, at: str) -> Said | None:
    number = fields.get("replaces")
    if number is None:
        return None
    old = model.objects.filter(pk=number).first()
    if old is None:
        raise Refused([Fault(f"{at}/replaces", f"no statement {number}")])
    newer = model.objects.filter(supersedes=old).first()
    if newer is not None:
        raise owner_edits.Superseded(f"statement {number} has a newer version, {newer.pk}")
    return old
