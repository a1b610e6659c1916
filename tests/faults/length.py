"""How long the fault suite runs: `make faults` sets FAULTS_LONG, `make test` does not."""

import os

import pytest

LONG = bool(os.environ.get("FAULTS_LONG"))
PROJECTS = int(os.environ.get("FAULTS_PROJECTS") or (200_000 if LONG else 5_000))
#: Of twenty `kill -9`, so many hit a whole worker, which takes seconds to start anew; the others
#: hit the child that scores.
KILLS, KILLS_OF_WORKERS = 20, 10 if LONG else 3

only_long = pytest.mark.skipif(not LONG, reason="takes its time: `make faults` runs it")
