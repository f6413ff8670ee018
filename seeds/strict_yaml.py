"""Read a strict subset of YAML that has the data model of JSON, since packs are untrusted input.

Anchors, aliases, tags, merge keys and directives are rejected. They make files harder to read, and a few
lines of them can expand to more data than fits in memory ("billion laughs").

libyaml parses a file twenty times as fast as ruamel.yaml. What it rejects, or might read differently, is
parsed again by ruamel.yaml, whose messages editors see.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml as libyaml  # type: ignore[import-untyped]
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import RoundTripScanner, ScannerError

from api.entries.text_files import WrongEncoding, decode, split_lines
from seeds.yaml_hints import hint, misleading_character
from seeds.yaml_nodes import MAX_DEPTH, CutOffText, DuplicateKey, Mapping, NodeBuilder, Sequence, TooDeep

#: The largest file that is read, in bytes.
MAX_BYTES = 16 * 1024 * 1024
#: What libyaml accepts and ruamel.yaml does not: some tabs, `|#` and `...` on several lines.
READ_DIFFERENTLY = re.compile(r"\t|[|>][-+0-9]*#|^\.\.\.", re.MULTILINE)


class Unreadable(Exception):
    """A file is not a mapping in strict YAML; ``str()`` says why."""

    def __init__(self, message: str, line: int = 1, rule: str = "yaml") -> None:
        self.line, self.rule = line, rule
        super().__init__(message)


class _PlainScanner(RoundTripScanner):
    """Rejects directives, which could change the meaning of the rest of the file."""

    def fetch_directive(self) -> Any:
        raise ScannerError(None, None, "directives are not allowed", self.reader.get_mark())


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a file, with line numbers; an empty mapping for an empty file.

    Raises:
        Unreadable: the file cannot be read or is not a mapping in strict YAML.
    """
    return _mapping(_read_lines(path))


def read_text(text: str) -> Mapping:
    """Return the mapping in a text as ``read_mapping`` reads it from a file.

    Raises:
        Unreadable: the text is not a mapping in strict YAML.
    """
    return _mapping(_checked(split_lines(text)))


def _mapping(lines: list[str]) -> Mapping:
    content = _parse(lines)
    if content is None:
        return Mapping()
    if not isinstance(content, Mapping):
        raise _not_yaml("the file must be a mapping from ids to entries")
    return content


def _parse(lines: list[str]) -> Any:
    text = "\n".join(lines)
    if libyaml.__with_libyaml__ and not READ_DIFFERENTLY.search(text):
        try:
            return NodeBuilder(text, libyaml.CSafeLoader(text).get_event).build()
        except (libyaml.YAMLError, MarkedYAMLError):
            pass
    return _parse_with_messages(text, lines)


def _parse_with_messages(text: str, lines: list[str]) -> Any:
    yaml = YAML()
    yaml.Scanner = _PlainScanner
    try:
        _, parser = yaml.get_constructor_parser(text)
        return NodeBuilder(text, parser.get_event).build()
    except DuplicateKey as error:
        raise Unreadable(error.problem, _line(error), "duplicate") from None
    except TooDeep as error:
        raise _not_yaml(f"it is nested more than {MAX_DEPTH} levels deep", _line(error)) from None
    except CutOffText as error:
        raise Unreadable(error.problem, _line(error), "comment") from None
    except MarkedYAMLError as error:
        line = _line(error)
        raise _not_yaml(str(error.problem), line, hint(lines, line)) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _not_yaml(f"the character U+{error.character:04X} is not allowed", line) from None
    except YAMLError as error:
        raise _not_yaml(str(error).partition("\n")[0]) from None


def _read_lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _not_yaml(f"the file is larger than {MAX_BYTES} bytes")
        lines = split_lines(decode(path.read_bytes()))
    except WrongEncoding as error:
        raise Unreadable(str(error), error.line) from None
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from None
    return _checked(lines)


def _checked(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines, 1):
        if problem := misleading_character(line):
            raise Unreadable(problem, number)
    return lines


def _not_yaml(problem: str, line: int = 1, remedy: str = "") -> Unreadable:
    return Unreadable(f"Invalid YAML: {problem}.{remedy}", line)


def _line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


__all__ = ["Mapping", "Sequence", "Unreadable", "read_mapping", "read_text"]
