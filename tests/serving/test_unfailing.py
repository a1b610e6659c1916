"""A full disk or a closed pipe under what a run says ends no run."""

import os

import pytest
from rich.console import Console

from riskscore.serving.journey import _say
from riskscore.serving.unfailing import unfailing


def test_words_that_find_no_room_or_no_reader_are_no_error() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        _say(Console(file=unfailing(full)), "the web process runs again")
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())  # else its own end fails
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        _say(Console(file=unfailing(pipe)), "the web process runs again")
        os.dup2(os.open(os.devnull, os.O_WRONLY), pipe.fileno())


def test_last_words_are_said_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    _say(Console(), "no such file [/tmp/x] [bold]")
    assert capsys.readouterr().out == "no such file [/tmp/x] [bold]\n"
