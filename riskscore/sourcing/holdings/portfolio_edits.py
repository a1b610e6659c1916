"""What an owner changes about a portfolio: written here, whole, and compared with its limits."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Model
from django.db.models.functions import Now

from riskscore.errors import ConflictError, ValidationError
from riskscore.models import (
    Company,
    Lens,
    LimitCrossing,
    Place,
    Portfolio,
    PortfolioLimit,
    Position,
    Project,
    ProjectMineral,
)
from riskscore.models.sourcing.portfolios import Bound
from riskscore.sourcing.holdings import portfolio_limits

MOST_POSITIONS = 200
MOST_LIMITS = 50
#: Portfolios of one owner, archived ones too.
MOST_PORTFOLIOS = 200


class CannotKeep(ValidationError):
    """A position or a limit makes no sense; ``place`` points at it."""

    code = "cannot_keep"
    remedy = "Correct what is named, and send the portfolio again."


class NameTaken(ConflictError):
    """This owner has a portfolio of that name, perhaps an archived one."""

    code = "name_taken"
    remedy = "Choose another name, or change the portfolio that has it."


class PositionGiven(NamedTuple):
    """A position as its owner states it. Without a mineral: the project's first product."""

    project: str
    kt_per_year: float
    mineral: str | None = None
    since: date | None = None
    until: date | None = None
    note: str = ""


class LimitGiven(NamedTuple):
    """A limit as its owner states it: codes of a place and of a company where it names one."""

    what: str
    at_most: float
    place: str | None = None
    company: str | None = None


def create(
    owner: Any,
    name: str,
    lens: Lens,
    *,
    about: str = "",
    positions: Sequence[PositionGiven] = (),
    limits: Sequence[LimitGiven] = (),
) -> Portfolio:
    """Begin a portfolio. Raises CannotKeep and NameTaken; then nothing is written."""
    if Portfolio.objects.filter(owner=owner).count() >= MOST_PORTFOLIOS:
        raise CannotKeep(f"you keep {MOST_PORTFOLIOS} portfolios already", place="/name")
    with transaction.atomic():
        with editing(_begun(owner, name, lens, about)) as portfolio:
            _write(portfolio, positions, limits)
        portfolio.refresh_from_db()
    return portfolio


def _begun(owner: Any, name: str, lens: Lens, about: str) -> Portfolio:
    try:
        with transaction.atomic():
            return Portfolio.objects.create(owner=owner, name=name, lens=lens, about=about)
    except IntegrityError:
        raise NameTaken(f"you have a portfolio called {name!r}", place="/name") from None


@contextmanager
def editing(portfolio: Portfolio) -> Iterator[Portfolio]:
    """The portfolio, locked while its parts are written; after that its limits are compared.

    They are compared before too: what a rescoring has changed is not put down to the edit.
    """
    with transaction.atomic():
        locked = Portfolio.objects.select_for_update(of=("self",)).select_related("lens")
        held = locked.get(pk=portfolio.pk)
        if held.archived_at is None:
            portfolio_limits.check(held)
        yield held
        edited(held)


def edited(held: Portfolio) -> None:
    """Note that the parts of a locked portfolio were written, and compare it with its limits."""
    Portfolio.objects.filter(pk=held.pk).update(version=F("version") + 1)
    if held.archived_at is None:
        portfolio_limits.check(held, LimitCrossing.Cause.EDIT)


def change(
    portfolio: Portfolio,
    *,
    about: str | None = None,
    lens: Lens | None = None,
    positions: Sequence[PositionGiven] | None = None,
    limits: Sequence[LimitGiven] | None = None,
    archived: bool | None = None,
) -> None:
    """Replace the parts that are given, each of them whole. Raises CannotKeep."""
    with editing(portfolio) as held:
        if about is not None:
            held.about = about
        if lens is not None:
            held.lens = lens
        held.save(update_fields=["about", "lens"])
        if archived is not None:
            _archive(held, archived)
        _write(held, positions, limits)


def _archive(held: Portfolio, archived: bool) -> None:  # noqa: FBT001 - the state itself
    if archived == (held.archived_at is None):
        Portfolio.objects.filter(pk=held.pk).update(archived_at=Now() if archived else None)
        held.refresh_from_db(fields=["archived_at"])


def _write(
    held: Portfolio,
    positions: Sequence[PositionGiven] | None,
    limits: Sequence[LimitGiven] | None,
) -> None:
    if positions is not None:
        _replace(Position, held, _positions(held, positions), ("project_id", "mineral_id", "since"))
    if limits is not None:
        _replace(PortfolioLimit, held, _limits(held, limits), ("what", "place_id", "company_id"))


def _replace(
    model: type[Model], held: Portfolio, rows: Sequence[Any], identity: tuple[str, ...]
) -> None:
    """Make the rows of a portfolio these; one that stays what it is keeps its number."""

    def name(row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, column) for column in identity)

    there = {name(row): row for row in model._default_manager.filter(portfolio=held)}
    given = {name(row): row for row in rows}
    for key, row in there.items():
        if key not in given:
            row.delete()
    for key, row in given.items():
        if key in there:
            row.pk = there[key].pk
            kept = [f.name for f in row._meta.concrete_fields if f.editable and not f.primary_key]
            row.save(force_update=True, update_fields=kept)
        else:
            row.save(force_insert=True)


def _positions(held: Portfolio, given: Sequence[PositionGiven]) -> list[Position]:
    if len(given) > MOST_POSITIONS:
        raise CannotKeep(f"more than {MOST_POSITIONS} positions", place="/positions")
    projects = _projects(one.project for one in given)
    rows, seen = [], set[tuple[Any, ...]]()
    for at, one in enumerate(given):
        where = f"/positions/{at}"
        project, mineral = product(projects, one.project, one.mineral, where)
        if one.since and one.until and one.since > one.until:
            raise CannotKeep("it ends before it begins", place=f"{where}/until")
        if (name := (project.pk, mineral, one.since)) in seen:
            raise CannotKeep("the same project, mineral and first day stand twice", place=where)
        seen.add(name)
        rows.append(
            Position(
                portfolio=held, project=project, mineral_id=mineral, kt_per_year=one.kt_per_year,
                since=one.since, until=one.until, note=one.note,
            )
        )  # fmt: skip
    return rows


def _projects(keys: Iterable[str]) -> dict[str, tuple[Project, dict[str, str]]]:
    """By key: each project, and the roles of its minerals."""
    found = Project.objects.exclude(state=Project.State.DRAFT).filter(key__in=set(keys))
    roles: dict[int, dict[str, str]] = {}
    yields = ProjectMineral.objects.filter(project__in=found)
    for project, mineral, role in yields.values_list("project_id", "mineral_id", "role"):
        roles.setdefault(project, {})[mineral] = role
    return {one.key: (one, roles.get(one.pk, {})) for one in found.select_related("place")}


def product(
    projects: dict[str, tuple[Project, dict[str, str]]], key: str, mineral: str | None, where: str
) -> tuple[Project, str]:
    """A project and which of its minerals is meant. Raises CannotKeep."""
    if key not in projects:
        raise CannotKeep(f"no project has the key {key!r}", place=f"{where}/project")
    project, roles = projects[key]
    if mineral is None:
        first = next((code for code, role in roles.items() if role == "primary"), None)
        if first is None:
            raise CannotKeep(f"{key} has no first product: name one", place=f"{where}/mineral")
        return project, first
    if mineral not in roles:
        known = ", ".join(sorted(roles)) or "none that is known"
        raise CannotKeep(f"{key} does not yield {mineral!r} but {known}", place=f"{where}/mineral")
    return project, mineral


def asked(given: Sequence[PositionGiven]) -> list[tuple[Project, str, float]]:
    """Positions that somebody only asks about: project, mineral, kt. Raises CannotKeep."""
    projects = _projects(one.project for one in given)
    return [(*product(projects, one.project, one.mineral, ""), one.kt_per_year) for one in given]


def _limits(held: Portfolio, given: Sequence[LimitGiven]) -> list[PortfolioLimit]:
    if len(given) > MOST_LIMITS:
        raise CannotKeep(f"more than {MOST_LIMITS} limits", place="/limits")
    companies = Company.objects.in_bulk(
        {one.company for one in given if one.company}, field_name="key"
    )
    places = set(Place.objects.filter(kind=Place.Kind.COUNTRY).values_list("code", flat=True))
    rows, seen = [], set[tuple[Any, ...]]()
    for at, one in enumerate(given):
        where = f"/limits/{at}"
        _check_limit(one, places, companies, where)
        if (name := (one.what, one.place, one.company)) in seen:
            raise CannotKeep("the same limit stands twice", place=where)
        seen.add(name)
        company = companies[one.company] if one.company else None
        rows.append(
            PortfolioLimit(
                portfolio=held, what=one.what, at_most=one.at_most, place_id=one.place,
                company=company,
            )
        )  # fmt: skip
    return rows


def _check_limit(
    one: LimitGiven, places: set[str], companies: dict[Any, Company], where: str
) -> None:
    if (one.what == Bound.What.PLACE) != (one.place is not None):
        raise CannotKeep(
            "a limit on the share of one place, and no other, names a place", place=f"{where}/place"
        )
    if (one.what == Bound.What.OWNER) != (one.company is not None):
        raise CannotKeep(
            "a limit on the share of one owner, and no other, names a company",
            place=f"{where}/company",
        )
    if one.place is not None and one.place not in places:
        raise CannotKeep(f"no country has the code {one.place!r}", place=f"{where}/place")
    if one.company is not None and one.company not in companies:
        raise CannotKeep(f"no company has the key {one.company!r}", place=f"{where}/company")
    most = 1 if one.what in Bound.SHARES else 100
    if not 0 <= one.at_most <= most:
        raise CannotKeep(f"say at most how much, from 0 to {most}", place=f"{where}/at_most")
