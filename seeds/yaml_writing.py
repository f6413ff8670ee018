"""Write values as YAML that ``seeds.strict_yaml`` reads as the same values, in the style of the packs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from seeds.strict_yaml import Unreadable, read_text

#: The longest line of prose, as in the packs of this repository.
WIDTH = 100
#: Lists of mappings that have a line for each key; others have one for each mapping.
BLOCK_LISTS = frozenset({"citations", "narration"})


def field_lines(
    name: str, value: Any, indentation: int = 2, style: str = "", width: int = WIDTH
) -> list[str]:
    """Return the lines of a field of an entry.

    ``style`` is how the value was written before: it begins with a quotation mark, ``>``, ``|``, ``[``, ``{``
    or ``-`` in that style. The new value is written in it if it can be. ``width`` is that of folded texts.
    """
    start = f"{' ' * indentation}{_flow(name)}:"
    if isinstance(value, dt.datetime):
        return [f"{start} {value:%Y-%m-%dT%H:%M:%SZ}"]
    for lines in _candidates(start, name, value, indentation, (style, width)):
        if _reads_as(lines, indentation, name, value):
            return lines
    # JSON is YAML.
    return [f"{start} {json.dumps(value, ensure_ascii=False)}"]


def _reads_as(lines: list[str], indentation: int, name: str, value: Any) -> bool:
    text = "\n".join(line[indentation:] for line in lines)
    try:
        found = read_text(f"{text}\nnext: 1")[name]
    except (Unreadable, KeyError):
        return False
    if isinstance(found, dt.date) and not isinstance(found, dt.datetime):
        found = found.isoformat()
    return bool(found == value)


def _candidates(
    start: str, name: str, value: Any, indentation: int, written: tuple[str, int]
) -> Iterator[list[str]]:
    style, width = written
    inner = " " * (indentation + 2)
    if isinstance(value, str):
        yield from _texts(start, value, inner, written)
    elif isinstance(value, list) and value and isinstance(value[0], dict) and not style.startswith("["):
        is_block = "{" not in style if style else name in BLOCK_LISTS
        yield [start, *(line for part in value for line in _item(part, inner, is_block=is_block))]
    elif isinstance(value, dict) and value and not style.startswith("{"):
        parts = (field_lines(key, part, indentation + 2) for key, part in value.items())
        yield [start, *(line for lines in parts for line in lines)]
    elif isinstance(value, list) and (style.startswith("-") or len(start) + len(_flow(value)) >= width):
        yield [start, *(f"{inner}- {_flow(part)}" for part in value)]
    yield [f"{start} {_flow(value)}"]


def _texts(start: str, value: str, inner: str, written: tuple[str, int]) -> Iterator[list[str]]:
    """Yield the ways to write a text, the preferred one first."""
    style, width = written
    if style.startswith('"'):
        yield [f"{start} {json.dumps(value, ensure_ascii=False)}"]
    if style.startswith("'"):
        yield [f"{start} {_single(value)}"]
    if "\n" in value:
        yield [f"{start} |-", *(inner + line if line else "" for line in value.split("\n"))]
    elif style.startswith(">") or len(start) + len(value) >= width:
        yield [f"{start} >-", *_wrapped(value, inner, width)]
    yield [f"{start} {value}"]


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _wrapped(value: str, inner: str, width: int) -> Iterator[str]:
    line = inner
    for word in value.split(" "):
        if line.strip() and len(line) + len(word) + 1 > width:
            yield line
            line = inner
        line += f" {word}" if line.strip() else word
    yield line


def _item(part: dict[str, Any], inner: str, *, is_block: bool) -> Iterator[str]:
    has_prose = any(isinstance(value, str) and " " in value for value in part.values())
    if not is_block and (len(line := f"{inner}- {_flow(part)}") <= WIDTH or not has_prose):
        yield line
        return
    for index, (key, value) in enumerate(part.items()):
        lines = field_lines(key, value, len(inner) + 2)
        if index == 0:
            lines[0] = f"{inner}- {lines[0].strip()}"
        yield from lines


def _flow(value: Any) -> str:
    """Return a value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        try:
            is_plain = read_text(f"entry: [{value}, {{a: {value}}}]")["entry"] == [value, {"a": value}]
        except (Unreadable, KeyError, TypeError):
            is_plain = False
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
