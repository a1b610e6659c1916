"""The page about writing: its lines, run by a shell against a server as they are printed."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from riskscore.models import Evidence, Footprint, Intake, Lens, Ownership, Project
from tests.api.conftest import Api
from tests.make import make_method, make_mineral, make_place
from tests.processes import ROOT

PAGE = (ROOT / "docs/writing.md").read_text()
LINES = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
#: What the requests of the page answer, in their order; two more only read a header.
ANSWERS = [400, 200, 200, 412, *(201,) * 6, 201, 200]
EACH = """
set -eu
curl() { command curl -w '\\n<%{http_code}>\\n' "$@"; }
"""


@pytest.mark.django_db(transaction=True)
def test_every_line_works_as_printed(
    live_server: Any, make_api: Callable[..., Api], tmp_path: Path
) -> None:
    make_mineral("copper"), make_mineral("lithium"), make_place("CHL")
    Lens.objects.create(
        method_code=make_method().code, importer=make_place("WLD"), kept_current=True
    )
    key = make_api("read", "curate", "list", "import").key
    lines = re.sub(r"KEY=rs_\S*", f"KEY={key}", LINES)
    lines = lines.replace("http://localhost:8000", live_server.url)
    done = subprocess.run(
        ["/bin/bash", "-c", EACH + lines],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [int(code) for code in re.findall(r"^<(\d+)>$", done.stdout, re.M)] == ANSWERS
    assert Project.objects.get(key="acme-a-17").stage == "producing"
    assert (Evidence.objects.count(), Ownership.objects.count()) == (1, 1)
    assert (Footprint.objects.count(), Intake.objects.count()) == (1, 1)
