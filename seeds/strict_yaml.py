"""Read a strict subset of YAML that has the data model of JSON, since packs are untrusted input.

Anchors, aliases, tags, merge keys and directives are rejected. They make files harder to read, and a few
lines of them can expand to more data than fits in memory ("billion laughs").
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.composer import Composer, ComposerError, MaxDepthExceededError
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, ScalarEvent
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import RoundTripScanner, ScannerError

from seeds.text_files import WrongEncoding, decode, split_lines
from seeds.yaml_hints import cut_off_text, hint, misleading_character

#: The largest file that is read, in bytes.
MAX_BYTES = 16 * 1024 * 1024
#: Maximum nesting of lists and mappings. The deepest entry, a source's paragraph, is at level four.
MAX_DEPTH = 20
#: How ruamel.yaml names a duplicate key.
_DUPLICATE = re.compile(r'found duplicate key "(.*?)" with value', re.DOTALL)


class Unreadable(Exception):
    """A file is not a mapping in strict YAML; ``str()`` says why."""

    def __init__(self, message: str, line: int = 1, rule: str = "yaml") -> None:
        self.line, self.rule = line, rule
        super().__init__(message)


class _CutOffText(ComposerError):
    """The end of a text would be read as a comment."""


class _PlainScanner(RoundTripScanner):
    """Rejects directives, which could change the meaning of the rest of the file."""

    def fetch_directive(self) -> Any:
        raise ScannerError(None, None, "directives are not allowed", self.reader.get_mark())


class _PlainComposer(Composer):
    """Rejects anchors, aliases, tags, merge keys, non-scalar keys and texts that a comment cuts off."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise _composer_error("anchors and aliases are not allowed; repeat the value instead", event)
        if event.ctag is not None:
            raise _composer_error("tags are not allowed", event)
        # The composer passes no index for the keys of a mapping, and the key as index for its values.
        is_key = parent is not None and index is None
        if is_key and not isinstance(event, ScalarEvent):
            raise _composer_error("a key must be a string, not a list or a mapping", event)
        if is_key and event.value == "<<":
            raise _composer_error("merge keys are not allowed; repeat the values instead", event)
        node = super().compose_node(parent, index)
        if not is_key and isinstance(event, ScalarEvent) and not event.style:
            _require_whole_text(node, index)
        return node


class _PlacingConstructor(RoundTripConstructor):
    """Adds the position to errors about invalid dates and numbers."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from None


def _require_whole_text(node: Any, key: Any) -> None:
    if node.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:null"):
        return
    end, place = node.end_mark, getattr(key, "start_mark", node.start_mark)
    comment = cut_off_text(end.buffer, node.value, end.pointer, place.column)
    if comment is not None:
        field = f"{key.value}: " if hasattr(key, "value") else ""
        remedy = "Put the value in quotation marks, or the comment on a line of its own."
        problem = f"{field}The value ends before “{comment}”, which YAML reads as a comment. {remedy}"
        raise _CutOffText(None, None, problem, end)


def read_mapping(path: Path) -> CommentedMap:
    """Return the mapping in a file, with line numbers; an empty mapping for an empty file.

    Raises:
        Unreadable: the file cannot be read or is not a mapping in strict YAML.
    """
    lines = _read_lines(path)
    content = _parse(lines)
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        raise _not_yaml("the file must be a mapping from ids to entries")
    return content


def _parse(lines: list[str]) -> Any:
    text = "\n".join(lines)
    try:
        return _yaml().load(text)
    except DuplicateKeyError as error:
        raise Unreadable(_duplicate(error), _line(error), "duplicate") from None
    except MaxDepthExceededError as error:
        raise _not_yaml(f"it is nested more than {MAX_DEPTH} levels deep", _line(error)) from None
    except _CutOffText as error:
        raise Unreadable(error.problem, _line(error), "comment") from None
    except MarkedYAMLError as error:
        line = _line(error)
        raise _not_yaml(str(error.problem), line, hint(lines, line)) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _not_yaml(f"the character U+{error.character:04X} is not allowed", line) from None
    except YAMLError as error:
        raise _not_yaml(str(error).partition("\n")[0]) from None


def _duplicate(error: DuplicateKeyError) -> str:
    key = _DUPLICATE.match(str(error.problem))
    return f"The key “{key[1]}” occurs more than once." if key else "A key occurs more than once."


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Scanner, yaml.Composer, yaml.Constructor = _PlainScanner, _PlainComposer, _PlacingConstructor
    yaml.max_depth = MAX_DEPTH
    return yaml


def _read_lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _not_yaml(f"the file is larger than {MAX_BYTES} bytes")
        lines = split_lines(decode(path.read_bytes()))
    except WrongEncoding as error:
        raise Unreadable(str(error), error.line) from None
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from None
    for number, line in enumerate(lines, 1):
        if problem := misleading_character(line):
            raise Unreadable(problem, number)
    return lines


def _composer_error(problem: str, event: Any) -> ComposerError:
    return ComposerError(None, None, problem, event.start_mark)


def _not_yaml(problem: str, line: int = 1, remedy: str = "") -> Unreadable:
    return Unreadable(f"Invalid YAML: {problem}.{remedy}", line)


def _line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1
