"""The library of scenarios into the database: each version once, never changed."""

from pathlib import Path

import yaml

from riskscore.curation import scenario_edits
from riskscore.errors import RiskscoreError
from riskscore.sources.bad_file import BadFile


def load_scenarios(directory: Path) -> int:
    """How many versions are new. Raises BadFile for one that cannot be meant, or that is stored
    with other contents, also by a person."""
    new = 0
    for path in sorted(directory.glob("*.yaml")):
        try:
            written = scenario_edits.as_written(yaml.safe_load(path.read_text(encoding="utf-8")))
            new += scenario_edits.store(written)[1]
        except (RiskscoreError, yaml.YAMLError) as error:
            raise BadFile(
                str(error),
                file=f"scenarios/{path.name}",
                remedy="Correct the file; a changed scenario needs the next version.",
            ) from error
    return new
