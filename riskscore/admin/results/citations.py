"""Where a number can be read: the publisher's page, or the page of ours that states it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from riskscore.scoring.explanation import IndicatorRow


@dataclass(frozen=True, slots=True)
class Cited:
    """A source of a number: its name, its address ("" where it has none), what it is in full."""

    publisher: str
    url: str
    title: str
    release: str
    licence: str

    @property
    def is_foreign(self) -> bool:
        """Whether the address is a publisher's."""
        return self.url.startswith(("https://", "http://"))


def of(row: IndicatorRow, project: int) -> Sequence[Cited]:
    """The sources of one indicator of a project's score."""
    return [_cited(source, project) for source in row.sources]


def _cited(source: Mapping[str, str], project: int) -> Cited:
    url = source.get("url", "")
    if "release" in source:
        foreign = url if url.startswith(("https://", "http://")) else ""
        edition = source.get("published_edition", "")
        release = " ".join(part for part in (source["release"], edition and f"({edition})") if part)
        return Cited(
            source.get("publisher", source["source"]), foreign or _of_source(source["source"]),
            source.get("title", ""), release, source.get("licence", ""),
        )  # fmt: skip
    name, address = _ours(source["source"], project)
    return Cited(name, address, "", "", "")


def _ours(code: str, project: int) -> tuple[str, str]:
    """What comes from no release: statements about the project itself, and learned models."""
    if code == "evidence":
        return "Evidence on this project", reverse("admin:project_evidence", args=[project])
    if code in ("owners", "companies"):
        return "Owners on file", reverse("admin:project_owners", args=[project])
    if code == "model":
        return "Learned model", reverse("admin:riskscore_learnedmodel_changelist")
    if code in ("land", "areas", "communities", "languages"):
        return "Maps of lands", reverse("admin:project_land", args=[project])
    return code, _of_source(code)


def _of_source(code: str) -> str:
    return reverse("admin:riskscore_source_change", args=[code])
