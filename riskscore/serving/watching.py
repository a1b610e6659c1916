"""Watching over children and servers: whatever ends is started again, for as long as the run lasts.

Each that died waits before its next start, longer every time, up to a bound: a full disk or a
server without memory passes, and the service is back without a person. One line says that it
ended and why, one that it is back; nothing repeats itself.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from riskscore.embedded import CannotServe, Server
from riskscore.serving.processes import Children

#: Seconds before the first start after a death, the second …; the last one from then on.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
STEADY_S = 60.0
"""Whoever has lived so long since its last start begins again at the first pause."""
LOOK_S = 1.0
"""Seconds between two questions to a server; children are looked at each time."""


@dataclass
class Watched:
    """Something that is to live. ``start`` raises CannotServe or OSError where that cannot be."""

    name: str
    lives: Callable[[], bool]
    start: Callable[[], None]
    why: Callable[[], str]
    every_s: float = 0.0
    deaths: int = 0
    began: float = field(default_factory=time.monotonic)
    next_look: float = 0.0
    due: float | None = None
    said: str = ""


@dataclass
class Watch:
    """All that is watched, and where it is said what happened."""

    say: Callable[[str], None]
    watched: list[Watched] = field(default_factory=list)

    def over(self, servers: Sequence[tuple[str, Server]], children: Children) -> None:
        """Watch servers, and every child that has been started."""
        for name, server in servers:
            why = partial("the {} server does not answer any more".format, name)
            self.watched.append(Watched(name, server.answers, server.start, why, LOOK_S))
        for name in children.running:
            lives, start = partial(children.lives, name), partial(children.start_again, name)
            why = partial(children.how_it_ended, name)
            self.watched.append(Watched(f"the {name} process", lives, start, why))

    def look(self) -> None:
        """Start again whatever has ended and waited long enough; never waits itself."""
        for one in self.watched:
            now = time.monotonic()
            if one.due is None and now >= one.next_look:
                one.next_look = now + one.every_s
                if not one.lives():
                    self._died(one, now)
            if one.due is not None and now >= one.due:
                self._restart(one, now)

    def _died(self, one: Watched, now: float) -> None:
        one.deaths = one.deaths + 1 if now - one.began < STEADY_S else 1
        pause = PAUSES[min(one.deaths, len(PAUSES)) - 1]
        one.due = now + pause
        self._say_once(one, f"{one.why()}; it is started again")

    def _restart(self, one: Watched, now: float) -> None:
        try:
            one.start()
        except (CannotServe, OSError) as error:  # no space, no memory, no more processes
            one.deaths += 1
            one.due = time.monotonic() + PAUSES[min(one.deaths, len(PAUSES)) - 1]
            self._say_once(one, f"{one.name} cannot be started now, and is tried again: {error}")
            return
        one.due, one.began, one.said = None, now, ""
        one.next_look = time.monotonic() + one.every_s
        self.say(f"{one.name} runs again")

    def _say_once(self, one: Watched, words: str) -> None:
        """The same words about the same thing are said once until it is back."""
        if words != one.said:
            self.say(words)
        one.said = words
