"""A million rows of the generic table through the door, against a bare COPY of the same rows."""

import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

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
        said = _take_in(file)
        seconds = perf_counter() - start
        assert Intake.objects.latest("id").state == Intake.State.SUCCEEDED, said
        bare = _copy()
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Measured(
        value=ROWS / seconds,
        unit=f"rows/s ({ROWS:,} in {seconds:.0f} s, at most {memory:.0f} MB)",
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


def _take_in(file: Path) -> str:
    command = [sys.executable, "manage.py", "intake", str(file), "--source", "baci",
               "--layout", "observations"]  # fmt: skip
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}"
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env={"DATABASE_URL": url, "RISKSCORE_VAR": str(settings.VAR), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


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
