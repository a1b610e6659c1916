"""Imports: files into tables, and the only writer of observations that come from sources.

``run`` brings a file from its row in the database to the tables, ``load_file`` says in which steps,
``observation_writer`` stores the observations of a release.
"""

from riskscore.intake.observation_writer import NewObservation, record, record_exports

__all__ = ["NewObservation", "record", "record_exports"]
