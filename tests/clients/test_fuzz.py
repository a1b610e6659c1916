"""Whatever the document allows and forbids is answered as it says: Schemathesis, all its checks.

Some requests to every operation here; `make fuzz` sends thousands, and `FUZZ_EXAMPLES` says how
many by operation. It writes what it likes, hence to a database of its own.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.api.openapi_document import PATH, committed
from tests.clients.conftest import HOLDS_NOTHING, Live, serving
from tests.processes import PATIENCE, ROOT
from tests.settings import PROCESS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
#: Shortly: what fuzzing draws. In full: also the edges of every field, and chains of requests.
PHASES = "examples,coverage,fuzzing,stateful" if EXAMPLES else "examples,fuzzing"
SETTINGS = "tests.clients.fuzz_settings"
RATES = "standard=6000000/min=6000000/min"


@pytest.fixture(scope="module")
def fuzzed(
    bundle_database: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Live]:
    """Serve a copy of the bundle that nobody else looks at, to whoever asks however often."""
    log = tmp_path_factory.mktemp("fuzzed") / "web.log"
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            more = {"RISKSCORE_RATE_PLANS": RATES, "DJANGO_SETTINGS_MODULE": SETTINGS}
            # A stream is held for minutes, and what it says is asked in tests/serving.
            served = serving(f"test_riskscore_fuzzed_{PROCESS}", log, HOLDS_NOTHING, **more)
            live = stack.enter_context(served)
        yield live


def test_every_operation_answers_as_the_document_says(fuzzed: Live) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(PATH), f"--url={fuzzed.url}"]
    wanted = [
        f"--header=Authorization: Bearer {fuzzed.key}", "--checks=all", f"--phases={PHASES}",
        f"--max-examples={EXAMPLES or 2}", "--generation-deterministic", "--no-color",
        "--suppress-health-check=all",
    ]  # fmt: skip
    done = subprocess.run(
        [*command, *wanted],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=None if EXAMPLES else 150 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    operations = sum(len(methods) for methods in committed()["paths"].values())
    assert re.search(rf"Tested: {operations}$", done.stdout, re.M), done.stdout[-3_000:]
    assert "Traceback" not in fuzzed.log.read_text()
