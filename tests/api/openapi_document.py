"""`docs/openapi.json`: written from the code, so that a change of the API is seen in review.

``make openapi`` writes it anew, and refuses while that would break a client; this module writes it
all the same with ``--breaking``.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from tests.api.breaking_changes import breaking_changes

PATH = Path(__file__).parents[2] / "docs/openapi.json"


def committed() -> dict[str, Any]:
    """Return the document that the repository holds."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def of_the_code() -> dict[str, Any]:
    """Return the document of the code as it stands, as a client reads it."""
    text = io.StringIO()
    call_command("spectacular", format="openapi-json", stdout=text)
    found: dict[str, Any] = json.loads(text.getvalue())
    return found


def written(document: dict[str, Any]) -> str:
    """Return the text of the file: the same for the same document, and a line per value."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file; return 1, and say why, if it would break a client."""
    new = of_the_code()
    broken = breaking_changes(committed(), new) if PATH.exists() else []
    if broken and "--breaking" not in arguments:
        sys.stderr.write("\n".join([*broken, "docs/openapi.json is as it was", ""]))
        return 1
    PATH.write_text(written(new), encoding="utf-8")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")
    django.setup()
    sys.exit(main(sys.argv[1:]))
