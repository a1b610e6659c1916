"""Companies by every name that they have, and new ones where a name is nobody's yet."""

from collections.abc import Iterable

from riskscore.models import Company
from riskscore.sources.ownership.company_words import plain, slug

LONGEST_KEY = 60


class CompanyIndex:
    """All companies by their names, keys and aliases, read once."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        for pk, key, name, aliases in Company.objects.order_by("id").values_list(
            "id", "key", "name", "aliases"
        ):
            for word in (name, key.replace("-", " "), *aliases):
                self._ids.setdefault(plain(word), pk)

    def find(self, name: str) -> int | None:
        """The company of this name; None: nobody is called so."""
        return self._ids.get(plain(name))

    def known(self, name: str) -> int:
        """The company of a name that somebody has."""
        return self._ids[plain(name)]

    def make(self, names: Iterable[str]) -> None:
        """Add a company for each name that is nobody's."""
        fresh = {plain(name): name for name in reversed(list(names)) if self.find(name) is None}
        made = [Company(key=key, name=fresh[word]) for word, key in _free_keys(fresh).items()]
        for company in Company.objects.bulk_create(made):
            self._ids[plain(company.name)] = company.pk


def _free_keys(fresh: dict[str, str]) -> dict[str, str]:
    """A key for each new name that no company has."""
    taken = set(Company.objects.values_list("key", flat=True)) if fresh else set()
    result = {}
    for word, name in fresh.items():
        base = slug(name)
        number, key = 1, base
        while key in taken:
            number += 1
            key = f"{base}-{number}"
        taken.add(key)
        result[word] = key[:LONGEST_KEY]
    return result
