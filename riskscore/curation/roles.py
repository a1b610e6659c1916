"""Four ready groups, and what each of them may do: the one table of permissions.

A migration makes the groups with its own, frozen copy of the table (a migration that imported this
one would make another group tomorrow than today); a test compares the two. A group is Django's
own: whoever wants other rights changes it in admin, or makes a group beside it, and no later start
changes it back. ``restore`` does so when an operator asks for it.

A permission is named by its action and its model, ``add project``; ``view`` is always part of the
others. Nothing is ever deleted here, so no role may delete.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction

LABEL = "riskscore"
#: Failed log-ins are django-axes' own table.
LABELS = (LABEL, "axes")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: What everybody sees who may sign in: all that scores are made of, and how.
LOOKED_AT = _words(
    "project projectmineral externalid offtake projectstatus capacity evidence challenge ownership"
    " company domicile score scorehistory scoreaccountability portfolio position portfoliolimit"
    " limitcrossing method methodchoice lens scenario learnedmodel learnedswitch prediction source"
    " release edition observation place placemember region regionmember mineral tradecode locality"
    " exportflow landlayer land footprint withdrawal"
)
#: Whoever may look at what scores are made of may have a service of theirs told of it; of these
#: tables everybody sees their own rows.
WEBHOOKS = ("webhook", "webhookdelivery", "webhookattempt")
#: How far work is, for whoever may start some.
WORK = ("job", "itemerror", "jobscore")
PLUMBING = ("chunk", "transition", "workerpulse", "stalemark", "idempotencykey")


@dataclass(frozen=True, slots=True)
class Role:
    """A ready group: what it is for in a sentence, and its codenames of permissions."""

    name: str
    about: str
    codenames: frozenset[str]


def _role(name: str, about: str, view: Iterable[str], **more: str) -> Role:
    """A role that sees what everybody sees and ``view``, and may ``add`` or ``change`` more."""
    codenames = {f"view_{model}" for model in (*LOOKED_AT, *WEBHOOKS, *view)}
    codenames |= {f"{action}_webhook" for action in ("add", "change", "delete")}
    for action, models in more.items():
        for model in _words(models):
            codenames |= {f"{action}_{model}", f"view_{model}"}
    return Role(name, about, frozenset(codenames))


VIEWER = _role(
    "viewer",
    "reads scores, their reasons and their sources, and files challenges",
    (),
    add="challenge export",
)
CURATOR = _role(
    "curator",
    "keeps projects, evidence, owners, land and imports, withdraws what was wrong, and answers"
    " challenges",
    (*WORK, "intake", "projectlist"),
    add="challenge export project projectmineral externalid offtake projectstatus capacity evidence"
    " ownership company domicile portfolio position portfoliolimit intake landlayer footprint"
    " region regionmember tradecode projectlist savedmapping job withdrawal",
    change="challenge project projectmineral externalid offtake company portfolio position"
    " portfoliolimit place region regionmember mineral tradecode projectlist savedmapping",
    delete="projectmineral externalid offtake position portfoliolimit regionmember",
)
METHODOLOGIST = _role(
    "methodologist",
    "draws, reviews and publishes methods, and trains and promotes learned models",
    (*WORK, "trainingrequest"),
    add="challenge export method lens scenario job",
    change="lens",
    review="method",
    promote="learnedmodel",
)
OPERATOR = _role(
    "operator",
    "runs the service: jobs, schedules, imports and their withdrawal, workers, keys, and unlocks"
    " accounts",
    (*WORK, *PLUMBING, "trainingrequest", "intake"),
    delete="accessattempt",
    add="challenge export job schedule projectlist intake savedmapping apikey withdrawal",
    change="job schedule projectlist savedmapping apikey",
    oversee="webhook",
)
ROLES: Mapping[str, Role] = {role.name: role for role in (VIEWER, CURATOR, METHODOLOGIST, OPERATOR)}


@dataclass(frozen=True, slots=True)
class Difference:
    """How a group differs from its role: permissions that it lacks, and those that it has more.

    ``exists`` is whether there is a group of the name at all.
    """

    role: Role
    exists: bool
    lacks: frozenset[str]
    has_more: frozenset[str]

    @property
    def words(self) -> str:
        """The difference as a sentence."""
        if not self.exists:
            return "The group is gone: --restore makes it again."
        lists = (("lacks", self.lacks), ("has besides", self.has_more))
        parts = [f"{word} {', '.join(sorted(names))}" for word, names in lists if names]
        return f"It {'; it '.join(parts)}." if parts else "It is as it came."


def differences() -> list[Difference]:
    """Every role beside the group of its name; equal ones have empty sets."""
    found = []
    for role in ROLES.values():
        group = Group.objects.filter(name=role.name).first()
        held = frozenset(
            Permission.objects.filter(group=group).values_list("codename", flat=True)
            if group
            else ()
        )
        found.append(
            Difference(role, group is not None, role.codenames - held, held - role.codenames)
        )
    return found


def restore() -> None:
    """Give each ready group exactly the permissions of its role; make the groups that are gone."""
    with transaction.atomic():
        for role in ROLES.values():
            group, _ = Group.objects.get_or_create(name=role.name)
            ours = Permission.objects.filter(
                content_type__app_label__in=LABELS, codename__in=role.codenames
            )
            group.permissions.set(ours)
