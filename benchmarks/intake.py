"""A million rows of the generic table through the door, against a bare COPY of the same rows."""

import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep

from django.conf import settings
from django.db import connection

from benchmarks.database import bundled
from benchmarks.runner import Measured
from riskscore.models import Intake, Mineral, Observation, Place

ROWS = 1_000_000
YEARS = range(1950, 2000)


def observations() -> Measured:
    """One process takes the file in; how much memory it ever held is said beside the rows."""
    with bundled(), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "million.csv"
        _write(file)
        start = perf_counter()
        memory = _take_in(file)
        seconds = perf_counter() - start
        done = Intake.objects.latest("id")
        assert done.state == Intake.State.SUCCEEDED, done.error
        bare = _copy()
    return Measured(
        value=ROWS / seconds,
        unit=f"rows/s ({ROWS:,} in {seconds:.0f} s, at most {memory} MB)",
        against="bare COPY of the same rows, with the table's constraints",
        ratio=bare / seconds,
    )


def _write(file: Path) -> None:
    """Distinct rows of bilateral trade in years that the bundle does not have."""
    places = list(Place.objects.filter(kind="country").values_list("name", flat=True))
    minerals = list(Mineral.objects.values_list("code", flat=True))
    random.seed(1)
    with file.open("w", encoding="utf-8") as out:
        out.write("indicator,place,mineral,importer,year,value,standard_error,unit,quality\n")
        for number in range(ROWS):
            rest, place = divmod(number, len(places))
            rest, importer = divmod(rest, len(places))
            year, mineral = divmod(rest, len(minerals))
            value = random.random() * 1e6
            out.write(
                f'baci.import_value,"{places[place]}",{minerals[mineral]},"{places[importer]}",'
                f"{YEARS[year]},{value:.3f},{value / 10:.3f},kUSD,reported\n"
            )


def _take_in(file: Path) -> int:
    """Run the command as a user would; the most memory that it ever held, in MB."""
    command = [sys.executable, "manage.py", "intake", str(file), "--source", "baci",
               "--layout", "observations"]  # fmt: skip
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}"
    environment = {
        "DATABASE_URL": url,
        "RISKSCORE_VAR": str(settings.VAR),
        "PATH": "/usr/bin:/bin",
    }
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL
    )
    most = 0
    while process.poll() is None:
        # What the kernel says at the end starts from the parent's memory; this does not.
        status = Path(f"/proc/{process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        most = max(most, int(found[1]) // 1024 if found else 0)
        sleep(0.1)
    return most


def _copy() -> float:
    """Seconds of COPY into a table of the same columns, constraints and indexes, from bytes."""
    newest = Observation.objects.latest("id").release_id
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE riskscore_observation INCLUDING ALL)")
        source = f"(SELECT * FROM riskscore_observation WHERE release_id = {newest})"
        with cursor.copy(f"COPY {source} TO STDOUT (FORMAT BINARY)") as copy:
            content = [bytes(block) for block in copy]
        start = perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
            for block in content:
                copy.write(block)
        return perf_counter() - start


BENCHMARKS = {"intake.observations": observations}
