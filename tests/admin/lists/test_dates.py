"""One way to write days and moments, everywhere."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings
from django.template import Context, Template
from django.utils.formats import localize

MOMENT = datetime(2026, 11, 27, 17, 33, tzinfo=UTC)


def test_days_and_moments_are_written_one_way_with_their_time_zone() -> None:
    shown = Template("{{ at|date:'DATETIME_FORMAT' }} / {{ at }} / {{ on|date }} / {{ on }}")
    text = "27 Nov 2026 17:33 UTC / 27 Nov 2026 17:33 UTC / 27 Nov 2026 / 27 Nov 2026"
    assert shown.render(Context({"at": MOMENT, "on": date(2026, 11, 27)})) == text
    assert localize(MOMENT) == "27 Nov 2026 17:33 UTC"


def test_no_template_writes_a_format_of_its_own() -> None:
    templates = Path(settings.BASE_DIR, "riskscore/templates")
    for path in templates.rglob("*.html"):
        for call in ('date:"', "date:'", 'time:"'):
            for part in path.read_text().split(call)[1:]:
                assert re.match("[A-Z_]+_FORMAT", part), f"{path.name}: {part[:20]}"
