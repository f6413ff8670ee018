"""Reading YAML that says no more than JSON could: a pack is checked before it is trusted.

Anchors, tags, merges and directives are refused: a reader of the file should not have to resolve
them, and a few lines of them can stand for more than a machine can hold.
"""

from __future__ import annotations

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

#: The largest file that is read, in bytes.
MAX_BYTES = 16 * 1024 * 1024
#: How deep lists and mappings may stand in one another; a source's paragraph is at the fourth.
MAX_DEPTH = 20


class Unreadable(Exception):
    """A file that is no mapping in plain YAML; ``str()`` says why."""

    def __init__(self, message: str, line: int = 1, rule: str = "yaml") -> None:
        self.line, self.rule = line, rule
        super().__init__(message)


class _PlainScanner(RoundTripScanner):
    """Refuses directives, which could change what the rest of the file means."""

    def fetch_directive(self) -> Any:
        raise ScannerError(None, None, "directives are not taken", self.reader.get_mark())


class _PlainComposer(Composer):
    """Composes plain nodes, and refuses the rest where it stands."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise _refused("anchors and aliases are not taken; write it out", event)
        if event.ctag is not None:
            raise _refused("tags are not taken", event)
        # A mapping's keys are composed without an index, its values with their key as index.
        is_key = parent is not None and index is None
        if is_key and not isinstance(event, ScalarEvent):
            raise _refused("a key is a word, not a list or a mapping", event)
        if is_key and event.value == "<<":
            raise _refused("merges are not taken; write it out", event)
        return super().compose_node(parent, index)


class _PlacingConstructor(RoundTripConstructor):
    """Says where a value stands that looks like a date or a number and is none."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from None


def read_mapping(path: Path) -> CommentedMap:
    """Return the mapping that a file holds, with the line of everything in it; empty for an empty file.

    Raises:
        Unreadable: it cannot be read, or is not a mapping in plain YAML.
    """
    text = _text(path)
    try:
        content = _yaml().load(text)
    except DuplicateKeyError as error:
        raise Unreadable("This key stands twice in the file.", _line(error), "duplicate") from None
    except MaxDepthExceededError as error:
        raise _not_yaml(f"it is more than {MAX_DEPTH} levels deep", _line(error)) from None
    except MarkedYAMLError as error:
        raise _not_yaml(str(error.problem), _line(error)) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _not_yaml(f"the character U+{error.character:04X} is not allowed", line) from None
    except YAMLError as error:
        raise _not_yaml(str(error).partition("\n")[0]) from None
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        raise _not_yaml("a file is a mapping from ids to entries")
    return content


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Scanner, yaml.Composer, yaml.Constructor = _PlainScanner, _PlainComposer, _PlacingConstructor
    yaml.max_depth = MAX_DEPTH
    return yaml


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _not_yaml(f"the file is larger than {MAX_BYTES} bytes")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _not_yaml("it is not UTF-8", line) from None
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror}.") from None


def _refused(problem: str, event: Any) -> ComposerError:
    return ComposerError(None, None, problem, event.start_mark)


def _not_yaml(problem: str, line: int = 1) -> Unreadable:
    return Unreadable(f"It is not readable YAML: {problem}.", line)


def _line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1
