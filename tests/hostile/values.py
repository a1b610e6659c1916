"""What no address, form or body was meant for: the list that every one of them is tried with.

A quick run takes a few of the values for each place, others for the next one, so that all values
and all places are tried; ``FAULTS_LONG=1`` tries each value at each place.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote_plus

from tests.faults.length import LONG

MANY_DIGITS = "9" * 4000
#: A letter that no UTF-8 has, as its bytes would be, and a byte that begins no letter.
SURROGATE, NO_TEXT = b"\xed\xa0\x80", b"\xff"
LONG_TEXT = "ä" * 50_000
#: Right-to-left marks, letters without width, and a letter made of two.
UNSEEN = "\u202eexe.lortnoc\u202c\u200b\ufeff e\u0301"

#: Of a field of a form, of a parameter of an address: as it is before it is quoted.
TEXTS: tuple[str | bytes, ...] = (
    "a\0b", SURROGATE, NO_TEXT, MANY_DIGITS, str(2**63), str(-(2**63) - 1), "-1", "0", "2147483648",
    "NaN", "inf", "1e999", "-1e400", "0000-01-01", "99999-01-01", "2026-02-30", "0001-01-01",
    "9999-12-31T23:59:59+14:00", "true", "nonsense", "", " ", LONG_TEXT, "__class__", "_connector",
    ") OR 1=1--", "%", "_", "\\", "'", '"', "{}", "[]", "null", "<script>alert(1)</script>", UNSEEN,
    "//evil.example/x", '"><img src=x onerror=alert(1)>',
    "a\r\nX-Injected: 1", "../../../../etc/passwd", "=HYPERLINK(1)", "\U0010ffff", "١٢٣", "1_000",
)  # fmt: skip
#: Of a part of a path, quoted already.
PARTS = (
    "%00", "a%00b", "%ED%A0%80", "%FF", MANY_DIGITS[:1000], str(2**63), str(2**31), "-1", "0",
    "nonsense", "__class__", "%25", "_", "..%2F..%2Fetc", "%E2%80%AE%E2%80%8B", "%20", "%0A",
    "a" * 3000,
    "%D9%A1", "'%20OR%201=1--", "00000000-0000-0000-0000-000000000000", "NaN", "_5F", "_00",
    "1_000",
)  # fmt: skip
#: Parameters that no address declares.
UNDECLARED = (
    "__class__",
    "_connector",
    "_negated",
    "pk__in",
    "a\0b",
    "user__password",
    "%",
    "a" * 3000,
)
#: What stands in a body instead of what is meant.
JSON: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**31, 1.5, 1e308, -1e308, 5e-324, "", " ", "-1",
    "nonsense", "NaN", "Infinity", "1e999", "0000-01-01", "99999-01-01", "2026-02-30", "ä" * 50_000,
    UNSEEN, "__class__", "%", "_", "\\u0000", "<script>", "=1+1", "a\nb", "\x1b[2J", [], [[]],
    [None],
    [1, "a"], ["a"] * 1001, {}, {"__class__": 1}, {"_connector": ") OR 1=1--"}, {"a": {"b": {}}},
)  # fmt: skip
#: What is no JSON that two programs read alike; ``%s`` is a body that is otherwise valid.
RAW_BODIES = (
    b"", b"{", b"null", b"[]", b"1", b'"a"', b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}',
    b'{"a": "\\u0000"}', b'{"a": 9223372036854775808}', b'{"a": ' + b"9" * 4000 + b"}",
    b"[" * 100_000, b'{"a": 1, "a": 2}', b'\xef\xbb\xbf{"a": 1}', b'{"a": "\xff"}', b"\x00",
    b'{"a": "' + b"a" * 1_100_000 + b'"}', b"a=1&b=2", b"<a/>", b'{"__proto__": {"a": 1}}',
    b'{"is_staff": true, "is_superuser": true, "id": 1, "created_by": 1}',
)  # fmt: skip
CONTENT_TYPES = (
    "", "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/x-yaml",
    "application/json-patch+json", "nonsense", "application/x-python-pickle", "a/b; " + "x" * 2000,
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")
OVERRIDES = {
    "X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "PUT", "X-Method-Override": "PATCH",
    "X-Forwarded-Host": "evil.example", "X-Original-URL": "/admin/", "X-Forwarded-For": "a" * 200,
}  # fmt: skip


def some(values: Sequence[Any], place: str, count: int) -> list[Any]:
    """A few of the values, by the place's name and the same in every run; all in a long one."""
    if LONG or count >= len(values):
        return list(values)
    first = zlib.crc32(place.encode())
    step = max(1, len(values) // count)
    return [values[(first + number * step) % len(values)] for number in range(count)]


def encoded(fields: Sequence[tuple[str, str | bytes]]) -> str:
    """Fields as a form or a query sends them; bytes as they are."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)


def shown(value: Any) -> str:
    """A value in a message."""
    text = repr(value)
    return text if len(text) < 60 else f"{text[:40]}… ({len(text)})"


def replaced(fields: Sequence[tuple[str, str | bytes]], name: str, value: str | bytes) -> Any:
    """The fields with one of them (all of its name) as this."""
    return [(each, value if each == name else old) for each, old in fields]


def variants(value: Any, at: str = "", depth: int = 4) -> Iterator[tuple[str, Any]]:
    """Each part of a JSON value by its pointer, down to a depth: what may be replaced."""
    if depth == 0:
        return
    parts: Any = value.items() if isinstance(value, dict) else ()
    parts = enumerate(value[:1]) if isinstance(value, list) else parts
    for name, part in parts:
        yield f"{at}/{name}", part
        yield from variants(part, f"{at}/{name}", depth - 1)


def with_part(value: Any, pointer: str, part: Any) -> Any:
    """The JSON value with another part at the pointer."""
    name, _, rest = pointer.removeprefix("/").partition("/")
    if isinstance(value, list):
        return [with_part(old, rest, part) if rest else part if n == int(name) else old
                for n, old in enumerate(value)]  # fmt: skip
    new = with_part(value[name], rest, part) if rest else part
    return {**value, name: new}
