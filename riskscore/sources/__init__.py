"""Files of publishers and of our own layouts, read into records. Pure: bytes in, records out.

A publisher's module has ``SOURCE`` and ``parse(content)``; a table's module has ``rows`` too.
"""

from riskscore.sources.bad_file import BadFile
from riskscore.sources.discovery import discover
from riskscore.sources.source_records import Source

__all__ = ["BadFile", "Source", "discover"]
