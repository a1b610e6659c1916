"""A method's specification as YAML that people read and edit, and back, with clear errors."""

from collections.abc import Hashable, Mapping
from typing import Any

import yaml

from riskscore.errors import ValidationError

#: The order in which people read a specification; JSON in the database keeps none.
ORDER = (
    "code", "version", "title", "about", "scale", "bands", "controls", "indicator", "column",
    "label", "weight", "optional", "when_present", "unknown_for", "known_range", "mineral",
    "scaling", "aggregation", "minimum", "requires_any", "kind", "p", "from", "to", "log",
    "scores", "reason", "source", "root", "children",
)  # fmt: skip
RANK = {key: rank for rank, key in enumerate(ORDER)}

LONGEST = 300_000


class BadText(ValidationError):
    """The text is no YAML mapping; the message says where and why."""

    code = "bad_text"
    remedy = "Correct the text at the line that the message names."


class _Writer(yaml.SafeDumper):
    """Writes long texts folded, and never an alias."""

    def ignore_aliases(self, _value: Any) -> bool:
        return True


def _text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    """Long texts as folded paragraphs."""
    style = ">" if len(text) > 80 else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)


class _Reader(yaml.SafeLoader):
    """Reads plain values only: no alias (a few could unfold without end), no key twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise BadText(f"{_place(mark)}: aliases (*name) are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise BadText(f"{_place(key.start_mark)}: the key {key.value!r} stands twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def write(spec: Mapping[str, Any]) -> str:
    """The specification as YAML, in the order in which people read it."""
    return yaml.dump(
        _ordered(spec),
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=96,
        default_flow_style=None,
    )


def read(text: str) -> dict[str, Any]:
    """The mapping that a YAML text is. Raises BadText naming line and column."""
    if len(text) > LONGEST:
        raise BadText(f"the text has {len(text):,} characters; at most {LONGEST:,} are read")
    try:
        result = yaml.load(text, Loader=_Reader)  # noqa: S506 - a safe loader, made stricter
    except yaml.MarkedYAMLError as error:
        raise BadText(f"{_place(error.problem_mark)}: {error.problem}") from None
    except RecursionError:
        raise BadText("the text is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise BadText(str(error)) from None
    if not isinstance(result, dict):
        raise BadText("line 1: a specification is a mapping that begins with 'code: …'")
    return result


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "YAML"


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: RANK.get(key, len(RANK)))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(item) for item in value] if isinstance(value, list) else value
