"""Two edits of one draft of a method meet: each page carries what it showed, value by value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import unified_diff

from django.http import QueryDict

from riskscore.admin.ui import form_versions
from riskscore.admin.ui.form_versions import RECORD, Version
from riskscore.admin.ui.meeting import MINE, THEIRS, Clash
from riskscore.admin.ui.three_way import joined
from riskscore.models import Method

#: A text of more lines is told by the lines that differ, of which this many are shown.
MOST_LINES = 40


@dataclass(slots=True)
class Met:
    """What came of it: the data to go on with, what is to be chosen, and the version to carry."""

    data: QueryDict
    version: str
    clashes: list[Clash] = field(default_factory=list)


def version_of(method: Method, now: Mapping[str, str]) -> str:
    """What a page of this draft shows, by the names of its fields, as a text that only we write."""
    return Version({RECORD: dict(now)}).signed(form_versions.named(method))


def meet(sent: QueryDict, method: Method, now: Mapping[str, str], labels: Mapping[str, str]) -> Met:
    """Join what was sent with the draft as it is (``now``), field by field, as forms are joined."""
    before = form_versions.read(sent.get(form_versions.NAME, ""), form_versions.named(method))
    shown = before.rows.get(RECORD, {})
    met, asked = Met(sent.copy(), ""), dict[str, str | list[str]]()
    for name, theirs in now.items():
        if name not in sent:
            continue
        was, mine = shown.get(name), _plain(str(sent[name]))
        clash = Clash(name, name, labels.get(name, name), *_told(str(was or ""), mine, theirs))
        chosen = sent.get(clash.choice)
        result = joined(was, mine, theirs)
        waits = name in before.asked and mine != theirs
        if (result.clash or waits) and chosen not in (MINE, THEIRS):
            met.clashes.append(clash)
            asked[name] = str(before.asked.get(name, was or ""))
        elif chosen == THEIRS or (not result.clash and not waits):
            met.data[name] = theirs if chosen == THEIRS else str(result.value)
    met.version = Version({RECORD: dict(now)}, asked).signed(form_versions.named(method))
    return met


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _told(was: str, mine: str, theirs: str) -> tuple[str, str, str]:
    """The three values in words; of long texts the lines that each changed."""
    if "\n" not in f"{was}{mine}{theirs}":
        return was, mine, theirs
    return "see below", _changed(was, mine), _changed(was, theirs)


def _changed(was: str, now: str) -> str:
    lines = list(unified_diff(was.splitlines(), now.splitlines(), lineterm="", n=0))[2:]
    told = [line for line in lines if not line.startswith("@@")]
    more = f"\n… {len(told) - MOST_LINES} more" if len(told) > MOST_LINES else ""
    return "\n".join(told[:MOST_LINES]) + more
