"""What a person says about a map before its file is read: which layer it is, and what it covers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.sources.maps.map_features import BadMap
from riskscore.sources.maps.mapped_text import mapped_area
from riskscore.sources.maps.projections import to_degrees

#: Kinds of layers, and whether their features are points.
KINDS = {"lands": False, "areas": False, "communities": True, "languages": True}
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")
ADDRESS = re.compile(r"https?://[^\s/]+\.\S+")
LONGEST = {"name": 160, "steward": 160, "source": 300, "attribution": 400, "mapped": 1_000_000}


@dataclass(frozen=True, slots=True)
class LayerAbout:
    """A layer in words. ``mapped``: see :func:`mapped_area`; ``system``: the file's coordinate
    system where its own word is wrong or a table has none."""

    code: str
    kind: str
    name: str
    steward: str
    source: str
    mapped: str = ""
    system: str = ""
    attribution: str = ""

    @classmethod
    def of(cls, stated: Mapping[str, str]) -> Self:
        """The layer, checked. Raises BadMap for the first field that is absent or wrong."""
        names = [part.name for part in fields(cls)]
        for unknown in sorted(set(stated).difference(names)):
            raise BadMap("the layer", f"has no field {unknown!r}", f"there are {', '.join(names)}")
        layer = cls(**{name: str(stated.get(name, "")).strip() for name in names})
        layer._check()
        return layer

    def _check(self) -> None:
        if not CODE.fullmatch(self.code):
            raise _wrong("code", self.code, "2 to 40 small letters, digits, - and _: inai-2025")
        if self.kind not in KINDS:
            raise _wrong("kind", self.kind, f"one of {', '.join(KINDS)}")
        for name in ("name", "steward"):
            if not getattr(self, name):
                raise _wrong(name, "", "what the map is called, and who keeps it")
        if not ADDRESS.fullmatch(self.source):
            raise _wrong("source", self.source, "the web address where it comes from")
        for name, most in LONGEST.items():
            if len(getattr(self, name)) > most:
                raise _wrong(name, getattr(self, name), f"at most {most:,} characters")
        to_degrees(self.system)
        if self.kind == "lands" and not self.mapped_area.tells_absence:
            raise _wrong("mapped area", "", "where a land that is not on the map is not there")

    @property
    def mapped_area(self) -> MappedArea:
        """The area in which what is not on the map is not there."""
        return mapped_area(self.mapped)

    @property
    def has_points(self) -> bool:
        """Whether its features are points."""
        return KINDS[self.kind]


def _wrong(name: str, value: str, due: str) -> BadMap:
    found = f"is {value[:60]!r}" if value else "is not given"
    return BadMap(f"the layer's {name}", found, f"say {due}")
