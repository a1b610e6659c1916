"""The API over the wire: real server, two workers, kept connections; ours and references in turn.

With the bundle, and with a million projects. A line says the median of an answer and what one in a
hundred takes, of four clients that ask at once, and how many answers were errors.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from benchmarks import load
from benchmarks.api_site.running import Site, served
from benchmarks.database import bundled, multiply, multiply_results
from benchmarks.rescoring import PROJECTS
from benchmarks.runner import Measured
from benchmarks.sourcing import score_everything
from riskscore.models import Score

ROUNDS = 5
DEEP = 10_000
#: Items a page where pages are many: so a million projects have ten thousand pages.
DEEP_SIZE = 90


@contextmanager
def bundle() -> Iterator[Site]:
    """The site over the bundle, scored."""
    with bundled():
        score_everything()
        with served() as site:
            yield site


@contextmanager
def million() -> Iterator[Site]:
    """The site over a million projects and their scores."""
    with bundled():
        score_everything()
        multiply(PROJECTS)
        multiply_results(("riskscore_score",))
        with served() as site:
            yield site


def score(site: Site) -> Measured:
    """One project's score with its default fields, of a hundred projects in turn, which each
    process has told before."""
    ours = [site.ours(f"/projects/{key}/score") for key in _keys(100)]
    return _against(site, ours, [site.same_bytes("score", ours[0])], 2000, "its bytes, bare view")


def not_modified(site: Site) -> Measured:
    """The same for who has it already."""
    ours = []
    for key in _keys(100):
        path = f"/projects/{key}/score"
        _once(site, site.ours(path))  # the first use of a key is written down
        ours.append(site.ours(path, **{"If-None-Match": _etag(site, site.ours(path))}))
    bare = [site.same_bytes("score", site.ours(path))]
    return _against(site, ours, bare, 3000, "its bytes, bare view", status=304)


def page(site: Site) -> Measured:
    """A hundred scores, riskiest first."""
    return _against(
        site, [site.ours("/scores")], [site.serialized()], 60,
        "the columns of a hundred scores by a ModelSerializer with TokenAuthentication",
    )  # fmt: skip


def deep_page(site: Site) -> Measured:
    """The first page against one as deep as there are: what more that one costs."""
    first = f"/scores?page_size={DEEP_SIZE}"
    number, deep = _deep(site)
    return _against(
        site, [site.ours(first)], [site.ours(deep)], 60, f"page {number:,}; this is page 1"
    )


def explanation(site: Site) -> Measured:
    """Why a score is what it is, of a hundred projects in turn."""
    ours = [site.ours(f"/projects/{key}/score/explanation") for key in _keys(100)]
    taken, _ = _asked(site, ours, 100, 200, clients=1)
    return Measured(
        value=taken.middle * 1e3,
        unit=f"ms, {_tail(taken)}, one client",
        against="30 ms",
        ratio=30 / (taken.middle * 1e3),
    )


def export(site: Site) -> Measured:
    """All scores as lines of JSON, with their default fields."""
    request = site.ours("/scores?unranked=include", Accept="application/x-ndjson")
    with site.watched() as megabytes:
        start = perf_counter()
        body = load.streamed(site.port, request)
        seconds = perf_counter() - start
    end = json.loads(body[-200:].splitlines()[-1])
    assert end["_end"], end
    rate = end["rows"] / seconds
    grown = max(megabytes) - megabytes[0]
    return Measured(
        value=rate,
        unit=f"rows/s, {end['rows']:,} of them; the server's process has {max(megabytes):.0f} MB,"
        f" {grown:.0f} more than before",
        against="50,000 rows/s",
        ratio=rate / 50_000,
    )


def _against(
    site: Site, ours: list[bytes], reference: list[bytes], count: int, words: str, status: int = 200
) -> Measured:
    """Answers a second of ours ÷ those of a reference, asked in turns."""
    for requests, expected in ((ours, status), (reference, 200)):
        _asked(site, requests, count // ROUNDS, expected)  # each process warms up
    totals = (load.Taken(), load.Taken())
    seconds = [0.0, 0.0]
    for _ in range(ROUNDS):
        for at, (requests, expected) in enumerate(((ours, status), (reference, 200))):
            taken, passed = _asked(site, requests, count // ROUNDS, expected)
            totals[at].__iadd__(taken)
            seconds[at] += passed
    rates = [len(each.seconds) / passed for each, passed in zip(totals, seconds, strict=True)]
    mine, theirs = totals
    return Measured(
        value=rates[0],
        unit=f"answers/s; {_tail(mine)}; the other {rates[1]:,.0f}/s, {_tail(theirs)}",
        against=words,
        ratio=rates[0] / rates[1],
    )


def _asked(
    site: Site, requests: list[bytes], count: int, status: int, clients: int = 4
) -> tuple[load.Taken, float]:
    return load.timed(site.port, requests, count, status=status, clients=clients)


def _tail(taken: load.Taken) -> str:
    return (
        f"median {taken.middle * 1e3:.1f} ms, p99 {taken.p99 * 1e3:.1f} ms, {taken.errors} errors"
    )


def _once(site: Site, request: bytes) -> tuple[int, bytes, bytes]:
    connection = load.Connection(site.port)
    answer = connection.ask(request)
    connection.close()
    return answer


def _etag(site: Site, request: bytes) -> str:
    _, head, _ = _once(site, request)
    found = re.search(rb'etag: *("[^"]+")', head, re.IGNORECASE)
    assert found, head
    return found[1].decode()


def _keys(count: int) -> list[str]:
    scores = Score.objects.filter(
        lens__importer="WLD", composite__isnull=False, project__state="published"
    )
    keys = scores.order_by("-pk").values_list("project__key", flat=True)
    return list(keys[:count])


def _deep(site: Site) -> tuple[int, str]:
    """The number and address of the deepest page, DEEP at most, by walking there."""
    path, pages = f"/scores?page_size={DEEP_SIZE}", 1
    step = 10 * DEEP_SIZE
    while pages + step // DEEP_SIZE <= DEEP:
        _, _, body = _once(
            site, site.ours(path.replace(f"={DEEP_SIZE}", f"={step}") + "&fields=key")
        )
        found = json.loads(body)["next"]
        if found is None:
            break
        cursor = re.search(r"cursor=([^&]+)", found)
        assert cursor
        path = f"/scores?page_size={DEEP_SIZE}&cursor={cursor[1]}"
        pages += step // DEEP_SIZE
    return pages, path


class _Opened:
    """One site at a time, for all that is measured on it."""

    closing: Callable[[], object] | None = None
    what: object = None
    site: Site

    @classmethod
    def on(cls, what: Callable[[], object]) -> Site:
        """The site, made when it is asked for first."""
        if cls.what is not what:
            cls.close()
            opened = what()
            cls.site = opened.__enter__()  # type: ignore[attr-defined]
            cls.closing, cls.what = lambda: opened.__exit__(None, None, None), what  # type: ignore[attr-defined]
        return cls.site

    @classmethod
    def close(cls) -> None:
        """End it."""
        if cls.closing:
            cls.closing()
        cls.closing = cls.what = None


def _on(what: Callable[[], object], measure: Callable[[Site], Measured]) -> Callable[[], Measured]:
    return lambda: measure(_Opened.on(what))


MEASURED = {
    "score": score,
    "page": page,
    "not_modified": not_modified,
    "deep_page": deep_page,
    "explanation": explanation,
    "export": export,
}
BENCHMARKS = {
    f"api.{name}{suffix}": _on(what, measure)
    for what, suffix in ((bundle, ""), (million, ".million"))
    for name, measure in MEASURED.items()
}
