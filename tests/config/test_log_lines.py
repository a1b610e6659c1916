"""A log line says whose it is, hides secrets, and what repeats itself is counted."""

import json
import logging
import time

import pytest

from riskscore.config import log_context
from riskscore.config import logging as lines


def line(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.makeLogRecord({"msg": message, "args": arguments, "name": "a", **extra})
    return dict(json.loads(lines.JsonLine().format(record)))


CANARY = "canary7Zq"


@pytest.mark.parametrize(
    "text",
    [
        f"key rs_0a1b2c3d_{CANARY}-x_y",
        f"GET /api/v1/scores?api_key={CANARY}&place=CHL",
        f"postgresql://riskscore:{CANARY}@db.example:5432/riskscore refused",
        f"redis://:{CANARY}@broker:6379/0",
        f"{{'password': '{CANARY}', 'username': 'ada'}}",
        f'{{"password1": "{CANARY}"}}',
        f"Authorization: Bearer {CANARY}",
        f"Cookie: sessionid={CANARY}; theme=dark",
        f"csrfmiddlewaretoken={CANARY}&name=x",
        f"SECRET_KEY = '{CANARY}'",
    ],
)
def test_no_secret_stands_in_a_line_wherever_it_comes_from(text: str) -> None:
    assert CANARY not in json.dumps(line(text))
    assert CANARY not in json.dumps(line("about %s", text))
    assert CANARY not in json.dumps(line("about", detail=text))
    assert CANARY not in json.dumps(line("about", detail={"deep": [text]}))
    try:
        raise ValueError(text)
    except ValueError as error:
        caught = (type(error), error, error.__traceback__)
    assert CANARY not in json.dumps(line("failed", exc_info=caught))


def test_what_is_no_secret_stays() -> None:
    assert line("rs_0a1b2c3d_secret")["message"] == "rs_0a1b2c3d_[hidden]"
    plain = "token bucket of key-7: 3 of 1200; see https://a.example/b?place=CHL"
    assert line(plain)["message"] == plain


def test_every_line_of_a_block_carries_what_it_is_about() -> None:
    with log_context.about(request_id="r-1", user=lambda: ""):
        log_context.add(key="0a1b2c3d")
        with log_context.about(job="j-1"):
            assert {"request_id": "r-1", "key": "0a1b2c3d", "job": "j-1"}.items() <= line(
                "x"
            ).items()
        assert "job" not in line("x")
        assert "user" not in line("x")
    assert "request_id" not in line("x")


def passing(level: int, *messages: str) -> list[logging.LogRecord]:
    counting = lines.Repeats()
    records = [
        logging.makeLogRecord({"msg": text, "name": "a", "levelno": level}) for text in messages
    ]
    return [record for record in records if counting.filter(record)]


def test_equal_lines_are_counted_whatever_their_numbers() -> None:
    same = [f"chunk {n} of job 01a21ef5-43be-7640-9df7-89ee697c4f56 failed" for n in range(1000)]
    assert len(passing(logging.ERROR, *same)) == lines.Repeats.FIRST
    assert len(passing(logging.ERROR, *same, "another thing")) == lines.Repeats.FIRST + 1
    assert len(passing(logging.INFO, *same)) == 1000


def test_the_first_line_after_a_while_says_how_many_were_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting, now = lines.Repeats(), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    record = logging.makeLogRecord({"msg": "down", "name": "a", "levelno": logging.WARNING})
    assert [counting.filter(record) for _ in range(20)].count(True) == 5
    now[0] = 61.0
    assert counting.filter(record)
    assert vars(record)["repeated"] == 15
