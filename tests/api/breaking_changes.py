"""What a newer OpenAPI document takes from clients of an older one.

A request that the old document allows must stay allowed, so a schema of a request may only widen.
An answer must stay as it was told, so a schema of an answer may only narrow: with two liberties
that docs/api.md announces, new fields and new values of a list of words.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
#: Bounds of a request that may not rise, and those that may not fall.
LOW = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
HIGH = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return a line for each thing that breaks a client of ``old``; none if it only adds."""
    found = [
        f"schema {name}: gone, and generated clients name classes after it"
        for name in old.get("components", {}).get("schemas", {})
        if name not in new.get("components", {}).get("schemas", {})
    ]
    for path, methods in old["paths"].items():
        for method, before in methods.items():
            where = f"{method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                found.append(f"{where}: gone")
            else:
                found += _Operation(old, new, where).changes(before, after)
    return list(dict.fromkeys(found))


class _Operation:
    """The comparison of one operation in two documents."""

    def __init__(self, old: Schema, new: Schema, where: str) -> None:
        self.old, self.new, self.where = old, new, where

    def changes(self, old: Schema, new: Schema) -> Iterator[str]:
        for line in (
            *self._names(old, new),
            *self._parameters(old, new),
            *self._body(old.get("requestBody"), new.get("requestBody")),
            *self._answers(old["responses"], new["responses"]),
        ):
            yield f"{self.where}: {line}"

    @staticmethod
    def _names(old: Schema, new: Schema) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"operationId was {old.get('operationId')}, is {new.get('operationId')}"
        if not old.get("security") and new.get("security"):
            yield "now needs a key"
        for way in old.get("security") or []:
            if new.get("security") and way not in new["security"]:
                yield f"no longer opened by {', '.join(way)}"

    def _parameters(self, old: Schema, new: Schema) -> Iterator[str]:
        before, after = _by_place(old), _by_place(new)
        for (place, name), parameter in before.items():
            what = f"{place} parameter {name}"
            other = after.get((place, name))
            if other is None:
                yield f"{what} is gone"
                continue
            if other.get("required") and not parameter.get("required"):
                yield f"{what} is newly required"
            if _style(parameter) != _style(other):
                yield f"{what} is written in another way"
            if parameter["schema"].get("default") != other["schema"].get("default"):
                yield f"{what} has another default"
            yield from self._request(parameter["schema"], other["schema"], what)
        for place, name in after.keys() - before.keys():
            if after[place, name].get("required") and place != "path":
                yield f"{place} parameter {name} is new and required"

    def _body(self, old: Schema | None, new: Schema | None) -> Iterator[str]:
        if new and new.get("required") and not (old and old.get("required")):
            yield "a body is newly required"
        if old is None:
            return
        for kind, content in old["content"].items():
            if new is None or kind not in new["content"]:
                yield f"no longer takes {kind}"
            else:
                then, now = content.get("schema", {}), new["content"][kind].get("schema", {})
                yield from self._request(then, now, "body")

    def _answers(self, old: Schema, new: Schema) -> Iterator[str]:
        for status, answer in old.items():
            if status not in new:
                yield f"no longer answers {status}"
                continue
            for name in answer.get("headers", {}).keys() - new[status].get("headers", {}).keys():
                yield f"{status} no longer has the header {name}"
            contents = new[status].get("content", {})
            for kind, content in answer.get("content", {}).items():
                if kind not in contents:
                    yield f"{status} is no longer given as {kind}"
                else:
                    then, now = content.get("schema", {}), contents[kind].get("schema", {})
                    yield from _covers(
                        _Side(self.old, then), _Side(self.new, now), f"{status}", asked=False
                    )

    def _request(self, old: Schema, new: Schema, what: str) -> Iterator[str]:
        return _covers(_Side(self.new, new), _Side(self.old, old), what, asked=True)


def _by_place(operation: Schema) -> dict[tuple[str, str], Schema]:
    return {(each["in"], each["name"]): each for each in operation.get("parameters", [])}


def _style(parameter: Schema) -> tuple[str, bool]:
    style = parameter.get("style", "form" if parameter["in"] in ("query", "cookie") else "simple")
    return style, parameter.get("explode", style == "form")


class _Side:
    """A schema, with the document in which its references lead somewhere."""

    def __init__(self, document: Schema, schema: Any) -> None:
        self.document = document
        self.schema: Schema = schema if isinstance(schema, dict) else {}

    def at(self, schema: Any) -> "_Side":
        return _Side(self.document, schema)

    def branches(self) -> list[Schema]:
        """The schema as alternatives of one type each, without references."""
        whole = self._flat(self.schema)
        for key in ("oneOf", "anyOf"):
            if key in whole:
                rest = {name: value for name, value in whole.items() if name != key}
                return [
                    branch
                    for each in whole[key]
                    for branch in self.at(_merged(self._flat(each), rest)).branches()
                ]
        return [_typed(whole, kind) for kind in _types(whole)]

    def _flat(self, schema: Schema) -> Schema:
        """The schema with what it refers to, and with all parts of ``allOf``, in one."""
        whole = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        if "$ref" in schema:
            target: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            whole = _merged(self._flat(target), whole)
        for part in schema.get("allOf", []):
            whole = _merged(self._flat(part), whole)
        return whole


def _merged(one: Schema, other: Schema) -> Schema:
    both = {**one, **other}
    if "properties" in one and "properties" in other:
        both["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        both["required"] = sorted({*one["required"], *other["required"]})
    return both


def _types(schema: Schema) -> list[str]:
    """The types that a schema without alternatives allows; ``any`` where it says none."""
    stated = schema.get("type")
    if stated:
        return [stated] if isinstance(stated, str) else list(stated)
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return sorted({_type_of(value) for value in values}) or ["any"]


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return "null" if value is None else names.get(type(value), "object")


def _typed(schema: Schema, kind: str) -> Schema:
    """The branch of a schema that allows this type."""
    if kind == "null":
        return {"type": kind}
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    branch = {key: value for key, value in schema.items() if key not in ("const", "enum")}
    if values is not None:
        branch["enum"] = [value for value in values if kind in ("any", "number", _type_of(value))]
    return {**branch, "type": kind}


def _covers(wide: _Side, narrow: _Side, what: str, *, asked: bool) -> Iterator[str]:
    """Say where ``wide`` refuses what ``narrow`` allows; ``asked`` in a request, else an answer."""
    if wide.schema == narrow.schema and wide.document is narrow.document:
        return
    allowed = wide.branches()
    for branch in narrow.branches():
        tries = [
            list(_branch(wide, one, narrow, branch, what, asked=asked))
            for one in allowed
            if _fits(one["type"], branch["type"])
        ]
        if not tries:
            names = " or ".join(sorted({one["type"] for one in allowed}))
            word = "no longer takes" if asked else f"was {names}, now may be"
            yield f"{what} {word} {branch['type']}"
        else:
            yield from min(tries, key=len)


def _fits(wide: str, narrow: str) -> bool:
    return wide in ("any", narrow) or (wide, narrow) == ("number", "integer")


def _branch(
    wide: _Side, one: Schema, narrow: _Side, other: Schema, what: str, *, asked: bool
) -> Iterator[str]:
    if other["type"] == "null":
        return  # whatever stands beside it is about the other types
    if asked:
        yield from _limits(one, other, what)
    if _text_format(one) not in (None, _text_format(other)):
        yield f"{what} has another format"
    if "items" in one and "items" in other:
        items = wide.at(one["items"]), narrow.at(other["items"])
        yield from _covers(*items, f"{what}[]", asked=asked)
    yield from _fields(wide, one, narrow, other, what, asked=asked)


def _text_format(schema: Schema) -> str | None:
    return schema.get("format") if schema["type"] == "string" else None


def _limits(new: Schema, old: Schema, what: str) -> Iterator[str]:
    """Say what of a request was allowed and no longer is."""
    if "enum" in new:
        if "enum" not in old:
            yield f"{what} takes only certain values now"
        elif gone := [value for value in old["enum"] if value not in new["enum"]]:
            yield f"{what} no longer takes {', '.join(map(repr, gone))}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{what} has another pattern"
    for key in LOW:
        if key in new and new[key] > old.get(key, float("-inf")) and new[key] != 0:
            yield f"{what} has a higher {key}"
    for key in HIGH:
        if key in new and new[key] < old.get(key, float("inf")):
            yield f"{what} has a lower {key}"
    if old.get("additionalProperties", False) is not False and not _open(new):
        yield f"{what} no longer takes fields of any name"


def _open(schema: Schema) -> bool:
    return schema.get("additionalProperties", True) is not False


def _fields(
    wide: _Side, one: Schema, narrow: _Side, other: Schema, what: str, *, asked: bool
) -> Iterator[str]:
    """Compare the fields of two objects."""
    inside, outside = one.get("properties", {}), other.get("properties", {})
    old, new = (outside, inside) if asked else (inside, outside)
    for name in old:
        if name not in new:
            yield f"{what}.{name} is gone"
        else:
            sides = wide.at(inside[name]), narrow.at(outside[name])
            yield from _covers(*sides, f"{what}.{name}", asked=asked)
    must, may = set(one.get("required", ())), set(other.get("required", ()))
    for name in sorted(must - may):
        if asked or name in new:
            yield f"{what}.{name} is " + ("newly required" if asked else "no longer always there")
    rest = one.get("additionalProperties"), other.get("additionalProperties")
    if isinstance(rest[0], dict) and isinstance(rest[1], dict):
        yield from _covers(wide.at(rest[0]), narrow.at(rest[1]), f"{what}.*", asked=asked)
