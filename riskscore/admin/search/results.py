"""What the search finds for one person: rows with their pages, and pages of the menu."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from riskscore.curation.search import folding
from riskscore.curation.search.find import Hit, find, rank_of

#: By kind: what a group of results is called, the permission, and the page of one of them.
KINDS = {
    "project": ("Projects", ("view_project",), "riskscore_project_change"),
    "place": ("Places", ("view_project", "view_score"), "profile_place"),
    "region": ("Regions", ("view_project", "view_score"), "profile_place"),
    "mineral": ("Minerals", ("view_project", "view_score"), "profile_mineral"),
    "company": ("Owners", ("view_company",), "riskscore_company_change"),
    "source": ("Sources", ("view_source",), "riskscore_source_change"),
    "release": ("Releases", ("view_release",), "riskscore_release_change"),
    "method": ("Methods", ("view_method",), "riskscore_method_change"),
}
PAGE = "page"
GROUPS = {PAGE: "Pages", **{kind: words for kind, (words, _, _) in KINDS.items()}}


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the answer."""

    kind: str
    title: str
    description: str
    link: str
    rank: int


def results(request: HttpRequest, text: str, most: int) -> list[Result]:
    """What fits a text, at most so many of each kind, best first; only what the person may see."""
    hits = find(text, _allowed(request), most)
    found = [Result(hit.kind, hit.title, hit.subtitle, _link(hit), hit.rank) for hit in hits]
    pages = sorted(_pages(request, text), key=lambda page: page.rank)[:most]
    return sorted([*found, *pages], key=lambda one: one.rank)


def _allowed(request: HttpRequest) -> list[str]:
    """The kinds whose pages this person may open."""
    return [
        kind
        for kind, (_, rights, _) in KINDS.items()
        if request.user.has_perms([f"riskscore.{right}" for right in rights])
    ]


def _link(hit: Hit) -> str:
    return reverse(f"admin:{KINDS[hit.kind][2]}", args=[hit.key])


def _pages(request: HttpRequest, text: str) -> Iterator[Result]:
    """Entries of the menu: each word is the beginning of one of the name's or the group's."""
    words = folding.words(text)
    if not words:
        return
    entries = [
        (str(group["name"]), str(entry["name"]), entry["admin_url"])
        for group in admin.site.get_app_list(request)
        for entry in group["models"]
        if entry.get("admin_url")
    ]
    names = folding.folded([f"{name} {group}" for group, name, _ in entries])
    titles = folding.folded([name for _, name, _ in entries])
    for (group, name, link), whole, title in zip(entries, names, titles, strict=True):
        if all(f" {word}" in f" {whole}" for word in words):
            yield Result(PAGE, name[:1].upper() + name[1:], group, link, rank_of(words, title))
