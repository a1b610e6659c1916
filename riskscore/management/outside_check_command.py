"""What `check-outside` takes, does and prints."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from riskscore.accountability import outside_check
from riskscore.errors import RiskscoreError
from riskscore.jobs import requests
from riskscore.models import ScoreAccountability
from riskscore.sources.bad_file import BadFile

BIAS = """What reporting can do: a list has what somebody looked for and could report. Open
countries, large sites and places near a city are listed more often than they deserve, closed ones
less. An AUC within country is freer of that than one over all; "country" is what the country's mean
alone would tell: what lies above it was told of the project itself. No event is not no harm."""


class OutsideCheckCommand(BaseCommand):
    """Join, judge, keep, print."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX: date and project, point or place")
        parser.add_argument("--scores-of", type=date.fromisoformat, help="a day, YYYY-MM-DD")
        parser.add_argument("--km", type=float, default=25.0, help="reach of a point")
        parser.add_argument("--method", default=settings.DEFAULT_METHOD)
        parser.add_argument("--importer", default="WLD")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            lens = requests.lens_for(options["method"], options["importer"])
            made = outside_check.check(file, lens, scores_of=options["scores_of"], km=options["km"])
        except (RiskscoreError, BadFile, OSError) as error:
            raise CommandError(str(error)) from error
        for line in lines(made):
            self.stdout.write(line)


def lines(made: ScoreAccountability) -> Iterator[str]:
    """What was found, in words and a table."""
    joined = made.joined
    rules = ", ".join(f"{count} by {rule}" for rule, count in joined["by_rule"].items())
    yield f"Scores of {made.scores_of} ({made.methods}), {made.file}:"
    yield (
        f"{joined['events']} events of {made.first_event} to {made.last_event}; joined {rules}; "
        f"{joined['unjoined']} not joined, {joined['before_scores']} before the scores. "
        f"Points reach {joined['within_km']:g} km. {joined['projects']} projects with an event."
    )
    if made.hindsight:
        yield (
            "HINDSIGHT: the scores are younger than some events and may have known of them. "
            "This says how scores and list agree, not what they foresaw."
        )
    yield ""
    yield f"{'':15}{'projects':>9}{'events':>8}  {'AUC':20}{'within country':20}{'country':>7}"
    for name, row in made.results.items():
        yield _row(name, row)
        for region, part in row.get("by_region", {}).items():
            if part["events"]:
                yield (
                    f"  {region[:13]:13}{part['projects']:>9,}{part['events']:>8,}"
                    f"  {_figure(part['auc'])}"
                )
    yield ""
    yield "AUC: 0.5 tells nothing, 1 everything; 95 % intervals from drawing countries."
    yield BIAS


def _row(name: str, row: dict[str, Any]) -> str:
    text = f"{name:15}{row['projects']:>9,}{row['events']:>8,}  "
    if row["auc"] is None:
        return text + "not told: all or none have an event"
    few = "  (few countries)" if row["few_countries"] else ""
    return (
        f"{text}{_figure(row['auc'], row['auc_ci']):20}"
        f"{_figure(row['within_country'], row['within_country_ci']):20}"
        f"{_figure(row['country_alone']):>7}{few}"
    )


def _figure(value: float | None, ends: list[float] | None = None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f} [{ends[0]:.2f}, {ends[1]:.2f}]" if ends else f"{value:.3f}"
