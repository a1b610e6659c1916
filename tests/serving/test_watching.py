"""Whatever ends is started again, after pauses that grow, and said once."""

import errno

import pytest

from riskscore.embedded import CannotServe
from riskscore.serving import watching
from riskscore.serving.watching import PAUSES, Watch, Watched


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(watching, "time", clock)
    return clock


class Thing:
    """Something that lives or not, and can be started or not."""

    def __init__(self, clock: Clock) -> None:
        self.alive, self.startable, self.starts = True, True, list[float]()
        self.clock = clock

    def start(self) -> None:
        if not self.startable:
            raise CannotServe("no space left on device")
        self.starts.append(self.clock.now)
        self.alive = True


def watched(thing: Thing) -> tuple[Watch, list[str]]:
    said: list[str] = []
    one = Watched("it", lambda: thing.alive, thing.start, lambda: "it died", began=0.0)
    return Watch(said.append, [one]), said


def pass_time(watch: Watch, clock: Clock, seconds: float) -> None:
    for _ in range(round(seconds * 4)):
        clock.now += 0.25
        watch.look()


def test_what_dies_once_is_back_after_the_first_pause_in_two_lines(clock: Clock) -> None:
    thing = Thing(clock)
    watch, said = watched(thing)
    thing.alive = False
    pass_time(watch, clock, 2)
    assert thing.alive
    assert said == ["it died; it is started again", "it runs again"]


def test_pauses_grow_to_a_bound_and_it_never_gives_up(clock: Clock) -> None:
    thing = Thing(clock)
    watch, _ = watched(thing)
    for _ in range(1200):
        thing.alive = False
        pass_time(watch, clock, 0.25)
    gaps = [b - a for a, b in zip(thing.starts, thing.starts[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == pytest.approx(PAUSES[-1], abs=0.5)
    assert len(thing.starts) >= 300 / (PAUSES[-1] + 1)


def test_what_cannot_be_started_is_said_once_and_tried_until_it_can(clock: Clock) -> None:
    thing = Thing(clock)
    watch, said = watched(thing)
    thing.alive, thing.startable = False, False
    pass_time(watch, clock, 120)
    assert len(said) == 2
    assert "no space left on device" in said[1]
    thing.startable = True
    pass_time(watch, clock, PAUSES[-1] + 1)
    assert thing.alive
    assert said[-1] == "it runs again"


def test_a_machine_that_has_no_room_for_a_start_ends_no_watching(clock: Clock) -> None:
    thing = Thing(clock)
    watch, said = watched(thing)

    def no_room() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "log/it.log")

    watch.watched[0].start = no_room
    thing.alive = False
    pass_time(watch, clock, 60)
    assert "No space left on device" in said[1]
    watch.watched[0].start = thing.start
    pass_time(watch, clock, PAUSES[-1] + 1)
    assert said[2:] == ["it runs again"]


def test_who_lived_for_a_while_begins_again_at_the_first_pause(clock: Clock) -> None:
    thing = Thing(clock)
    watch, _ = watched(thing)
    for _ in range(4):
        thing.alive = False
        pass_time(watch, clock, 10)
    pass_time(watch, clock, watching.STEADY_S + 1)
    died = clock.now
    thing.alive = False
    pass_time(watch, clock, 2)
    assert thing.starts[-1] - died <= PAUSES[0] + 0.5
