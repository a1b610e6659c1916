"""Draw which room imports which into docs/architecture.md: `python docs/draw_rooms.py`.

A room is a folder or a module directly under `riskscore/`, and `workers/`. The picture is read
from the import statements, so it cannot say anything else than the code does.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: python docs/draw_rooms.py -->\n", "<!-- rooms end -->"
PACKAGES = ("riskscore", "workers")
#: They only name what is there for Django or a server; drawn, they would touch everything.
NOT_ROOMS = {"riskscore", "riskscore.apps", "riskscore.asgi", "riskscore.migrations",
             "riskscore.settings", "riskscore.urls", "riskscore.wsgi"}  # fmt: skip

Graph = Mapping[str, frozenset[str]]


def room_of(module: str) -> str:
    """Return the room of a dotted name: `riskscore.jobs.ledger` lies in `riskscore.jobs`."""
    parts = module.split(".")
    return parts[0] if parts[0] != "riskscore" else ".".join(parts[:2])


def imports_of(path: Path) -> Iterator[str]:
    """Yield the dotted name of each thing of ours that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in PACKAGES)


def graph() -> Graph:
    """Return, for each room, the other rooms that it imports."""
    found: dict[str, set[str]] = {}
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        room = room.removesuffix(".__init__")
        rooms = {room_of(name) for name in imports_of(path)} - NOT_ROOMS - {room}
        if room not in NOT_ROOMS:
            found.setdefault(room, set()).update(rooms)
    return {room: frozenset(rooms) for room, rooms in sorted(found.items())}


def reachable(rooms: Graph) -> Graph:
    """Return, for each room, every room that it imports directly or through others."""
    found = dict(rooms)
    while True:
        wider = {room: direct.union(*(found[r] for r in direct)) for room, direct in found.items()}
        if wider == found:
            return found
        found = wider


def circles(rooms: Graph) -> dict[str, frozenset[str]]:
    """Return, for each room, the rooms that it shares a circle of imports with, itself among them.

    Every set holds one room alone where imports run in no circle, as they should.
    """
    far = reachable(rooms)
    return {
        room: frozenset({room, *(other for other in far[room] if room in far[other])})
        for room in rooms
    }


def floors(rooms: Graph) -> list[list[str]]:
    """Return the rooms by floor, the lowest first: a room stands above everything it imports.

    Rooms in one circle stand on one floor.
    """
    circle, placed, below = circles(rooms), list[list[str]](), set[str]()
    while len(below) < len(rooms):
        floor = [
            room
            for room in rooms
            if room not in below
            and all(rooms[mate] <= below | circle[room] for mate in circle[room])
        ]
        placed.append(floor)
        below.update(floor)
    return placed


def reduced(rooms: Graph) -> Graph:
    """Return the arrows that no chain of other arrows implies; they alone can be drawn legibly."""
    far, circle = reachable(rooms), circles(rooms)
    return {
        room: frozenset(
            other
            for other in direct
            if not any(other in far[between] for between in direct - circle[room] - circle[other])
        )
        for room, direct in rooms.items()
    }


def short(room: str) -> str:
    """Return a room as people say it: without `riskscore.`"""
    return room.removeprefix("riskscore.")


def picture(rooms: Graph) -> str:
    """Return the drawing as Mermaid, then every arrow as a table, highest floor first."""
    levels = floors(rooms)
    lines = ["```mermaid", "flowchart TD"]
    for number, floor in reversed(list(enumerate(levels))):
        lines += [f'  subgraph floor{number}["floor {number}"]']
        lines += [f"    {short(room)}" for room in floor]
        lines += ["  end"]
    for room, direct in reduced(rooms).items():
        lines += [f"  {short(room)} --> {short(other)}" for other in sorted(direct)]
    arrows = sum(len(direct) for direct in rooms.values())
    lines += ["```", ""]
    lines += [f"{len(rooms)} rooms on {len(levels)} floors, {arrows} arrows.", ""]
    for circle in sorted({tuple(sorted(map(short, c))) for c in circles(rooms).values()}):
        lines += [f"A circle, to be cut: {', '.join(circle)}.", ""] if len(circle) > 1 else []
    lines += ["| floor | room | imports |", "|---|---|---|"]
    for number, floor in reversed(list(enumerate(levels))):
        for room in floor:
            names = ", ".join(short(other) for other in sorted(rooms[room])) or "nothing of ours"
            lines.append(f"| {number} | {short(room)} | {names} |")
    return "\n".join(lines) + "\n"


def redrawn(page: str, rooms: Graph) -> str:
    """Return the page with the drawing between its two marks renewed."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + picture(rooms) + END + rest.split(END)[1]


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(picture(graph()))
    else:
        PAGE.write_text(redrawn(PAGE.read_text(encoding="utf-8"), graph()), encoding="utf-8")
