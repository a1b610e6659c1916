"""Files into tables: the only writer of observations from sources.

``work`` takes a file from its row to the tables; ``recording`` stores readings of a release.
"""

from riskscore.intake.observation_writer import NewExport, NewObservation, record, record_exports

__all__ = ["NewExport", "NewObservation", "record", "record_exports"]
