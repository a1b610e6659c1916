"""`riskscore`: what can be written, and what the command ends with."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from typing import Any

from riskscore_client import errors, settings
from riskscore_client.client import Riskscore
from riskscore_client.command import questions, work

#: What the command ends with, the first that fits. argparse ends with 2, too.
EXITS: tuple[tuple[type[BaseException], int], ...] = (
    (errors.FileTrouble, 2),
    (errors.NoKey, 3),
    (errors.NotAuthenticated, 3),
    (errors.Forbidden, 3),
    (errors.NotFound, 4),
    (errors.Unreachable, 5),
    (errors.CutShort, 5),
    (errors.ServerFault, 5),
    (errors.TooMany, 5),
    (errors.JobFailed, 6),
    (errors.NotInTime, 7),
    (errors.RiskscoreError, 1),
)
ENDS = """\
Where: RISKSCORE_URL (default http://127.0.0.1:8000). The key: RISKSCORE_KEY, or the file that
`riskscore login` writes; never on the command line, where others see it.

It ends with 0 if all is well; 1 the server refused, 2 not understood or no such file, 3 no key or
not allowed, 4 not found, 5 no answer or too busy, 6 the job ended and not all is done, 7 not within
--timeout.
"""


def main(arguments: list[str] | None = None) -> int:
    """Do what is written and return what to end with; errors are one line with the remedy."""
    said = parser().parse_args(arguments)
    try:
        if said.word == "login":
            said.given = _asked()
        with Riskscore(key=getattr(said, "given", None), insecure=said.insecure) as riskscore:
            said.does(riskscore, said)
        sys.stdout.flush()
    except errors.RiskscoreError as error:
        sys.stderr.write(f"riskscore: {error}\n")
        return next(end for kind, end in EXITS if isinstance(error, kind))
    except BrokenPipeError:
        # Whoever read has seen enough; Python would complain when it flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return 0


def _asked() -> str:
    """Return the key that is typed unseen, or comes through a pipe."""
    typed = getpass.getpass("API key: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not typed.strip():
        raise errors.NoKey("No key was given", f"It will be kept in {settings.key_file()}")
    return typed.strip()


def parser() -> argparse.ArgumentParser:
    """Return what can be written."""
    top = argparse.ArgumentParser(
        "riskscore",
        description="How risky a mining project is on four dimensions, how sure we are, and why.",
        epilog=ENDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--insecure", action="store_true", help="send the key over plain http")
    words = top.add_subparsers(dest="word", required=True, metavar="WORD")
    _listing(words, "scores", questions.scores, "the ranking, riskiest first")
    _listing(words, "projects", questions.projects, "what is scored")
    one = _word(words, "score", questions.score, "one score and what it is made of")
    one.add_argument("key", metavar="KEY", help="of the project, as in icmm-00026")
    one.add_argument("--importer", metavar="CODE", help="seen from this buyer's side")
    _sourcing(words)
    _word(words, "regions", questions.regions, "parts of the world, for --region")
    _rescore(words)
    _job(words)
    _import(words)
    _word(words, "login", questions.login, "keep a key in a file that only you can read")
    return top


def _word(words: Any, name: str, does: Callable[..., None], about: str) -> argparse.ArgumentParser:
    """Add a word, with the ways in which it can print."""
    found: argparse.ArgumentParser = words.add_parser(name, help=about, description=about)
    found.set_defaults(does=does)
    way = found.add_mutually_exclusive_group()
    way.add_argument("--json", action="store_true", help="print JSON")
    way.add_argument("--csv", action="store_true", help="print CSV")
    return found


def _several(parser: argparse.ArgumentParser, name: str, of: str) -> None:
    """Add an option that takes several values, by commas or by being repeated."""
    parser.add_argument(name, metavar="X[,Y]", action="extend", type=_commas, help=of)


def _commas(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _listing(words: Any, name: str, does: Callable[..., None], about: str) -> None:
    found = _word(words, name, does, about)
    _several(found, "--mineral", "yields one of these, in any role")
    _several(found, "--place", "lies in one of these countries")
    _several(found, "--region", "or in one of these regions: see `riskscore regions`")
    _several(found, "--kind", "mine, deposit, smelter, refinery, plant")
    _several(found, "--owner", "is owned by one of these companies")
    if name == "scores":
        _several(found, "--band", "low, moderate, high, extreme, not assessed")
    found.add_argument("--importer", metavar="CODE", help="seen from this buyer's side")
    found.add_argument("--q", metavar="WORDS", help="part of the name")
    found.add_argument("--order", metavar="FIELD", help="sorted by; a `-` before it is downwards")
    _several(found, "--fields", "only these fields")
    found.add_argument(
        "--limit", type=_count, default=20, metavar="N", help="at most so many; 0 for all (20)"
    )


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count")
    return int(text)


def _sourcing(words: Any) -> None:
    about = "how a buyer depends on others for a mineral, and which projects would change it"
    found = _word(words, "sourcing", questions.sourcing, about)
    found.add_argument("--buyer", required=True, metavar="X[,Y]", help="several are seen as one")
    found.add_argument("--mineral", required=True, metavar="CODE")
    _several(found, "--region", "projects in these regions only")
    found.add_argument(
        "--limit", type=_count, default=10, metavar="N", help="at most so many projects (10)"
    )


def _rescore(words: Any) -> None:
    found = _word(words, "rescore", work.rescore, "start a job: all projects, or those you name")
    _several(found, "--keys", "these projects")
    _several(found, "--mineral", "that yield one of these")
    _several(found, "--place", "in these countries")
    _several(found, "--region", "in these regions")
    _several(found, "--kind", "of these kinds")
    found.add_argument("--importer", metavar="CODE", help="seen from this buyer's side")
    found.add_argument("--as-of", metavar="DAY", help="as of another day; its scores stand apart")
    found.add_argument("--reason", metavar="WORDS", help="kept with the job")
    found.add_argument(
        "--idempotency-key", metavar="KEY", help="the same key and request give the same job"
    )
    _waiting(found)


def _job(words: Any) -> None:
    found = _word(words, "job", work.job, "how a job stands")
    found.add_argument("id", metavar="ID")
    found.add_argument("--errors", action="store_true", help="what it could not score, and why")
    _waiting(found)


def _import(words: Any) -> None:
    found = _word(words, "import", work.import_file, "what a file would change; load it")
    found.add_argument("file", metavar="FILE")
    found.add_argument("--source", required=True, help="whose figures: projects, evidence, wgi, …")
    found.add_argument("--confirm", action="store_true", help="load it if the preview is well")
    found.add_argument("--skip-bad", action="store_true", help="leave rows out that are wrong")
    found.add_argument("--timeout", type=float, metavar="SECONDS", help="wait no longer")


def _waiting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="until it has ended, with a bar")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="wait no longer")


if __name__ == "__main__":
    sys.exit(main())
